/* part.h - a file while it is received: a file of the hidden folder below the media root, which
 * gets its name when it is whole.  So nobody sees a part of it, and what a killed process left is
 * found by its place.  One thread; several processes, and several machines on one folder, may
 * receive the same file at once.
 *
 * -ERR_IO: the media root can't be written now, and why. */
#pragma once

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

#include "base/beneath.h"
#include "base/error.h"

enum {
    PART_E_FULL = 1,    /* the disk, or the quota of its user, has no room; `err` says so */
    PART_KEPT_S = 3600, /* a part that nobody adds to goes after so long */
    PART_NAME_LEN = 16, /* characters */
    PART_PATH_MAX = 64, /* bytes, with the NUL */
};

struct part {
    int folder_fd; /* of the files that were sent */
    int fd;
    char path[PART_PATH_MAX]; /* below the media root */
    int64_t bytes;
    crypto_hash_sha256_state hash;
};

/* Makes an empty part, after it has removed those that nobody adds to any more.  The caller ends it
 * with part_close(). */
int part_open(const char *media_root, struct part *ret_part, struct error *err);

/* PART_E_FULL */
int part_add(struct part *part, const void *data, size_t len, struct error *err);

/* The SHA-256 of what was added.  To be called once. */
void part_digest(struct part *part, char ret_digest[static BENEATH_DIGEST_LEN + 1]);

/* Gives it its name, when its bytes are on the disk.  A file that has the name already has the same
 * bytes.  `*ret_is_new`: there was none.  PART_E_FULL */
int part_keep(struct part *part, const char *digest, bool *ret_is_new, struct error *err);

/* Removes what was not kept. */
void part_close(struct part *part);
