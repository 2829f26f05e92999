/* caption.h - a scene's words as overlays: any script, either direction, emoji in colour.
 *
 * A caption of more lines than may stand at once is shown page after page, each for its share of
 * the time; when there is too little time for that, the type becomes smaller, then the pages
 * fuller, and at last the end is cut with an ellipsis: a caption never covers the picture.
 * Immutable once made; caption_new() on any thread (Pango itself is used by one thread at a time,
 * in there). */
#pragma once

#include "video/overlay.h"

struct caption;

/* For a frame of width × height and `n_frames` frames of time.  `*ret_caption` is NULL if there is
 * nothing to see in `text` (only spaces). */
int caption_new(const char *text, int width, int height, int n_frames, struct caption **ret_caption,
    struct error *err);
void caption_free(struct caption *caption); /* takes NULL */

/* The same pages at the same times, without the drawing: a few hundred µs.  NULL: nothing to see.
 */
struct caption *caption_plan(const char *text, int width, int height, int n_frames);

int caption_pages(const struct caption *caption);
/* The words of one, and the caption's frames from … to - 1 it is on the screen. */
const char *caption_page(const struct caption *caption, int page, int *ret_from, int *ret_to);

/* Lay what belongs there over `frame`, the `at`-th of the caption's frames: pages fade in and out.
 */
void caption_blend(const struct caption *caption, int at, struct yuv *frame);
