/* outdir.h - the output folder of a video.  A file is written under a temporary name
 * (".NAME.RANDOM.part") and renamed when it is complete.  Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct outdir {
    int fd;
    const char *path; /* the caller's */
    /* Called before a file is renamed, on the writing thread.  Negative: the file is not renamed
     * and the write fails with that code.  NULL: every file may be published. */
    int (*may_publish)(void *ctx, struct error *err);
    void *ctx;
};

/* Open the folder `path`; create it and its parents if they do not exist.  Only one run may publish
 * in a folder at a time, so temporary files of earlier runs are removed: one that still lives has
 * lost the folder, and its write fails.  -ERR_INPUT: `path` is
 * empty; -ERR_IO names the folder. */
int outdir_open(const char *path, struct outdir *ret_dir, struct error *err);
/* The same for a folder that several processes write to, on any machine: temporary files of others
 * stay, until they are a day old. */
int outdir_open_shared(const char *path, struct outdir *ret_dir, struct error *err);
void outdir_close(struct outdir *dir);

/* A new temporary name for the file `name`.  The caller frees it. */
char *outdir_temporary(const char *name);

/* Publish the last file of this folder: flush all files and `temporary` to the disk, then rename
 * `temporary` to `name` (an older file `name` is replaced).  So whoever finds `name` finds the
 * other files complete.  Files whose names begin with `prefix` are not flushed: they are not needed
 * any more once `name` exists.  -ERR_IO names the file. */
int outdir_finish(const struct outdir *dir, const char *temporary, const char *name,
    const char *prefix, struct error *err);

/* Remove the file `name`.  False: it does not exist. */
bool outdir_remove(const struct outdir *dir, const char *name);

/* Write a small file in one call: complete when it has its name, on the disk only after
 * outdir_finish().  (A flush takes as long as encoding a frame, and a viewer waits for the first of
 * these files.)  -ERR_IO names the file. */
int outdir_write(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err);

/* Write a text that may have grown since another run wrote it: over the bytes that stand in the
 * file `name`, which are the same as far as both go, so that the file never gets shorter, whoever
 * writes last.  A file that does not exist appears with all of it.  -ERR_IO names the file. */
int outdir_grow(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err);
