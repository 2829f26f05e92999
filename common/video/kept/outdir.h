/* outdir.h - the output folder of a video.  A file is written under a temporary name
 * (".NAME.RANDOM.part") and renamed when it is complete.  Any thread.
 *
 * The folder may be one on S3-compatible storage ("s3://BUCKET/PREFIX").  Temporary files then lie
 * in a folder of this machine, and "renamed" means: put into the bucket. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct outdir {
    int fd;
    const char *path;          /* of temporary files, and if it is no address, of all others */
    const char *address;       /* on S3, the caller's; NULL: a folder */
    char *own_path;            /* what `path` is then; NULL: `path` is the caller's */
    int patience_ms;           /* storage may be away for so long */
    const atomic_bool *cancel; /* ends a transfer; NULL: none is ended */
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

/* The same for a folder that a run has left: nothing is made or removed, and only outdir_remove()
 * may be called.  False: there is no such folder. */
bool outdir_find(const char *path, struct outdir *ret_dir);

/* A new temporary name for the file `name`.  The caller frees it. */
char *outdir_temporary(const char *name);

/* Publish the last file of this folder: flush all files and `temporary` to the disk, then rename
 * `temporary` to `name` (an older file `name` is replaced).  So whoever finds `name` finds the
 * other files complete.  Files whose names begin with `prefix` are not flushed: they are not needed
 * any more once `name` exists.  -ERR_IO names the file. */
int outdir_finish(const struct outdir *dir, const char *temporary, const char *name,
    const char *prefix, struct error *err);

/* Read the file `name` of at most `len_max` bytes; the caller frees `*ret_data`, which is empty if
 * there is no such file.  -ERR_IO: storage does not answer. */
int outdir_read(const struct outdir *dir, const char *name, int64_t len_max, struct buf *ret_data,
    struct error *err);

enum { OUTDIR_NO_FILE = -1, OUTDIR_UNKNOWN = -2 };

/* The length in bytes of the file `name` in the folder `path`.  OUTDIR_NO_FILE; OUTDIR_UNKNOWN:
 * storage did not answer for `patience_ms`, or has just failed.  On S3 a length is believed for a
 * minute. */
int64_t outdir_length(const char *path, const char *name, int patience_ms);

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
