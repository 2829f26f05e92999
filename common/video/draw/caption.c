/* caption.c - the pages of a caption in time, and their fades: see caption.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "video/draw/caption_private.h"
#include "video/language/fonts.h"

enum {
    FADE_MS = 267,        /* in, and out, of each page; a change needs a new ENGINE_VERSION */
    PAGE_TURN_BYTES = 15, /* a page has time by its length in bytes plus this */
};

/* --- making one --- */

static void caption_share_time(struct caption *caption, int n_frames)
{
    int64_t sum = 0, so_far = 0;

    for (int i = 0; i < caption->n_pages; i++)
        sum += (int64_t)strlen(caption->pages[i].text) + PAGE_TURN_BYTES;
    for (int i = 0; i < caption->n_pages; i++) {
        struct caption_page *page = &caption->pages[i];

        page->from = (int)(n_frames * so_far / sum);
        so_far += (int64_t)strlen(page->text) + PAGE_TURN_BYTES;
        page->to = (int)(n_frames * so_far / sum);
    }
}

static void caption_split_locked(
    const struct caption_layout *layout, const char *text, struct caption *caption)
{
    PangoLayout *lines = caption_layout_lines_locked(layout, text);

    caption->pages = mem_new_n((size_t)layout->n_pages, struct caption_page);
    for (int i = 0; i < layout->n_pages; i++) {
        char *page = caption_layout_page_text_locked(layout, lines, i);

        if (!page)
            break;
        caption->pages[caption->n_pages++].text = page;
    }
    g_object_unref(lines);
    caption_share_time(caption, layout->n_frames);
}

static int caption_draw_locked(
    const struct caption_layout *layout, struct caption *caption, struct error *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < caption->n_pages; i++) {
        struct caption_page *page = &caption->pages[i];

        rc =
            caption_paint_locked(layout, page->text, i == layout->n_pages - 1, &page->overlay, err);
    }
    return rc;
}

int caption_make(const char *text, const struct caption_style *style, int n_frames,
    struct faces *faces, bool is_drawn, struct caption *caption, struct error *err)
{
    struct caption_layout layout = caption_layout_of(style, n_frames);
    char *tidy = caption_text_tidy(text);
    int rc = 0;

    layout.context = faces_lock(faces);
    pango_context_set_language(layout.context, pango_language_from_string(style->language));
    caption_layout_choose_locked(&layout, tidy);
    caption_split_locked(&layout, tidy, caption);
    if (is_drawn)
        rc = caption_draw_locked(&layout, caption, err);
    if (rc == 0)
        rc = faces_check_locked(faces, err);
    faces_unlock(faces);
    free(tidy);
    return rc;
}

static int caption_set(const char *text, const struct caption_style *style, int n_frames,
    struct fonts *fonts, bool is_drawn, struct caption *caption, struct error *err)
{
    struct faces *faces = fonts_faces(fonts);

    if (!faces)
        return caption_ask(text, style, n_frames, fonts, is_drawn, caption, err);
    return fonts_judge(fonts, caption_make(text, style, n_frames, faces, is_drawn, caption, err));
}

static int caption_create(const char *text, const struct caption_style *style, int n_frames,
    bool is_drawn, struct caption **ret_caption, struct error *err)
{
    struct fonts *current = NULL;
    struct caption *caption;
    int rc;

    *ret_caption = NULL;
    if (!caption_text_is_visible(text))
        return 0;
    if (!style->fonts)
        current = fonts_acquire();
    caption = mem_new(struct caption);
    caption->fade_n = FADE_MS * style->fps / 1000;
    rc = caption_set(
        text, style, n_frames, style->fonts ? style->fonts : current, is_drawn, caption, err);
    fonts_release(current);
    if (rc < 0)
        caption_free(caption);
    else
        *ret_caption = caption;
    return rc;
}

int caption_new(const char *text, const struct caption_style *style, int n_frames,
    struct caption **ret_caption, struct error *err)
{
    return caption_create(text, style, n_frames, true, ret_caption, err);
}

int caption_plan(const char *text, const struct caption_style *style, int n_frames,
    struct caption **ret_caption, struct error *err)
{
    return caption_create(text, style, n_frames, false, ret_caption, err);
}

void caption_free(struct caption *caption)
{
    if (!caption)
        return;
    for (int i = 0; i < caption->n_pages; i++) {
        overlay_free(caption->pages[i].overlay);
        free(caption->pages[i].text);
    }
    free(caption->pages);
    free(caption);
}

/* --- showing it --- */

int caption_page_count(const struct caption *caption)
{
    return caption->n_pages;
}

const char *caption_page_text(const struct caption *caption, int page, int *ret_from, int *ret_to)
{
    *ret_from = caption->pages[page].from;
    *ret_to = caption->pages[page].to;
    return caption->pages[page].text;
}

/* 0 … 256.  The fade is linear, over the first and last `fade_n` frames of a page.  The very first
 * frame shows no caption: the poster is made of it. */
static int caption_opacity(const struct caption_page *page, int at, int fade_n)
{
    int n = number_least(at - page->from, page->to - at);

    return n >= fade_n ? 256 : 256 * n / fade_n;
}

void caption_blend(const struct caption *caption, int at, struct yuv *frame)
{
    for (int i = 0; i < caption->n_pages; i++) {
        const struct caption_page *page = &caption->pages[i];

        if (at >= page->from && at < page->to)
            overlay_blend(page->overlay, frame, caption_opacity(page, at, caption->fade_n));
    }
}
