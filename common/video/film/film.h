/* film.h - everything that is known of a video before its first frame is drawn, and the drawing of
 * frames.
 *
 * Pictures are large: a scene's is loaded when the first of its segments needs it, shared by all
 * that do, and freed after the last of them.  Segments are taken in order, so few are there at
 * once, however many scenes there are.
 *
 * Room: all that is known before the first frame, and the drawing of each frame.
 * May use: base, case, video/draw, video/frame, video/kept, video/language, video/picture,
 *     video/plan.
 * Used by: video, video/encode. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/digest.h"
#include "case/case.h"
#include "video/draw/caption.h"
#include "video/draw/ends.h"
#include "video/draw/zoom.h"
#include "video/kept/cache.h"
#include "video/kept/outdir.h"
#include "video/plan/motion.h"
#include "video/plan/timeline.h"

/* A scene that can be drawn. */
struct shot {
    pthread_mutex_t
        lock; /* the rest is under it, but for reading canvas and caption while it is held open */
    int uses_left;                   /* segments that have not ended with it */
    char digest[DIGEST_HEX_LEN + 1]; /* of the picture's file; "": not read yet */
    bool has_canvas, is_loaded;      /* loaded: with caption and title */
    struct yuv canvas;
    struct caption *caption;
    struct caption *title;   /* of the film, with the first scene; NULL: none wanted */
    struct caption *credits; /* with the last; NULL: none wanted */
    struct motion motion;    /* its focus and calm are the canvas', known with that */
    atomic_bool is_pictured; /* its thumbnail lies in the folder */
};

struct film {
    /* fixed after film_open() */
    const struct case_record *record;
    const struct outdir *dir;
    struct cache *cache;
    int root_fd;
    int width, height;
    struct fonts *fonts; /* for all of its words */
    struct shot *shots;
    const struct timeline *timeline; /* fixed after film_plan(), here and below */
    struct ends ends;
    atomic_bool is_previewed; /* the preview lies in the folder */
};

/* Everything pointed to stays the caller's. */
void film_open(const struct case_record *record, const struct outdir *dir, struct cache *cache,
    int root_fd, struct film *ret_film);
/* When each scene is seen: before anything but film_thumbnail_write() and film_close(). */
void film_plan(struct film *film, const struct timeline *timeline);
void film_close(struct film *film);

/* "scene-1.jpg"; the caller frees it. */
char *film_thumbnail_name(int scene);
#define FILM_PREVIEW_NAME "preview.jpg"

/* The scene's thumbnail, and with the first one the preview, into the folder: kept ones, or made of
 * its picture. */
int film_thumbnail_write(struct film *film, int scene, struct error *err);

/* The digest of all that shapes the packets of a segment, wherever it stands in its video. */
int film_segment_key(struct film *film, const struct timeline_segment *segment,
    char ret_key[static DIGEST_HEX_LEN + 1], struct error *err);

/* Before the first frame of a segment is drawn. */
int film_segment_begin(
    struct film *film, const struct timeline_segment *segment, struct error *err);
/* Nothing of this segment will be drawn any more, whether or not anything was. */
void film_segment_end(struct film *film, const struct timeline_segment *segment);

/* What one thread needs to draw. */
struct film_painter {
    struct zoom *zoom;
    struct yuv spare; /* the second picture of a slide, a wipe … */
};

int film_painter_open(const struct film *film, struct film_painter *ret_painter, struct error *err);
void film_painter_close(struct film_painter *painter);

/* Draw the video's frame `number`, one of the segment's. */
void film_draw(const struct film *film, const struct timeline_segment *segment, int number,
    struct film_painter *painter, struct yuv *frame);

/* What a failure in a scene's picture is called: "scene 3: image: " in front. */
int film_error_where(int scene, const char *what, struct error *err);
