/* beneath.h - opens files whose names come from outside, and only below a folder.  Any thread.
 *
 * "file:" and 64 hexadecimal digits, the SHA-256 of its content, name a file that was sent over
 * HTTP. It lies in a folder of its own below the root. */
#pragma once

#include <stdbool.h>
#include <sys/stat.h>

#include "base/error.h"

/* Open the folder `path` as the root for the functions below.  -ERR_IO: it can't be opened.  The
 * caller closes `*ret_fd`. */
int beneath_root(const char *path, int *ret_fd, struct error *err);

#define BENEATH_SENT "file:"
#define BENEATH_SENT_FOLDER ".files" /* below the root */
enum { BENEATH_DIGEST_LEN = 64 };

/* Is `text` a SHA-256, in digits 0-9 and a-f? */
bool beneath_is_digest(const char *text);
/* The digest in the name of a file that was sent; NULL: it is a path. */
const char *beneath_sent_digest(const char *name);

/* Open `name` below `root_fd` for reading.  It must be a regular file, and no absolute path, ".."
 * or link may lead out of the root (openat2() with RESOLVE_BENEATH; a walk with the same rules
 * where openat2() is missing or forbidden).  -ERR_INPUT names the file and the reason.  The caller
 * closes
 * `*ret_fd`; `ret_stat` may be NULL. */
int beneath_open(
    int root_fd, const char *name, int *ret_fd, struct stat *ret_stat, struct error *err);

/* Does this machine have openat2()?  False: it is missing or forbidden, and the walk is used. */
bool beneath_is_by_kernel(int root_fd);
