/* hook_transfer.c - see hook_transfer.h. */
#include "hooks/hook_transfer.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/text.h"
#include "hooks/hook_body.h"

/* --- what libcurl calls --- */

static curl_socket_t transfer_open(void *ctx, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct hook_transfer *transfer = ctx;
    unsigned char bytes[HOOK_ADDRESS_LEN];

    (void)purpose;
    if (hook_hosts_hold_address(transfer->hosts, &address->addr))
        return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (hook_address_of(&address->addr, bytes))
        inet_ntop(AF_INET6, bytes, transfer->refused, sizeof transfer->refused);
    return CURL_SOCKET_BAD;
}

/* Of headers and body.  Fewer bytes than were given end the transfer. */
static size_t transfer_read(char *data, size_t size, size_t n, void *ctx)
{
    struct hook_transfer *transfer = ctx;

    (void)data;
    transfer->n_read += size * n;
    return transfer->n_read > HOOK_READ_MAX ? 0 : size * n;
}

/* --- setting up --- */

static void transfer_add_header(struct hook_transfer *transfer, const char *name, const char *value)
{
    char *line = mem_format("%s: %s", name, value);

    transfer->headers = mem_there(curl_slist_append(transfer->headers, line));
    free(line);
}

static void transfer_sign(struct hook_transfer *transfer, const struct hook_keys *keys)
{
    int64_t now_s = clock_wall_ms() / 1000;
    char id[HOOK_MESSAGE_ID_MAX], number[24], *signature;

    hook_message_id(&transfer->due, id);
    snprintf(number, sizeof number, "%" PRId64, now_s);
    signature = hook_keys_sign(keys, id, now_s, transfer->body, strlen(transfer->body));
    transfer_add_header(transfer, "webhook-id", id);
    transfer_add_header(transfer, "webhook-timestamp", number);
    transfer_add_header(transfer, "webhook-signature", signature);
    free(signature);
}

static void transfer_bound(CURL *curl)
{
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)HOOK_TRANSFER_MS);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)HOOK_TRANSFER_MS);
    curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L); /* a slow DNS server holds up nobody else */
}

static void transfer_set_up(struct hook_transfer *transfer)
{
    CURL *curl = transfer->curl;

    transfer_bound(curl);
    curl_easy_setopt(curl, CURLOPT_URL, transfer->due.url);
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, transfer->body);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(transfer->body));
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, transfer->headers);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "casecast");
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->text);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, transfer_open);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, transfer_read);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, transfer_read);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_PRIVATE, transfer);
}

struct hook_transfer *hook_transfer_new(const struct hook_hosts *hosts,
    const struct hook_keys *keys, struct hook_due *due, const struct job *job)
{
    struct hook_transfer *transfer = mem_new(struct hook_transfer);

    transfer->hosts = hosts;
    transfer->due = *due;
    *due = (struct hook_due){0};
    transfer->curl = mem_there(curl_easy_init());
    transfer->body = hook_body(&transfer->due, job);
    transfer_add_header(transfer, "Content-Type", "application/json");
    transfer_add_header(transfer, "Expect", ""); /* no wait for "100 Continue" */
    transfer_sign(transfer, keys);
    transfer_set_up(transfer);
    return transfer;
}

void hook_transfer_free(struct hook_transfer *transfer)
{
    curl_easy_cleanup(transfer->curl);
    curl_slist_free_all(transfer->headers);
    hook_due_clear(&transfer->due);
    free(transfer->body);
    free(transfer);
}

/* --- the answer --- */

static void transfer_explain(const struct hook_transfer *transfer, CURLcode code, long status,
    char ret_error[static HOOK_ERROR_MAX])
{
    if (status)
        snprintf(ret_error, HOOK_ERROR_MAX, "answered %ld", status);
    else if (*transfer->refused)
        snprintf(ret_error, HOOK_ERROR_MAX,
            "%s leads to %s, which is neither public nor in CASECAST_WEBHOOK_HOSTS",
            transfer->due.host, transfer->refused);
    else
        snprintf(ret_error, HOOK_ERROR_MAX, "%s",
            *transfer->text ? transfer->text : curl_easy_strerror(code));
    text_one_line(ret_error);
}

/* An answer of any length counts by its status.  One that broke off, or never ended, counts as
 * none. */
enum hook_answer hook_transfer_answer(struct hook_transfer *transfer, CURLcode code,
    char ret_error[static HOOK_ERROR_MAX], int64_t *ret_asked_s)
{
    curl_off_t asked_s = 0;
    long status = 0;

    if (code == CURLE_OK || transfer->n_read > HOOK_READ_MAX)
        curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(transfer->curl, CURLINFO_RETRY_AFTER, &asked_s);
    *ret_asked_s = asked_s;
    transfer_explain(transfer, code, status, ret_error);
    return hook_answer_of(status);
}
