/* film.h - draws the frames of a video from its case and timeline.
 *
 * Pictures are large.  The picture of a scene is loaded for the first segment that shows it, shared
 * by all that do, and freed after the last.  Segments begin in order, so few pictures are in memory
 * at once, whatever the number of scenes.
 *
 * film.c opens, plans and closes; film_load.c loads pictures and words; film_draw.c draws frames;
 * film_key.c makes digests; film_thumbnails.c writes thumbnails.
 *
 * Thread-safety: film_open(), film_plan() and film_close() on one thread; all else on any thread
 * between them, a `struct film_painter` on one thread at a time.  film_thumbnail_write() may run
 * during film_plan().
 *
 * Room: all that is known before the first frame, and the drawing of each frame.
 * May use: base, case, video/draw, video/frame, video/kept, video/language, video/media,
 *     video/plan.
 * Used by: video, video/encode. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/digest.h"
#include "base/error.h"
#include "case/case.h"
#include "video/draw/caption.h"
#include "video/draw/ends.h"
#include "video/draw/zoom.h"
#include "video/kept/cache.h"
#include "video/kept/outdir.h"
#include "video/media/media.h"
#include "video/plan/motion.h"
#include "video/plan/timeline.h"

/* A scene as it is drawn. */
struct shot {
    pthread_mutex_t lock;
    /* Under lock.  Between film_segment_begin() and film_segment_end() the threads of that segment
     * read canvas, words and motion without it: nothing changes them then. */
    int n_uses;                      /* segments that have not ended with it */
    char digest[DIGEST_HEX_LEN + 1]; /* of the picture's file; "": not read yet */
    bool has_canvas;                 /* the picture is loaded */
    bool is_loaded;                  /* the words, too */
    struct yuv canvas;
    struct caption *caption;   /* NULL: none, here and below */
    struct caption *title;     /* of the video, with the first scene */
    struct caption *credits;   /* with the last scene */
    struct motion motion;      /* its focus and is_calm are known once the canvas is */
    atomic_bool has_thumbnail; /* in the output folder; never false again */
};

struct film {
    /* fixed after film_open() */
    const struct case_record *record;
    const struct outdir *dir;
    struct cache *cache;
    struct media *media;
    int width, height;
    struct fonts *fonts; /* of all its words */
    struct shot *shots;  /* one a scene */
    /* fixed after film_plan() */
    const struct timeline *timeline;
    struct ends ends;
    /* atomic: any thread */
    atomic_bool has_preview; /* FILM_PREVIEW_NAME is in the output folder */
    atomic_bool is_shared;   /* film_share() was called */
};

/* Nothing is read from the disk yet.  `dir` NULL: thumbnails are only kept in the cache, for the
 * machine whose video it is.  All that is pointed to stays the caller's, and must outlive
 * the film; so must `media`. */
void film_open(const struct case_record *record, const struct outdir *dir, struct cache *cache,
    struct media *media, struct film *ret_film);
/* Set when each scene is seen, once, before all functions but film_thumbnail_write() and
 * film_close().  `timeline` stays the caller's and must outlive the film. */
void film_plan(struct film *film, const struct timeline *timeline);
void film_close(struct film *film);

/* Other machines make segments of this video, with the same cache: from now on they share what was
 * decoded.  Any thread. */
void film_share(struct film *film);

/* --- thumbnails --- */

/* "scene-1.jpg" for scene 0; the caller frees it. */
char *film_thumbnail_name(int scene);
#define FILM_PREVIEW_NAME "preview.jpg"

/* Write the scene's thumbnail (480 pixels wide) into the output folder, and with that of the first
 * scene the preview (1280 pixels on its longer side), from the cache or from the picture.  Does
 * nothing if they are there.  Errors as film_segment_begin(), or -ERR_IO. */
int film_thumbnail_write(struct film *film, int scene, struct error *err);

/* --- segments --- */

/* The digest of all that decides a segment's packets, wherever it stands in its video.  Errors as
 * picture_digest(), with the scene's number. */
int film_segment_key(struct film *film, const struct timeline_segment *segment,
    char ret_key[static DIGEST_HEX_LEN + 1], struct error *err);

/* Load what the segment shows, before its first frame is drawn.  -ERR_INPUT names the scene and the
 * file: as picture_load() does, or the file has changed since its digest was taken. */
int film_segment_begin(
    struct film *film, const struct timeline_segment *segment, struct error *err);
/* The segment will not be drawn any more: once for each segment of the timeline, drawn or not.
 * Frees what no other segment needs. */
void film_segment_end(struct film *film, const struct timeline_segment *segment);
/* Frees the pictures of all scenes before `scene`.  No thread is between begin and end with them;
 * they can be loaded again. */
void film_forget_before(struct film *film, int scene);
/* The same for all scenes that the segment does not show. */
void film_forget_others(struct film *film, const struct timeline_segment *segment);

/* What one thread needs to draw. */
struct film_painter {
    struct zoom *zoom;
    struct yuv spare; /* the new picture of a transition */
};

/* -ERR_LIMIT: no memory.  Close it in any case. */
int film_painter_open(const struct film *film, struct film_painter *ret_painter, struct error *err);
void film_painter_close(struct film_painter *painter);

/* Draw frame `number` of the video, one of the segment's, between film_segment_begin() and
 * film_segment_end().  `frame` has the film's size; all of it is written. */
void film_draw(const struct film *film, const struct timeline_segment *segment, int number,
    struct film_painter *painter, struct yuv *frame);

/* Put "scene 3: image: " in front of the message, for scene 2 and `what` "image".  Returns
 * -err->code. */
static inline int film_error_where(int scene, const char *what, struct error *err)
{
    return error_where(err, "scene %d: %s: ", scene + 1, what);
}
