/* outdir_private.h - what the files of outdir share. */
#pragma once

#include "video/kept/outdir.h"

#define OUTDIR_TEMPORARY ".part" /* the end of a temporary name, which begins with a dot */

/* With all above it.  Returns why the first folder that is not there was not made, or 0. */
int outdir_make_folders(const char *path);

bool outdir_is_temporary(const char *name);

/* Call `each` for every name in the folder until it returns a negative code. */
int outdir_walk(const struct outdir *dir,
    int (*each)(const struct outdir *dir, const char *name, const char *prefix, struct error *err),
    const char *prefix, struct error *err);
