/* caption_sent.c - a caption as a question to the process that sets text, and as its answer: see
 * caption_private.h and fonts.h.  The answer is not trusted: what it holds is within its frame, its
 * frames and its message. */
#include <limits.h>
#include <stdlib.h>

#include "base/mem.h"
#include "video/draw/caption_private.h"
#include "video/language/fonts.h"

enum {
    SIDE_MAX = 1 << 15, /* of a frame, pixels */
    PAGES_MAX = 1 << 16,
};

/* --- the question --- */

static void caption_pack_style(struct buf *buf, const struct caption_style *style)
{
    pack_number(buf, style->width);
    pack_number(buf, style->height);
    pack_number(buf, style->fps);
    pack_text(buf, style->language);
    pack_text(buf, style->font);
    pack_real(buf, style->size);
    for (int i = 0; i < 4; i++) {
        pack_real(buf, style->color[i]);
        pack_real(buf, style->box[i]);
    }
    pack_number(buf, style->position);
    pack_number(buf, style->page_lines);
}

struct caption_style caption_unpack_style(struct unpack *unpack)
{
    struct caption_style style = {.width = (int)unpack_number(unpack, 0, SIDE_MAX)};
    const char *language;

    style.height = (int)unpack_number(unpack, 0, SIDE_MAX);
    style.fps = (int)unpack_number(unpack, 1, INT_MAX);
    language = unpack_text(unpack);
    if (language)
        snprintf(style.language, sizeof style.language, "%s", language);
    style.font = unpack_text(unpack);
    style.size = unpack_real(unpack);
    for (int i = 0; i < 4; i++) {
        style.color[i] = unpack_real(unpack);
        style.box[i] = unpack_real(unpack);
    }
    style.position = (enum case_position)unpack_number(unpack, 0, INT_MAX);
    style.page_lines = (int)unpack_number(unpack, 1, INT_MAX);
    return style;
}

/* --- the answer --- */

void caption_pack_pages(struct buf *buf, const struct caption *caption)
{
    pack_number(buf, caption->n_pages);
    for (int i = 0; i < caption->n_pages; i++) {
        const struct caption_page *page = &caption->pages[i];

        pack_number(buf, page->from);
        pack_number(buf, page->to);
        pack_text(buf, page->text);
        if (page->overlay)
            overlay_pack(page->overlay, buf);
    }
}

static void caption_unpack_page(struct unpack *unpack, const struct caption_style *style,
    int n_frames, bool is_drawn, struct caption_page *ret_page)
{
    const char *text;

    ret_page->from = (int)unpack_number(unpack, 0, n_frames);
    ret_page->to = (int)unpack_number(unpack, ret_page->from, n_frames);
    text = unpack_text(unpack);
    ret_page->text = mem_copy(text ? text : "");
    if (is_drawn)
        ret_page->overlay = overlay_unpack(unpack, style->width, style->height);
    unpack->is_bad |= !text || (is_drawn && !ret_page->overlay);
}

static bool caption_unpack_pages(struct unpack *unpack, const struct caption_style *style,
    int n_frames, bool is_drawn, struct caption *caption)
{
    int n = (int)unpack_number(unpack, 1, PAGES_MAX);

    caption->pages = mem_new_n((size_t)n, struct caption_page);
    while (caption->n_pages < n && !unpack->is_bad)
        caption_unpack_page(unpack, style, n_frames, is_drawn, &caption->pages[caption->n_pages++]);
    return unpack_is_done(unpack);
}

/* --- both at once --- */

int caption_ask(const char *text, const struct caption_style *style, int n_frames,
    struct fonts *fonts, bool is_drawn, struct caption *caption, struct error *err)
{
    struct buf question = {0}, answer;
    struct unpack unpack;
    size_t at = 0;
    int rc;

    pack_number(&question, FONTS_CAPTION);
    pack_text(&question, text);
    pack_number(&question, n_frames);
    pack_number(&question, is_drawn);
    caption_pack_style(&question, style);
    rc = fonts_ask(fonts, &question, &answer, &at, err);
    unpack = (struct unpack){.at = answer.data + at, .left = answer.len - at};
    if (rc == 0 && !caption_unpack_pages(&unpack, style, n_frames, is_drawn, caption))
        rc = error_set(err, ERR_LIBRARY, "the process that sets text gave what is no answer");
    buf_free(&question);
    buf_free(&answer);
    return rc;
}
