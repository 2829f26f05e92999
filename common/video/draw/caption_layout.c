/* caption_layout.c - type size, lines and pages of a caption: see caption_private.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "video/draw/caption_private.h"
#include "video/language/direction.h"

enum { PAGE_MS = 1667 /* at least, for each page of several */ };

#define FRAME_SHARE 0.45 /* of the frame's height: lines take no more, whatever the style says */
#define LINE_HEIGHT 1.4  /* of the type's size */

struct caption_layout caption_layout_of(const struct caption_style *style, int n_frames)
{
    bool is_portrait = style->height > style->width;

    /* Players and phones have their buttons at the edge. */
    return (struct caption_layout){.style = style,
        .text_width = (int)(style->width * (is_portrait ? 0.82 : 0.72)),
        .margin = (int)(style->height * (is_portrait ? 0.16 : 0.075)),
        .n_frames = n_frames,
        .size = style->size};
}

PangoLayout *caption_layout_lines_locked(const struct caption_layout *layout, const char *text)
{
    PangoLayout *lines = pango_layout_new(layout->context);
    PangoFontDescription *font = pango_font_description_new();
    const char *family = layout->style->font;

    pango_font_description_set_family(font, family ? family : "Noto Sans,DejaVu Sans,sans-serif");
    pango_font_description_set_weight(font, PANGO_WEIGHT_SEMIBOLD);
    pango_font_description_set_absolute_size(font, layout->size * PANGO_SCALE);
    pango_layout_set_font_description(lines, font);
    pango_font_description_free(font);
    pango_layout_set_width(lines, layout->text_width * PANGO_SCALE);
    pango_layout_set_wrap(lines, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(lines, PANGO_ALIGN_CENTER);
    pango_layout_set_text(lines, text, -1);
    return lines;
}

static int caption_layout_count_locked(const struct caption_layout *layout, const char *text)
{
    PangoLayout *lines = caption_layout_lines_locked(layout, text);
    int n = pango_layout_get_line_count(lines);

    g_object_unref(lines);
    return n;
}

static int caption_layout_divide(int n_lines, int n)
{
    return (n_lines + n - 1) / n;
}

/* Lines of this size that fit into FRAME_SHARE, at least one. */
static int caption_layout_lines_max(const struct caption_layout *layout)
{
    int n = (int)(layout->style->height * FRAME_SHARE / (layout->size * LINE_HEIGHT));

    return n > 1 ? n : 1;
}

/* The last resort: pages as full as they may be, and an ellipsis where the time ends.  Pango gives
 * every paragraph at least one line, whatever the limit is, so the text becomes one paragraph. */
static void caption_layout_squeeze_locked(
    struct caption_layout *layout, char *text, int n_pages_max)
{
    for (char *c = text; *c; c++)
        if (*c == '\n')
            *c = ' ';
    layout->page_lines = caption_layout_lines_max(layout);
    layout->n_pages = number_least(n_pages_max,
        caption_layout_divide(caption_layout_count_locked(layout, text), layout->page_lines));
}

void caption_layout_choose_locked(struct caption_layout *layout, char *text)
{
    static const double sizes[] = {1.0, 0.85, 0.7, 0.6};
    const struct caption_style *style = layout->style;
    int n_pages_max = layout->n_frames * 1000 / (PAGE_MS * style->fps);

    n_pages_max = n_pages_max > 1 ? n_pages_max : 1;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n_lines, most;

        layout->size = style->size * sizes[i];
        most = number_least(caption_layout_lines_max(layout), style->page_lines);
        n_lines = caption_layout_count_locked(layout, text);
        layout->n_pages = caption_layout_divide(n_lines, most);
        if (layout->n_pages <= n_pages_max) {
            /* Pages of even length: 2 + 2 lines, not 3 + 1. */
            layout->page_lines = caption_layout_divide(n_lines, layout->n_pages);
            return;
        }
    }
    caption_layout_squeeze_locked(layout, text, n_pages_max);
}

/* A copy of the text of lines `first` to `last`, without white space at its end. */
static char *caption_layout_copy_lines(PangoLayout *lines, int first, int last)
{
    const char *text = pango_layout_get_text(lines);
    int start = pango_layout_get_line_readonly(lines, first)->start_index, end = (int)strlen(text);

    if (last < pango_layout_get_line_count(lines) - 1)
        end = pango_layout_get_line_readonly(lines, last + 1)->start_index;
    while (end > start && strchr(" \n\t", text[end - 1]))
        end--;
    return mem_copy_n(text + start, (size_t)(end - start));
}

/* The direction of the paragraph that `line` belongs to. */
static enum direction caption_layout_direction(PangoLayout *lines, int line)
{
    const char *text = pango_layout_get_text(lines);
    const char *start = text + pango_layout_get_line_readonly(lines, line)->start_index;

    while (start > text && start[-1] != '\n')
        start--;
    return direction_of(start, strcspn(start, "\n"));
}

char *caption_layout_page_text_locked(
    const struct caption_layout *layout, PangoLayout *lines, int page)
{
    int n_lines = pango_layout_get_line_count(lines);
    int first = page * layout->page_lines, last = first + layout->page_lines - 1;

    /* Pages of even length may use up the lines before the last page. */
    if (first >= n_lines)
        return NULL;
    if (page == layout->n_pages - 1)
        last = n_lines - 1;
    return direction_mark(
        caption_layout_direction(lines, first), caption_layout_copy_lines(lines, first, last));
}
