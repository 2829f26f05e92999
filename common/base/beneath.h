/* beneath.h - files that somebody else named: opened beneath a folder, or not at all.  Any thread.
 */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

/* Open the folder `path` for the calls below; the caller closes `*ret_fd`. */
int beneath_root(const char *path, int *ret_fd, struct error *err);

/* Open `name` for reading, which must be a regular file reached without leaving `root_fd`: no
 * absolute path, no way out by "..", no link that leads out (openat2 RESOLVE_BENEATH; where that is
 * missing or forbidden, a walk of our own with the same answers), no FIFO, no folder.  ERR_INPUT
 * names the file and the reason.  The caller closes `*ret_fd`; `ret_stat` may be NULL. */
int beneath_open(
    int root_fd, const char *name, int *ret_fd, struct stat *ret_stat, struct error *err);

/* Does the kernel resolve such names here?  False: openat2 is missing or forbidden, and the walk
 * does it. */
bool beneath_is_by_kernel(int root_fd);
