/* segment_maker.h - makes segments one by one: from a cache entry, or drawn and encoded with a core
 * held (cores.h).  One a thread; that thread's alone. */
#pragma once

#include "video/encode/cores.h"
#include "video/encode/segment.h"
#include "video/film/film.h"

struct segment_maker {
    /* set by the caller, whose they stay; fixed after segment_maker_open() */
    struct film *film;
    const char *cores_file; /* NULL: cores are not shared */
    int n_cores;
    const atomic_bool *stop;
    atomic_int *frames_done; /* counts up with every frame */
    atomic_int *frames_kept; /* with every frame of a cache entry */

    struct film_painter painter;
    struct core core;

    /* of the segment made last */
    char key[DIGEST_HEX_LEN + 1];
    int64_t encoded_ms; /* how long that took; 0: it was a cache entry */
};

/* -ERR_LIMIT: no memory.  Close it after an error, too.  If the cores can't be shared, a warning is
 * logged and every core is free. */
int segment_maker_open(struct segment_maker *maker, struct error *err);
void segment_maker_close(struct segment_maker *maker);

/* Make segment `number` of the video's timeline, with times of the video; write its cache entry if
 * there is none, and its scene's thumbnail.  Blocks until a core is free.  The caller frees
 * `*ret_segment`.  -ERR_CANCELED: `stop` was set; -ERR_INPUT names the scene. */
int segment_maker_make(
    struct segment_maker *maker, int number, struct segment **ret_segment, struct error *err);

/* The same with a core that is held already (core_take_spare()); releases it.  -ERR_CANCELED, too,
 * if that core was wanted for long. */
int segment_maker_make_held(
    struct segment_maker *maker, int number, struct segment **ret_segment, struct error *err);
