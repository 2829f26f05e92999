/* caption.c - see caption.h. */
#include "video/draw/caption.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/language/direction.h"
#include "video/language/fonts.h"

enum {
    PAGE_MS = 1667, /* the least time a page should stand when there are several */
    FADE_MS = 267,
};

struct page {
    int from, to; /* frames */
    int len;      /* bytes of text */
    char *text;
    struct overlay *overlay; /* NULL: only planned */
};

struct caption {
    int n_pages;
    int fade; /* frames */
    struct page *pages;
};

/* How a caption is set on a frame of this size. */
struct setting {
    const struct caption_style *style;
    PangoContext *context;
    int width, height; /* the frame */
    int text_width;    /* where lines are broken */
    int bottom;  /* rows kept free beneath (or above): players and phones put their buttons there */
    double size; /* of the type, pixels */
    int n_frames;
    int lines; /* on one page */
    int pages;
};

static PangoLayout *layout_new_locked(const struct setting *set, const char *text, int len)
{
    PangoLayout *layout = pango_layout_new(set->context);
    PangoFontDescription *font = pango_font_description_new();

    pango_font_description_set_family(
        font, set->style->font ? set->style->font : "Noto Sans,DejaVu Sans,sans-serif");
    pango_font_description_set_weight(font, PANGO_WEIGHT_SEMIBOLD);
    pango_font_description_set_absolute_size(font, set->size * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(layout, set->text_width * PANGO_SCALE);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    pango_layout_set_text(layout, text, len);
    return layout;
}

static int line_count_locked(const struct setting *set, const char *text)
{
    PangoLayout *layout = layout_new_locked(set, text, -1);
    int n = pango_layout_get_line_count(layout);

    g_object_unref(layout);
    return n;
}

static int pages_for(int n_lines, int lines)
{
    return (n_lines + lines - 1) / lines;
}

/* As many lines as take that share of the frame's height. */
static int lines_within(const struct setting *set, double share)
{
    int lines = (int)(set->height * share / (set->size * 1.4));

    return lines > 1 ? lines : 1;
}

/* The last way out: as many lines as may stand at all, and an ellipsis where they end.  Pango gives
 * every paragraph at least one line, however little room there is, so they become one. */
static void squeeze_locked(struct setting *set, char *text, int room)
{
    for (char *c = text; *c; c++)
        if (*c == '\n')
            *c = ' ';
    set->lines = lines_within(set, 0.45);
    set->pages = pages_for(line_count_locked(set, text), set->lines);
    set->pages = set->pages < room ? set->pages : room;
}

/* Choose size, lines a page and pages: the first of the ways told in caption.h that fits the time.
 */
static void choose_locked(struct setting *set, char *text)
{
    static const double sizes[] = {1.0, 0.85, 0.7, 0.6};
    double full = set->size;
    int most = set->n_frames * 1000 / (PAGE_MS * set->style->fps), room = most > 1 ? most : 1;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int n_lines, most_lines;

        set->size = full * sizes[i];
        most_lines = lines_within(set, 0.45);
        most_lines = most_lines < set->style->page_lines ? most_lines : set->style->page_lines;
        n_lines = line_count_locked(set, text);
        set->pages = pages_for(n_lines, most_lines);
        if (set->pages <= room) {
            set->lines = pages_for(n_lines, set->pages); /* even pages: 2 + 2 lines, not 3 + 1 */
            return;
        }
    }
    squeeze_locked(set, text, room);
}

static void round_box(cairo_t *cr, double x, double y, double width, double height, double radius)
{
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + width - radius, y + radius, radius, -M_PI / 2, 0);
    cairo_arc(cr, x + width - radius, y + height - radius, radius, 0, M_PI / 2);
    cairo_arc(cr, x + radius, y + height - radius, radius, M_PI / 2, M_PI);
    cairo_arc(cr, x + radius, y + radius, radius, M_PI, 3 * M_PI / 2);
    cairo_close_path(cr);
}

/* Where the box around a page lies on the frame; all even. */
struct box {
    int x, y, width, height, pad_x, pad_y;
};

static struct box box_around(const struct setting *set, const PangoRectangle *text)
{
    struct box box = {.pad_x = (int)(set->size * 0.6), .pad_y = (int)(set->size * 0.35)};
    int most = set->height * 6 / 10;

