/* sent.h - the folder of the files that were sent over HTTP, ".files" below the media root:
 *
 *     DIGEST                  a whole file, by the SHA-256 of its content.  Its time is when
 * somebody was last told that it is there, or a case was last seen to name it parts/DIGEST what has
 * arrived of a file that is sent in pieces parts/NAME              one that is received
 *     senders/CLIENT/DIGEST   empty: this client has sent that file
 *
 * Several processes, and several machines on one folder, use it at once.  Any thread.
 *
 * Room: files that were sent over HTTP: their parts, their size, and those that nothing names.
 * May use: base, case, store.
 * Used by: cli/jobs, fcgi/files, hub/pruner. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/beneath.h"
#include "base/error.h"

enum { SENT_E_FULL = 1 /* the disk, or the quota of its user, has no room; the error says so */ };

/* Opens the folder, or (`name`) one in it, and makes it where it is not there.  No link is
 * followed.  -1: errno says why. */
int sent_make_folder(const char *media_root, int *ret_fd);
int sent_make_in(int folder_fd, const char *name, int *ret_fd);

/* The same where it must be there already. */
int sent_open_folder(const char *media_root, int *ret_fd);

/* Calls `each` for each regular file in a folder of the folder whose name is a digest; "." is the
 * folder itself.  `each` may remove it. */
void sent_each(int folder_fd, const char *name,
    void (*each)(void *ctx, const char *digest, const struct stat *stat), void *ctx);

/* What failed for `reason`, an errno, as an error that names no folder: a client may read it.
 * SENT_E_FULL, -ERR_IO. */
int sent_fail(int reason, struct error *err);

/* The bytes of a whole file; -1: it is not there. */
int64_t sent_bytes(int folder_fd, const char *digest);

/* Begins the file's day anew.  False: it is not there. */
bool sent_renew(int folder_fd, const char *digest);
