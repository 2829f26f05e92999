/* s3.c - see s3.h: the calls, their further tries, and what an answer means. */
#include "s3/s3.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cancel.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/number.h"
#include "s3/s3_client.h"
#include "s3/s3_explain.h"

enum { PAUSE_FIRST_MS = 100, PAUSE_MAX_MS = 2000, NAP_MS = 50 };

/* --- tries --- */

/* The storage may answer better soon. */
static bool s3_may_pass(int rc, const struct s3_answer *answer)
{
    return rc == S3_E_UNREACHED ||
           (rc == 0 && ((answer->status >= 500 && answer->status != 501) || answer->status == 429));
}

/* Twice as long each time, and up to a half more, so that machines do not come back together. */
static int s3_pause_ms(int n_tries)
{
    int ms = n_tries < 6 ? PAUSE_FIRST_MS << n_tries : PAUSE_MAX_MS;

    ms = number_least(ms, PAUSE_MAX_MS);
    return ms + (int)randombytes_uniform((uint32_t)ms / 2);
}

static bool s3_pause(const struct s3_object *object, int ms)
{
    const struct timespec nap = {.tv_nsec = NAP_MS * 1000000};

    for (; ms > 0 && !cancel_is_set(object->cancel); ms -= NAP_MS)
        nanosleep(&nap, NULL);
    return !cancel_is_set(object->cancel);
}

static int s3_try(const struct s3_request *request, struct s3_answer *answer, struct error *err)
{
    int rc = s3_request(request, answer, err);

    if (rc == 0 && answer->status >= 300)
        s3_explain(request, answer, err);
    return rc;
}

/* 0: there is an answer, which is no error that may pass; err holds what it means if it is one. */
static int s3_ask(const struct s3_request *request, struct s3_answer *ret_answer, struct error *err)
{
    const struct s3_object *object = request->object;
    int64_t until_ms = clock_monotonic_ms() + object->patience_ms;

    for (int n_tries = 0;; n_tries++) {
        int pause_ms = s3_pause_ms(n_tries), rc = s3_try(request, ret_answer, err);

        if (!s3_may_pass(rc, ret_answer))
            return rc;
        if (clock_monotonic_ms() + pause_ms > until_ms)
            break;
        buf_free(&ret_answer->body);
        if (n_tries == 0)
            log_warning("%s/%s at %s: %s; it is tried again", object->address, object->name,
                s3_client()->endpoint, err->text);
        if (!s3_pause(object, pause_ms))
            return cancel_error(err);
    }
    buf_free(&ret_answer->body);
    return -ERR_IO;
}

/* 412: the object is another version; 409: it is being written by somebody else; 404: it is gone.
 */
static bool s3_is_changed(const struct s3_request *request, const struct s3_answer *answer)
{
    return request->version &&
           (answer->status == 412 || answer->status == 409 ||
               (answer->status == 404 && strcmp(answer->code, "NoSuchBucket") != 0));
}

/* Ask, and free the body.  200 and 204 are good, 404 without a bucket's error is NOT_FOUND. */
static int s3_do(const struct s3_request *request, struct s3_answer *ret_answer, struct error *err)
{
    int rc = s3_ask(request, ret_answer, err);

    if (rc == -ERR_CANCELED)
        return rc;
    if (rc == 0 && ret_answer->is_too_long)
        rc = error_set(
            err, ERR_LIMIT, "the object has more than %lld bytes", (long long)request->answer_max);
    else if (rc == 0 && s3_is_changed(request, ret_answer))
        rc = S3_E_CHANGED;
    else if (rc == 0 && ret_answer->status == 404 && strcmp(ret_answer->code, "NoSuchBucket") != 0)
        rc = S3_E_NOT_FOUND;
    else if (rc == 0 && ret_answer->status / 100 != 2)
        rc = -ERR_IO;
    if (rc != 0)
        buf_free(&ret_answer->body);
    return rc < 0 ? s3_error_where(request->object, err) : rc;
}

/* --- the calls --- */

static int s3_do_put(
    const struct s3_request *request, struct s3_version *ret_version, struct error *err)
{
    struct s3_answer answer;
    int rc = s3_do(request, &answer, err);

    if (rc == S3_E_NOT_FOUND) {
        s3_explain_bucket(request->object, err);
        return s3_error_where(request->object, err);
    }
    if (rc == 0)
        buf_free(&answer.body);
    if (rc == 0 && ret_version)
        *ret_version = answer.version;
    return rc;
}

int s3_put(const struct s3_object *object, const struct s3_head *head, const void *data, size_t len,
    struct error *err)
{
    const struct s3_request request = {.method = S3_PUT,
        .object = object,
        .head = head,
        .data = len ? data : "",
        .len = (int64_t)len};

    return s3_do_put(&request, NULL, err);
}

int s3_put_next(const struct s3_object *object, const struct s3_head *head, const void *data,
    size_t len, struct s3_version *version, struct error *err)
{
    const struct s3_request request = {.method = S3_PUT,
        .object = object,
        .head = head,
        .version = version,
        .data = len ? data : "",
        .len = (int64_t)len};

    return s3_do_put(&request, version, err);
}

int s3_put_file(
    const struct s3_object *object, const struct s3_head *head, int fd, struct error *err)
{
    struct s3_request request = {.method = S3_PUT, .object = object, .head = head, .fd = fd};
    struct stat stat;

    if (fstat(fd, &stat) < 0)
        return error_set(err, ERR_IO, "%s: the file that is put can't be read", object->name);
    request.len = stat.st_size;
    return s3_do_put(&request, NULL, err);
}

int s3_get(const struct s3_object *object, int64_t len_max, struct buf *ret_data,
    struct s3_version *ret_version, struct error *err)
{
    const struct s3_request request = {.method = S3_GET, .object = object, .answer_max = len_max};
    struct s3_answer answer;
    int rc = s3_do(&request, &answer, err);

    if (rc == 0)
        *ret_data = answer.body;
    if (rc == 0 && ret_version)
        *ret_version = answer.version;
    return rc;
}

int s3_length(const struct s3_object *object, int64_t *ret_len, struct error *err)
{
    const struct s3_request request = {.method = S3_HEAD, .object = object};
    struct s3_answer answer;
    int rc = s3_do(&request, &answer, err);

    if (rc == 0 && answer.len < 0) {
        error_set(err, ERR_IO, "the storage does not tell the length of the object");
        return s3_error_where(object, err);
    }
    if (rc == 0)
        *ret_len = answer.len;
    return rc;
}

int s3_remove(const struct s3_object *object, struct error *err)
{
    const struct s3_request request = {.method = S3_DELETE, .object = object};
    struct s3_answer answer;
    int rc = s3_do(&request, &answer, err);

    if (rc == 0)
        buf_free(&answer.body);
    return rc == S3_E_NOT_FOUND ? 0 : rc;
}