    box.width = (text->width + 2 * box.pad_x + 1) & ~1;
    if (box.width > set->width)
        box.width = set->width;
    /* Marks stacked upon marks can make a line as high as a house. */
    box.height = (text->height + 2 * box.pad_y + 1) & ~1;
    if (box.height > most)
        box.height = most & ~1;
    box.x = (set->width - box.width) / 2 & ~1;
    if (set->style->position == CASE_TOP)
        box.y = set->bottom & ~1;
    else if (set->style->position == CASE_MIDDLE)
        box.y = (set->height - box.height) / 2 & ~1;
    else
        box.y = (set->height - set->bottom - box.height) & ~1;
    return box;
}

static void set_color(cairo_t *cr, const double color[static 4])
{
    cairo_set_source_rgba(cr, color[0], color[1], color[2], color[3]);
}

static void draw(cairo_t *cr, const struct caption_style *style, PangoLayout *layout,
    const struct box *box, const PangoRectangle *text)
{
    round_box(cr, 0, 0, box->width, box->height, box->pad_y);
    set_color(cr, style->box);
    cairo_fill(cr);
    set_color(cr, style->color);
    cairo_move_to(cr, (box->width - text->width) / 2.0 - text->x, box->pad_y - text->y);
    pango_cairo_show_layout(cr, layout);
}

static int render(
    const struct setting *set, PangoLayout *layout, struct overlay **ret_overlay, struct error *err)
{
    PangoRectangle text;
    cairo_surface_t *surface;
    cairo_t *cr;
    struct box box;
    int rc;

    pango_layout_get_pixel_extents(layout, NULL, &text);
    box = box_around(set, &text);
    surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, box.width, box.height);
    cr = cairo_create(surface);
    draw(cr, set->style, layout, &box, &text);
    cairo_surface_flush(surface);
    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS)
        rc = error_set(
            err, ERR_LIBRARY, "drawing failed: %s", cairo_status_to_string(cairo_status(cr)));
    else
        rc = overlay_new(cairo_image_surface_get_data(surface),
            cairo_image_surface_get_stride(surface), box.x, box.y, box.width, box.height,
            ret_overlay, err);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return rc;
}

/* The bytes of `text` that lines `first` to `last` of its layout hold; the final page takes all
 * that is left. */
static void page_text(
    PangoLayout *layout, int first, int last, const char **ret_start, int *ret_len)
{
    const char *text = pango_layout_get_text(layout);
    int n_lines = pango_layout_get_line_count(layout);
    PangoLayoutLine *line = pango_layout_get_line_readonly(layout, first);
    int start = line->start_index, end = (int)strlen(text);

    if (last < n_lines - 1)
        end = pango_layout_get_line_readonly(layout, last + 1)->start_index;
    while (end > start && strchr(" \n\t", text[end - 1]))
        end--;
    *ret_start = text + start;
    *ret_len = end - start;
}

/* Of the paragraph that a line belongs to. */
static enum direction direction_at(PangoLayout *whole, int line)
{
    const char *text = pango_layout_get_text(whole);
    const char *start = text + pango_layout_get_line_readonly(whole, line)->start_index;

    while (start > text && start[-1] != '\n')
        start--;
    return direction_of(start, strcspn(start, "\n"));
}

static void add_page(const struct setting *set, PangoLayout *whole, struct caption *caption)
{
    int at = caption->n_pages, first = at * set->lines, last = first + set->lines - 1;
    struct page *page = &caption->pages[caption->n_pages++];
    const char *start;

    if (at == set->pages - 1)
        last = pango_layout_get_line_count(whole) - 1;
    page_text(whole, first, last, &start, &page->len);
    page->text = direction_mark(direction_at(whole, first), mem_copy_n(start, (size_t)page->len));
    page->len = (int)strlen(page->text);
}

static int draw_page(const struct setting *set, struct page *page, bool is_final, struct error *err)
{
    PangoLayout *layout = layout_new_locked(set, page->text, page->len);
    int rc;

    if (is_final) {
        pango_layout_set_height(layout, -set->lines);
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    }
    rc = render(set, layout, &page->overlay, err);
    g_object_unref(layout);
    return rc;
}

/* Each page gets time by its length, and a little for the turning. */
static void share_time(struct caption *caption, int n_frames)
{
    const int turning = 15;
    int64_t sum = 0, so_far = 0;

    for (int i = 0; i < caption->n_pages; i++)
        sum += caption->pages[i].len + turning;
    for (int i = 0; i < caption->n_pages; i++) {
        struct page *page = &caption->pages[i];

        page->from = (int)(n_frames * so_far / sum);
        so_far += page->len + turning;
        page->to = (int)(n_frames * so_far / sum);
    }
}

