/* outdir.h - the folder a video goes to.  Files are written under names nobody looks for and get
 * their own when they are whole and on the disk.  Any thread. */
#pragma once

#include <stddef.h>

#include "base/error.h"

struct outdir {
    int fd;
    const char *path; /* the caller's */
};

/* Makes the folder, and those above it, if they are not there. */
int outdir_open(const char *path, struct outdir *ret_dir, struct error *err);
void outdir_close(struct outdir *dir);

/* A file that is being written.  It is locked (flock) as long as its writer lives: that is how what
 * a dead one left is told from it. */
struct partial {
    char *name; /* NULL: none */
    int fd;
};

int outdir_begin(
    const struct outdir *dir, const char *name, struct partial *ret_partial, struct error *err);
/* The file is whole: flush it to the disk and give it its name, in place of a file that had it.  On
 * an error it is still to be dropped. */
int outdir_keep(
    const struct outdir *dir, struct partial *partial, const char *name, struct error *err);
void outdir_drop(const struct outdir *dir, struct partial *partial);

/* Removes what writers left here that were killed. */
void outdir_sweep(const struct outdir *dir);

/* All at once, for small files. */
int outdir_write(
    const struct outdir *dir, const char *name, const void *data, size_t len, struct error *err);
