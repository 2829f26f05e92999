/* s3_request.h - one signed request and its answer, without a second try.  Any thread. */
#pragma once

#include <sys/types.h>

#include "s3/s3.h"

enum s3_method { S3_GET, S3_HEAD, S3_PUT, S3_DELETE };

struct s3_request {
    enum s3_method method;
    const struct s3_object *object;
    const struct s3_head *head;       /* of a put */
    const struct s3_version *version; /* of a put: only while the object is this; NULL: always */
    const char *data;                 /* of a put … */
    int fd;                           /* … if `data` is NULL: the file, from its start */
    int64_t len;
    int64_t
        answer_max; /* bytes of a body that is read; an answer other than 200 has at most 4 KiB */
};

struct s3_answer {
    long status;
    int64_t len; /* Content-Length; -1: none */
    struct buf body;
    struct s3_version version; /* ETag, without its quotes; "": none */
    char code[64];             /* of an error: <Code> of its body; "": none */
    int64_t skew_s;   /* the storage's clock minus ours, by its header Date; 0: not known */
    bool is_too_long; /* the body has more than answer_max bytes: it is not complete */
};

/* Positive: the storage can't be reached, or broke the connection; err says how. */
enum { S3_E_UNREACHED = 1 };

/* 0: the storage answered, with any status; the caller frees `ret_answer->body`.  -ERR_CANCELED;
 * -ERR_IO: the file can't be read; -ERR_LIMIT: no memory. */
int s3_request(const struct s3_request *request, struct s3_answer *ret_answer, struct error *err);
