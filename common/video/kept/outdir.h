/* outdir.h - the folder a video goes to.  Files are written under names nobody looks for and get
 * their own when they are whole.  Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct outdir {
    int fd;
    const char *path; /* the caller's */
    /* Asked before a file gets its name, on any thread: less than 0, it gets none.  NULL: it may.
     */
    int (*may_publish)(void *ctx, struct error *err);
    void *ctx;
};

/* Makes the folder, and those above it, if they are not there.  One work at a time writes there:
 * what a killed one left under a temporary name is removed. */
int outdir_open(const char *path, struct outdir *ret_dir, struct error *err);
void outdir_close(struct outdir *dir);

/* A name beside `name` that nobody else has; the caller frees it. */
char *outdir_temporary(const char *name);
/* The file `temporary` is whole and the last of this folder: flush it and the others to the disk
 * and give it its name, in place of a file that had it.  Whoever finds that name finds the others.
 * Files whose names begin with `passing` are not flushed: nobody needs them once `name` is there.
 */
int outdir_finish(const struct outdir *dir, const char *temporary, const char *name,
    const char *passing, struct error *err);
/* False: there is no such file. */
bool outdir_drop(const struct outdir *dir, const char *name);

/* All at once, for small files: whole when it has its name, on the disk after outdir_finish()
 * unless they are passing.  A viewer waits for the first of them, and a flush takes as long as an
 * encoder needs for a frame. */
int outdir_write(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err);
