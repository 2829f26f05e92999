/* s3_request.c - see s3_request.h.
 *
 * libcurl 7.88 signs rightly if the header x-amz-content-sha256 is set by the caller, no header is
 * empty, and no query string is there. */
#include "s3/s3_request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "base/number.h"
#include "s3/s3_answer.h"
#include "s3/s3_client.h"

enum {
    CONNECT_MS = 3000,
    SILENT_S = 10,      /* a transfer of less than SLOW_BYTES a second for so long is ended … */
    SILENT_BRIEF_S = 3, /* … and so in a call that has no patience */
    SLOW_BYTES = 1024,
    SLOWEST_BYTES =
        256 << 10,       /* a second: what the deadline of a whole transfer expects at least */
    ERROR_MAX = 4 << 10, /* bytes of an error's body */
};

struct transfer {
    const struct s3_request *request;
    struct s3_answer *answer;
    CURL *curl;
    struct curl_slist *headers;
    int64_t sent;
    bool has_no_file; /* the file can't be read */
};

/* --- what libcurl calls --- */

static size_t transfer_send(char *to, size_t size, size_t n, void *ctx)
{
    struct transfer *transfer = ctx;
    const struct s3_request *request = transfer->request;
    size_t len = (size_t)number_least_64((int64_t)(size * n), request->len - transfer->sent);
    ssize_t did = (ssize_t)len;

    if (request->data)
        memcpy(to, request->data + transfer->sent, len);
    else
        did = pread(request->fd, to, len, transfer->sent);
    if (did < 0 || (did == 0 && len)) {
        transfer->has_no_file = true;
        return CURL_READFUNC_ABORT;
    }
    transfer->sent += did;
    return (size_t)did;
}

/* libcurl begins again when a connection that it had kept turns out to be closed. */
static int transfer_seek(void *ctx, curl_off_t at, int origin)
{
    struct transfer *transfer = ctx;

    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    transfer->sent = at;
    return CURL_SEEKFUNC_OK;
}

static size_t transfer_receive(char *from, size_t size, size_t n, void *ctx)
{
    struct transfer *transfer = ctx;
    struct buf *body = &transfer->answer->body;
    long status = 0;
    int64_t max;

    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    max = status == 200 ? transfer->request->answer_max : ERROR_MAX;
    if ((int64_t)(body->len + size * n) > max) {
        transfer->answer->is_too_long = true;
        return 0;
    }
    buf_add(body, from, size * n);
    return size * n;
}

static size_t transfer_read_header(char *line, size_t size, size_t n, void *ctx)
{
    const struct transfer *transfer = ctx;

    s3_answer_read_header(transfer->answer, line, n);
    return size * n;
}

static int transfer_tick(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct transfer *transfer = ctx;

    (void)a, (void)b, (void)c, (void)d;
    return cancel_is_set(transfer->request->object->cancel);
}

/* --- options --- */

static void transfer_add_header(struct transfer *transfer, const char *name, const char *value)
{
    char *line = value && *value ? mem_format("%s: %s", name, value) : NULL;

    if (line)
        transfer->headers = mem_there(curl_slist_append(transfer->headers, line));
    free(line);
}

/* The tag goes without quotes: Ceph's gateway compares them, too, and finds no tag equal. */
static void transfer_add_condition(struct transfer *transfer)
{
    const struct s3_version *version = transfer->request->version;

    if (version)
        transfer_add_header(transfer, *version->tag ? "If-Match" : "If-None-Match",
            *version->tag ? version->tag : "*");
}

static void transfer_set_headers(struct transfer *transfer)
{
    const struct s3_request *request = transfer->request;

    transfer_add_header(transfer, "x-amz-content-sha256", "UNSIGNED-PAYLOAD");
    transfer_add_header(transfer, "x-amz-security-token", s3_client()->keys.token);
    if (request->head) {
        transfer_add_header(transfer, "Content-Type", request->head->type);
        transfer_add_header(transfer, "Cache-Control", request->head->caching);
    }
    transfer_add_condition(transfer);
    curl_easy_setopt(transfer->curl, CURLOPT_HTTPHEADER, transfer->headers);
}

static void transfer_set_method(struct transfer *transfer)
{
    const struct s3_request *request = transfer->request;
    CURL *curl = transfer->curl;

    if (request->method == S3_HEAD)
        curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    if (request->method == S3_DELETE)
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "DELETE");
    if (request->method != S3_PUT)
        return;
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->len);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, transfer_send);
    curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_SEEKFUNCTION, transfer_seek);
    curl_easy_setopt(curl, CURLOPT_SEEKDATA, transfer);
}

static void transfer_set_deadlines(struct transfer *transfer)
{
    const struct s3_request *request = transfer->request;
    long silent_s = request->object->patience_ms ? SILENT_S : SILENT_BRIEF_S;
    int64_t len = request->method == S3_PUT ? request->len : request->answer_max;
    CURL *curl = transfer->curl;

    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SLOW_BYTES);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, silent_s);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, silent_s + (long)(len / SLOWEST_BYTES));
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, transfer_tick);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
}

static void transfer_set_up(struct transfer *transfer, char *error_text)
{
    const struct s3_client *client = s3_client();
    const struct s3_object *object = transfer->request->object;
    char *url = s3_url(client->endpoint, client->is_host_style, object->address, object->name);
    char *how = mem_format("aws:amz:%s:s3", client->region);
    CURL *curl = transfer->curl;

    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, how);
    curl_easy_setopt(curl, CURLOPT_USERNAME, client->keys.id);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, client->keys.secret);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "casecast");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error_text);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, transfer_receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, transfer_read_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    transfer_set_method(transfer);
    transfer_set_headers(transfer);
    transfer_set_deadlines(transfer);
    free(url);
    free(how);
}

/* --- the answer --- */

static int transfer_end(
    struct transfer *transfer, CURLcode code, const char *text, struct error *err)
{
    struct s3_answer *answer = transfer->answer;
    curl_off_t len = -1;

    if (code == CURLE_ABORTED_BY_CALLBACK && transfer->has_no_file)
        return error_set(err, ERR_IO, "the file that is put can't be read to its end");
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return cancel_error(err);
    if (code != CURLE_OK && !answer->is_too_long) {
        error_set(err, ERR_IO, "%s", *text ? text : curl_easy_strerror(code));
        return S3_E_UNREACHED;
    }
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &answer->status);
    curl_easy_getinfo(transfer->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &len);
    answer->len = len;
    if (answer->status >= 300)
        s3_answer_read_code(answer);
    return 0;
}

int s3_request(const struct s3_request *request, struct s3_answer *ret_answer, struct error *err)
{
    struct transfer transfer = {.request = request, .answer = ret_answer, .curl = s3_client_take()};
    char text[CURL_ERROR_SIZE] = "";
    int rc;

    *ret_answer = (struct s3_answer){.len = -1};
    if (!transfer.curl)
        return error_set(err, ERR_LIMIT, "no memory for a request");
    transfer_set_up(&transfer, text);
    rc = transfer_end(&transfer, curl_easy_perform(transfer.curl), text, err);
    s3_client_return(transfer.curl);
    curl_slist_free_all(transfer.headers);
    if (rc != 0)
        buf_free(&ret_answer->body);
    return rc;
}
