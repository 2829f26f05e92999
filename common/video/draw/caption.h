/* caption.h - a scene's words over its frames: any script, either direction, emoji in colour.
 *
 * To change how a caption fades: FADE_MS and caption_opacity() in caption.c.  Where its box stands:
 * caption_paint.c; type size and pages: caption_layout.c.  Then raise ENGINE_VERSION
 * (kept/engine.h), or kept segments keep the old look.
 *
 * A caption of more than `page_lines` lines is shown page after page; each page gets a share of the
 * time.  If the time is too short for that, the type becomes smaller, then the pages fuller, and at
 * last the end is cut with an ellipsis: a caption never covers the whole picture.
 *
 * Thread-safety: caption_new(), caption_plan() and caption_check_font() on any thread; a caption
 * does not change afterwards, so any number of threads may read and blend it. */
#pragma once

#include "case/case.h"
#include "video/draw/overlay.h"
#include "video/language/language.h"

struct caption;
struct fonts; /* fonts.h */

/* How a case wants its captions set, on frames of its size. */
struct caption_style {
    struct fonts *fonts;             /* the caller's; NULL: the machine's, as they are now */
    int width, height, fps;          /* of the frames */
    char language[LANGUAGE_TAG_MAX]; /* of the words: it chooses the forms of Han and Cyrillic */
    const char *font;                /* a family, the case's; NULL: ours */
    double size;                     /* of the type, pixels */
    double color[4];                 /* red, green, blue, opacity: 0…1 */
    double box[4];                   /* the same, of the box behind the words */
    enum case_position position;
    int page_lines; /* at most, while the time allows it */
};

/* What the record says, and our defaults for the rest.  `fonts` is NULL; `font` stays the record's.
 */
struct caption_style caption_style_of(const struct case_record *record);

/* 0, or -ERR_INPUT: this machine has no font family of that name (capitals do not count).  A family
 * need not have every letter: others stand in for it, as few families have Arabic, Hindi, Japanese
 * and emoji.  Other errors as caption_new(). */
int caption_check_font(const char *family, struct error *err);

/* A caption that stands for `n_frames` frames.  `text` is valid UTF-8; nothing of it or of `style`
 * is kept.  `*ret_caption`: the caller frees it; NULL if no character of `text` is visible.
 * -ERR_LIBRARY: cairo failed.  -ERR_IO: a font, or fontconfig's settings, can't be read.
 * -ERR_LIMIT: the frame is too large for an overlay.  Also those of fonts_ask(): the text ended the
 * process that set it. */
int caption_new(const char *text, const struct caption_style *style, int n_frames,
    struct caption **ret_caption, struct error *err);
void caption_free(struct caption *caption); /* takes NULL */

/* The same pages at the same times, but nothing to blend: takes a few hundred µs. */
int caption_plan(const char *text, const struct caption_style *style, int n_frames,
    struct caption **ret_caption, struct error *err);

int caption_page_count(const struct caption *caption); /* at least 1 */

/* The words of page `page` (from 0), valid as long as the caption; it is on the screen during the
 * caption's frames *ret_from … *ret_to - 1. */
const char *caption_page_text(const struct caption *caption, int page, int *ret_from, int *ret_to);

/* Blend frame `at` (from 0) of the caption over `frame`, which has the style's size.  Each page
 * fades in and out; before the first frame and after the last nothing is drawn. */
void caption_blend(const struct caption *caption, int at, struct yuv *frame);
