/* each_scene.h - does something for each scene, on several threads.  The result does not depend on
 * which thread did which scene. */
#pragma once

#include "base/error.h"
#include "video/watch/progress.h"

enum { EACH_SCENE_THREADS_MAX = 16 };

struct each_scene {
    int n; /* scenes, from the first on */
    int n_threads;
    /* Called on thread `thread` (from 0). */
    int (*work)(void *ctx, int thread, int scene, struct error *err);
    void *ctx;
    struct progress *progress; /* VIDEO_READING is reported … */
    double from, to;           /* … from this share of it to that one */
};

/* So many threads are of use for `n` scenes. */
int each_scene_threads(int n);

/* Blocks until all is done.  The code and error of the first scene that failed (`*ret_failed`; `n`:
 * none); the scenes before it are all done.  -ERR_LIMIT: no thread can be started. */
int each_scene(const struct each_scene *each, int *ret_failed, struct error *err);
