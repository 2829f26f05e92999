/* caption_paint.c - one page of a caption, drawn with its box: see caption_private.h. */
#include <math.h>
#include <pango/pangocairo.h>

#include "base/number.h"
#include "video/draw/caption_private.h"

/* Where the box around a page lies on the frame, pixels: position and size are even. */
struct caption_box {
    int x, y, width, height, pad_x, pad_y;
};

static int caption_box_top(const struct caption_style *style, int margin, int height)
{
    int room = style->height - height;

    if (style->position == CASE_TOP)
        return margin & ~1;
    if (style->position == CASE_MIDDLE)
        return room / 2 & ~1;
    return (room - margin) & ~1;
}

static struct caption_box caption_box_around(
    const struct caption_layout *layout, const PangoRectangle *text)
{
    const struct caption_style *style = layout->style;
    struct caption_box box = {
        .pad_x = (int)(layout->size * 0.6), .pad_y = (int)(layout->size * 0.35)};

    box.width = number_least((text->width + 2 * box.pad_x + 1) & ~1, style->width);
    /* Combining marks can pile up to a line of any height. */
    box.height =
        number_least((text->height + 2 * box.pad_y + 1) & ~1, (style->height * 6 / 10) & ~1);
    box.x = (style->width - box.width) / 2 & ~1;
    box.y = caption_box_top(style, layout->margin, box.height);
    return box;
}

static void caption_paint_color(cairo_t *cr, const double color[static 4])
{
    cairo_set_source_rgba(cr, color[0], color[1], color[2], color[3]);
}

/* A rectangle with round corners, as the current path. */
static void caption_paint_outline(cairo_t *cr, double width, double height, double radius)
{
    cairo_new_sub_path(cr);
    cairo_arc(cr, width - radius, radius, radius, -M_PI / 2, 0);
    cairo_arc(cr, width - radius, height - radius, radius, 0, M_PI / 2);
    cairo_arc(cr, radius, height - radius, radius, M_PI / 2, M_PI);
    cairo_arc(cr, radius, radius, radius, M_PI, 3 * M_PI / 2);
    cairo_close_path(cr);
}

static void caption_paint_page(cairo_t *cr, const struct caption_style *style, PangoLayout *lines,
    const struct caption_box *box, const PangoRectangle *text)
{
    caption_paint_outline(cr, box->width, box->height, box->pad_y);
    caption_paint_color(cr, style->box);
    cairo_fill(cr);
    caption_paint_color(cr, style->color);
    cairo_move_to(cr, (box->width - text->width) / 2.0 - text->x, box->pad_y - text->y);
    pango_cairo_show_layout(cr, lines);
}

static int caption_paint_overlay(const struct caption_layout *layout, PangoLayout *lines,
    struct overlay **ret_overlay, struct error *err)
{
    PangoRectangle text;
    cairo_surface_t *surface;
    cairo_t *cr;
    struct caption_box box;
    int rc;

    pango_layout_get_pixel_extents(lines, NULL, &text);
    box = caption_box_around(layout, &text);
    surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, box.width, box.height);
    cr = cairo_create(surface);
    caption_paint_page(cr, layout->style, lines, &box, &text);
    cairo_surface_flush(surface);
    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS)
        rc = error_set(err, ERR_LIBRARY, "a caption of %d×%d pixels could not be drawn: %s",
            box.width, box.height, cairo_status_to_string(cairo_status(cr)));
    else
        rc = overlay_new(cairo_image_surface_get_data(surface),
            cairo_image_surface_get_stride(surface), box.x, box.y, box.width, box.height,
            ret_overlay, err);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return rc;
}

int caption_paint_locked(const struct caption_layout *layout, const char *text, bool is_last,
    struct overlay **ret_overlay, struct error *err)
{
    PangoLayout *lines = caption_layout_lines_locked(layout, text);
    int rc;

    if (is_last) {
        pango_layout_set_height(lines, -layout->page_lines); /* negative: lines of a paragraph */
        pango_layout_set_ellipsize(lines, PANGO_ELLIPSIZE_END);
    }
    rc = caption_paint_overlay(layout, lines, ret_overlay, err);
    g_object_unref(lines);
    return rc;
}
