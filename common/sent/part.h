/* part.h - a file while it is received.  It gets its name when it is whole: so nobody sees a part
 * of it as the file.
 *
 * Who adds to a part holds a lock on it (flock): a part without one is in nobody's hands, whatever
 * the clock says.  That of a request which sends the whole file has a name of its own, and is worth
 * nothing without that request.  That of a file which comes in pieces has the name of the file, and
 * waits for the next piece.  One thread.
 *
 * -ERR_IO: the media root can't be written now, and why. */
#pragma once

#include <stddef.h>

#include "sent/sent.h"

enum {
    PART_E_BUSY = SENT_E_FULL + 1, /* another request adds to it */
    PART_KEPT_S = 86400,           /* a part waits so long for the next piece */
    PART_NAME_LEN = 16,            /* characters of a name of its own */
    PART_PATH_MAX = 96,            /* bytes, with the NUL */
};

struct part {
    int folder_fd; /* of the files that were sent */
    int fd;
    char path[PART_PATH_MAX]; /* below the media root; "": it was kept */
    int64_t bytes;
};

/* Makes an empty part, after it has removed those that nobody adds to any more.  The caller ends it
 * with part_close().  SENT_E_FULL. */
int part_open(const char *media_root, struct part *ret_part, struct error *err);

/* Opens what has arrived of the file with this digest, maybe nothing.  The caller ends it with
 * part_close() or part_leave().  SENT_E_FULL, PART_E_BUSY. */
int part_open_pieces(
    const char *media_root, const char *digest, struct part *ret_part, struct error *err);

/* What has arrived of that file in pieces, in bytes; 0: nothing. */
int64_t part_arrived(int folder_fd, const char *digest);

/* SENT_E_FULL */
int part_add(struct part *part, const void *data, size_t len, struct error *err);

/* Forgets what is behind the first `bytes`. */
int part_cut(struct part *part, int64_t bytes, struct error *err);

/* The SHA-256 of all of it, which is read for that. */
int part_digest(
    struct part *part, char ret_digest[static BENEATH_DIGEST_LEN + 1], struct error *err);

/* Gives it its name, when its bytes are on the disk.  A file that has the name already has the same
 * bytes.  `*ret_is_new`: there was none.  SENT_E_FULL */
int part_keep(struct part *part, const char *digest, bool *ret_is_new, struct error *err);

/* Removes what was not kept; leaves it for the next piece. */
void part_close(struct part *part);
void part_leave(struct part *part);
