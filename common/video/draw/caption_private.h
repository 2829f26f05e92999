/* caption_private.h - what the files of a caption share: caption.c (pages in time, fades),
 * caption_sent.c (messages to and from the process that sets text), caption_text.c (the text
 * itself), caption_layout.c (type size, lines, pages) and caption_paint.c (a page as an overlay).
 * Functions named _locked: the caller holds faces_lock(). */
#pragma once

#include <pango/pango.h>
#include <stdbool.h>

#include "video/draw/caption.h"
#include "video/language/faces.h"

struct caption_page {
    int from, to; /* the caption's frames from … to - 1 */
    char *text;
    struct overlay *overlay; /* NULL: only planned */
};

struct caption {
    int n_pages;
    int fade_n; /* frames */
    struct caption_page *pages;
};

/* --- caption.c --- */

/* Set in this process: as caption_new(), but for `*caption`, which is empty and stays the caller's.
 */
int caption_make(const char *text, const struct caption_style *style, int n_frames,
    struct faces *faces, bool is_drawn, struct caption *caption, struct error *err);

/* --- caption_sent.c: what is set in another process --- */

/* As caption_make(), in the process of `fonts`. */
int caption_ask(const char *text, const struct caption_style *style, int n_frames,
    struct fonts *fonts, bool is_drawn, struct caption *caption, struct error *err);

/* What that process reads after the text, n_frames and is_drawn.  Its font is the message's. */
struct caption_style caption_unpack_style(struct unpack *unpack);
/* What it answers. */
void caption_pack_pages(struct buf *buf, const struct caption *caption);

/* --- caption_text.c: any thread; `text` is valid UTF-8 --- */

bool caption_text_is_visible(const char *text);

/* A copy, the caller's: every kind of line break becomes \n, white space at the ends of lines and
 * empty lines go.  Direction marks and joiners stay. */
char *caption_text_tidy(const char *text);

/* --- caption_layout.c --- */

/* How a caption is set on a frame. */
struct caption_layout {
    const struct caption_style *style; /* the caller's */
    PangoContext *context;             /* the fonts' */
    int text_width;                    /* pixels: lines are broken here */
    int margin;                        /* pixels kept free below (at the top: above) the box */
    int n_frames;                      /* the caption is on the screen */
    /* chosen by caption_layout_choose_locked() */
    double size;    /* of the type, pixels */
    int page_lines; /* at most, but for the last page */
    int n_pages;
};

/* All but the context and what is chosen. */
struct caption_layout caption_layout_of(const struct caption_style *style, int n_frames);

/* Choose size, page_lines and n_pages so that every page has the time to be read: see caption.h.
 * `text` is tidy; if nothing else fits the time, its line breaks become spaces. */
void caption_layout_choose_locked(struct caption_layout *layout, char *text);

/* `text` broken into lines; the caller unrefs it. */
PangoLayout *caption_layout_lines_locked(const struct caption_layout *layout, const char *text);

/* The text of page `page` (from 0) of all lines, the caller's: with a direction mark in front if it
 * would else run otherwise than its paragraph.  NULL: the lines are used up. */
char *caption_layout_page_text_locked(
    const struct caption_layout *layout, PangoLayout *lines, int page);

/* --- caption_paint.c --- */

/* One page with its box.  The last page ends with an ellipsis if it has more lines than fit.
 * -ERR_LIBRARY, -ERR_LIMIT: see overlay_new().  The caller frees `*ret_overlay`. */
int caption_paint_locked(const struct caption_layout *layout, const char *text, bool is_last,
    struct overlay **ret_overlay, struct error *err);