static void plan_pages_locked(const struct setting *set, const char *text, struct caption *caption)
{
    PangoLayout *whole = layout_new_locked(set, text, -1);

    caption->pages = mem_new_n((size_t)set->pages, struct page);
    /* Even pages may need fewer than planned: stop when the lines are used up. */
    while (caption->n_pages < set->pages &&
           caption->n_pages * set->lines < pango_layout_get_line_count(whole))
        add_page(set, whole, caption);
    g_object_unref(whole);
    share_time(caption, set->n_frames);
}

static int draw_pages_locked(const struct setting *set, struct caption *caption, struct error *err)
{
    int rc = 0;

    for (int i = 0; rc == 0 && i < caption->n_pages; i++)
        rc = draw_page(set, &caption->pages[i], i == set->pages - 1, err);
    return rc;
}

static bool is_visible(const char *text)
{
    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        if (!g_unichar_isspace(c) && !g_unichar_iszerowidth(c) && g_unichar_isprint(c))
            return true;
    }
    return false;
}

static bool is_blank(gunichar c)
{
    return g_unichar_isspace(c) || c == 0x200B || c == 0x2060 || c == 0xFEFF;
}

/* Lines as people see them: however a break is written it is one, what is blank around a line and
 * between lines goes.  Marks of direction and joiners stay. */
static char *tidy(const char *text)
{
    char *copy = mem_zero(strlen(text) + 1, 1), *out = copy, *seen = copy; /* behind what is seen */
    bool breaks = false;

    for (; *text; text = g_utf8_next_char(text)) {
        gunichar c = g_utf8_get_char(text);

        breaks |= c == '\n' || c == '\r' || c == 0x85 || c == 0x2028 || c == 0x2029;
        if (is_blank(c) || c == 0x85) {
            if (seen > copy && !breaks)
                out += g_unichar_to_utf8(c, out);
            continue;
        }
        if (breaks && seen > copy) {
            out = seen;
            *out++ = '\n';
        }
        breaks = false;
        out += g_unichar_to_utf8(c, out);
        seen = out;
    }
    *seen = '\0';
    return copy;
}

static struct setting setting_for(const struct caption_style *style, int n_frames)
{
    bool is_portrait = style->height > style->width;

    return (struct setting){.style = style,
        .width = style->width,
        .height = style->height,
        .text_width = (int)(style->width * (is_portrait ? 0.82 : 0.72)),
        .bottom = (int)(style->height * (is_portrait ? 0.16 : 0.075)),
        .size = style->size,
        .n_frames = n_frames};
}

static int make(const char *text, struct setting *set, bool is_drawn, struct caption **ret_caption,
    struct error *err)
{
    struct fonts *fonts = set->style->fonts, *ours = NULL;
    struct caption *caption;
    char *copy;
    int rc = 0;

    *ret_caption = NULL;
    if (!is_visible(text))
        return 0;
    if (!fonts)
        fonts = ours = fonts_acquire();
    copy = tidy(text);
    caption = mem_new(struct caption);
    caption->fade = FADE_MS * set->style->fps / 1000;
    set->context = fonts_lock(fonts);
    pango_context_set_language(set->context, pango_language_from_string(set->style->language));
    choose_locked(set, copy);
    plan_pages_locked(set, copy, caption);
    if (is_drawn)
        rc = draw_pages_locked(set, caption, err);
    fonts_unlock(fonts);
    fonts_release(ours);
    free(copy);
    if (rc < 0) {
        caption_free(caption);
        return rc;
    }
    *ret_caption = caption;
    return 0;
}

int caption_new(const char *text, const struct caption_style *style, int n_frames,
    struct caption **ret_caption, struct error *err)
{
    struct setting set = setting_for(style, n_frames);

    return make(text, &set, true, ret_caption, err);
}

struct caption *caption_plan(const char *text, const struct caption_style *style, int n_frames)
{
    struct setting set = setting_for(style, n_frames);
    struct caption *caption;

    make(text, &set, false, &caption, NULL);
    return caption;
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

/* 0 … 256 over the first and last frames of a page.  The very first shows nothing yet: the poster
 * is made of it. */
static int opacity_at(const struct page *page, int at, int fade)
{
    int in = at - page->from, out = page->to - at;
    int near = in < out ? in : out;

    return near >= fade ? 256 : 256 * near / fade;
}

void caption_blend(const struct caption *caption, int at, struct yuv *frame)
{
    for (int i = 0; i < caption->n_pages; i++) {
        const struct page *page = &caption->pages[i];

        if (at >= page->from && at < page->to)
            overlay_blend(page->overlay, frame, opacity_at(page, at, caption->fade));
    }
}
