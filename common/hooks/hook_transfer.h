/* hook_transfer.h - one attempt to deliver an event: a POST by libcurl.  One thread at a time.
 *
 * It takes HOOK_TRANSFER_MS at most, follows no redirect, uses no proxy, reads HOOK_READ_MAX bytes
 * of the answer and keeps none of it.  Each address that the host's name leads to is judged when
 * its socket is opened: there is no moment between the judgement and the use. */
#pragma once

#include <curl/curl.h>
#include <stdbool.h>

#include "hooks/hook_answer.h"
#include "hooks/hook_hosts.h"
#include "hooks/hook_keys.h"
#include "job/job.h"
#include "store/hooks.h"

enum { HOOK_TRANSFER_MS = 10000, HOOK_READ_MAX = 64 << 10 };

struct hook_transfer {
    struct hook_due due;
    CURL *curl; /* its private pointer is the transfer */

    /* its own */
    const struct hook_hosts *hosts;
    struct curl_slist *headers;
    char *body;
    size_t n_read;
    char refused[64]; /* an address that may not be used; "": none */
    char text[CURL_ERROR_SIZE];
};

/* Takes over `due`, which is empty then.  The caller hands `curl` of the result to libcurl. */
struct hook_transfer *hook_transfer_new(const struct hook_hosts *hosts,
    const struct hook_keys *keys, struct hook_due *due, const struct job *job);
void hook_transfer_free(struct hook_transfer *transfer); /* libcurl does not have it any more */

/* What came of it.  `ret_error`: in words, of an answer that is not HOOK_TAKEN; no URL is in it.
 * `*ret_asked_s`: Retry-After; 0: none. */
enum { HOOK_ERROR_MAX = 300 };
enum hook_answer hook_transfer_answer(struct hook_transfer *transfer, CURLcode code,
    char ret_error[static HOOK_ERROR_MAX], int64_t *ret_asked_s);
