/* outdir.h - the output folder of a video.  A file is written under a temporary name
 * (".NAME.[JOB.RUN.]RANDOM.part") and renamed when it is complete.  Any thread.
 *
 * Whoever writes may be stopped at any moment, and go on when its job has another run, or has ended
 * and another job makes the same video.  Nothing in the folder or storage can refuse it then.  So a
 * run removes only what no other run has or ever will have: unfinished files of earlier runs of its
 * job, and once its job has ended in the store, files whose names carry the job.
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

/* Who writes to the folder. */
struct outdir_writer {
    const char
        *job;    /* the caller's: a word in the names of files that go with the job; NULL: none */
    int64_t run; /* of the job */
    bool is_shared; /* others write there, too */
};

struct outdir {
    int fd;
    struct outdir_writer writer;
    const char *path;          /* of temporary files, and if it is no address, of all others */
    const char *address;       /* on S3, the caller's; NULL: a folder */
    char *own_path;            /* what `path` is then; NULL: `path` is the caller's */
    int patience_ms;           /* storage may be away for so long */
    const atomic_bool *cancel; /* ends a transfer; NULL: none is ended */
    /* Called before a file is renamed, on the writing thread.  Negative: the file is not renamed
     * and the write fails with that code.  NULL: every file may be published. */
    int (*may_publish)(void *ctx, struct error *err);
    /* The same, once, before outdir_finish() begins. */
    int (*may_finish)(void *ctx, struct error *err);
    void *ctx;
};

/* Open the folder `path`; create it and its parents if they do not exist.  The folder is this
 * caller's alone, so all temporary files are removed.  -ERR_INPUT: `path` is empty; -ERR_IO names
 * the folder. */
int outdir_open(const char *path, struct outdir *ret_dir, struct error *err);
/* The same for a folder that several processes write to, on any machine: temporary files of others
 * stay, until they are a day old. */
int outdir_open_shared(const char *path, struct outdir *ret_dir, struct error *err);
/* The same for a run of a job: those of earlier runs of the job are removed, too. */
int outdir_open_for_job(
    const char *path, const char *job, int64_t run, struct outdir *ret_dir, struct error *err);
void outdir_close(struct outdir *dir);

/* The same for the folder of a job that has ended: nothing is made or removed, and only
 * outdir_remove() and outdir_remove_temporaries() may be called.  False: there is no such folder.
 */
bool outdir_find(const char *path, const char *job, struct outdir *ret_dir);

/* A new temporary name for the file `name`.  The caller frees it. */
char *outdir_temporary(const struct outdir *dir, const char *name);

/* Remove the temporary files of all earlier runs of the job. */
void outdir_remove_temporaries(const struct outdir *dir);

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
