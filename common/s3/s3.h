/* s3.h - S3-compatible storage (Amazon S3, Ceph's radosgw and the like): objects are put, read,
 * measured and removed under the address "s3://BUCKET/PREFIX" and a name.  Any thread.
 *
 * Requests are signed (AWS Signature Version 4).  The keys come from a file, and stand in no
 * address, log, error or environment.  An object is there as a whole or not at all.  Every call has
 * deadlines: so long for a connection and a silent server, and `patience_ms` for trying again while
 * the storage can't be reached or answers 5xx.
 *
 * Errors name bucket, endpoint and setting in `text`, and nothing of it in `public_text`.
 *
 * Room: S3-compatible storage: objects put, read, measured and removed.
 * May use: base.
 * Used by: cli, cli/create, fcgi, fcgi/kind, fcgi/maker, fcgi/monitor, video/kept. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/config.h"
#include "base/error.h"

/* Does `text` begin with "s3://"?  (A path does not: its folder would be called "s3:".) */
bool s3_is_address(const char *text);

/* Once, before threads start: checks the settings, reads the file of keys and makes the folder
 * CASECAST_RUN, if an address of `config` is one of S3; else nothing is done.  `config` outlives
 * all calls.  -ERR_INPUT names the setting, its value (of the file: the line) and what would be
 * right. */
int s3_start(const struct config *config, struct error *err);

/* After the last call. */
void s3_stop(void);

/* CASECAST_RUN: the folder of this machine alone, in which files are made before they are put. */
const char *s3_work_folder(void);

struct s3_object {
    const char *address;       /* checked by s3_start() */
    const char *name;          /* letters, digits and ._-/ */
    int patience_ms;           /* 0: one try */
    const atomic_bool *cancel; /* set: -ERR_CANCELED within a second; NULL: never */
};

/* What the storage tells whoever reads the object. */
struct s3_head {
    const char *type;    /* Content-Type */
    const char *caching; /* Cache-Control; NULL: none */
};

enum { S3_E_NOT_FOUND = 1, S3_E_CHANGED = 2 };

/* Which of the contents that an object had over time: its ETag, as the storage told it. */
struct s3_version {
    char tag[128]; /* "": there is no object */
};

/* Store `len` bytes, or the file `fd` from its start.  An older object of this name is replaced. */
int s3_put(const struct s3_object *object, const struct s3_head *head, const void *data, size_t len,
    struct error *err);
int s3_put_file(
    const struct s3_object *object, const struct s3_head *head, int fd, struct error *err);

/* The same, but only while the object is `*version`, which then is what was stored.  So a write
 * that was delayed undoes nothing.  S3_E_CHANGED: it is another version, or is gone; nothing was
 * stored, unless the answer to an earlier try was lost. */
int s3_put_next(const struct s3_object *object, const struct s3_head *head, const void *data,
    size_t len, struct s3_version *version, struct error *err);

/* Read a whole object of at most `len_max` bytes; the caller frees `*ret_data`.  `ret_version` may
 * be NULL.  -ERR_LIMIT: it is longer.  S3_E_NOT_FOUND: there is none. */
int s3_get(const struct s3_object *object, int64_t len_max, struct buf *ret_data,
    struct s3_version *ret_version, struct error *err);

/* The length of an object in bytes, without reading it.  S3_E_NOT_FOUND: there is none. */
int s3_length(const struct s3_object *object, int64_t *ret_len, struct error *err);

/* Remove an object.  It is no error if there is none: the storage does not tell. */
int s3_remove(const struct s3_object *object, struct error *err);
