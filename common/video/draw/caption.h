/* caption.h - a scene's words as overlays: any script, either direction, emoji in colour.
 *
 * A caption of more lines than may stand at once is shown page after page, each for its share of
 * the time; when there is too little time for that, the type becomes smaller, then the pages
 * fuller, and at last the end is cut with an ellipsis: a caption never covers the picture.
 * Immutable once made; caption_new() on any thread. */
#pragma once

#include "case/case.h"
#include "video/draw/overlay.h"
#include "video/language/language.h"

struct caption;
struct fonts; /* fonts.h */

/* How a case wants its captions set, on frames of its size. */
struct caption_style {
    struct fonts *fonts; /* the caller's; NULL: those that are there now */
    int width, height, fps;
    char language[LANGUAGE_TAG_MAX]; /* the words': Han and Cyrillic style otherwise in another */
    const char *font;                /* a family, the case's; NULL: ours */
    double size;                     /* of the type, pixels */
    double color[4];                 /* red, green, blue, opacity: 0…1 */
    double box[4];                   /* the same, behind the words */
    enum case_position position;
    int page_lines; /* at most so many stand at once */
};

struct caption_style caption_style_of(const struct case_record *record);

/* -ERR_INPUT: there is no such family here.  A letter that the family does not have is taken from
 * one that has it, as always: few families have Arabic, Hindi, Japanese and emoji. */
int caption_check_font(const char *family, struct error *err);

/* For `n_frames` frames of time.  `*ret_caption` is NULL if there is
 * nothing to see in `text` (only spaces). */
int caption_new(const char *text, const struct caption_style *style, int n_frames,
    struct caption **ret_caption, struct error *err);
void caption_free(struct caption *caption); /* takes NULL */

/* The same pages at the same times, without the drawing: a few hundred µs.  NULL: nothing to see.
 */
struct caption *caption_plan(const char *text, const struct caption_style *style, int n_frames);

int caption_page_count(const struct caption *caption);
/* The words of one, and the caption's frames from … to - 1 it is on the screen. */
const char *caption_page_text(const struct caption *caption, int page, int *ret_from, int *ret_to);

/* Lay what belongs there over `frame`, the `at`-th of the caption's frames: pages fade in and out.
 */
void caption_blend(const struct caption *caption, int at, struct yuv *frame);
