/* beneath.h - opens files whose names come from outside, and only below a folder.  Any thread. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

/* Open the folder `path` as the root for the functions below.  -ERR_IO: it can't be opened.  The
 * caller closes `*ret_fd`. */
int beneath_root(const char *path, int *ret_fd, struct error *err);

/* Open `name` below `root_fd` for reading.  It must be a regular file, and no absolute path, ".."
 * or link may lead out of the root (openat2() with RESOLVE_BENEATH; a walk with the same rules
 * where openat2() is missing or forbidden).  -ERR_INPUT names the file and the reason.  The caller
 * closes
 * `*ret_fd`; `ret_stat` may be NULL. */
int beneath_open(
    int root_fd, const char *name, int *ret_fd, struct stat *ret_stat, struct error *err);

/* Does this machine have openat2()?  False: it is missing or forbidden, and the walk is used. */
bool beneath_is_by_kernel(int root_fd);
