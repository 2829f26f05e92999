/* quota.c - see quota.h. */
#include "files/quota.h"

#include "files/receive.h"
#include "request/answer.h"
#include "request/server.h"
#include "sent/part.h"
#include "sent/senders.h"

enum { MIB = 1 << 20 };

/* --- answers --- */

static bool quota_refuse_file(struct request *request, const char *setting, int mib)
{
    struct error err;

    error_set(&err, ERR_LIMIT, "the file is longer than all files together may be: %d MiB (%s)",
        mib, setting);
    answer_problem(request, 413, "", err.text);
    return false;
}

static bool quota_refuse_all(struct request *request, int mib)
{
    struct error err;

    error_set(&err, ERR_LIMIT,
        "the files that were sent would take more than %d MiB (CASECAST_FILES_MIB): nothing of it "
        "is kept; those that no case names go after a day",
        mib);
    answer_problem(request, 507, "", err.text);
    return false;
}

static bool quota_refuse_client(struct request *request, int mib)
{
    struct error err;

    error_set(&err, ERR_LIMIT,
        "the files from your address would take more than %d MiB (CASECAST_FILES_MIB_CLIENT): "
        "nothing of it is kept; those that no case names go after a day",
        mib);
    answer_problem(request, 429, "Retry-After: 3600\r\n", err.text);
    return false;
}

/* --- limits --- */

/* The client that is counted; "": none. */
static void quota_client(const struct request *request, char ret_client[static REQUEST_CLIENT_MAX])
{
    *ret_client = '\0';
    if (request->server->config->files_mib_client && !request->is_trusted)
        request_client(request, ret_client);
}

bool quota_admit(struct request *request, int folder_fd, const char *digest, int64_t bytes)
{
    const struct config *config = request->server->config;
    int64_t all = (int64_t)config->files_mib * MIB;
    int64_t own = (int64_t)config->files_mib_client * MIB, arrived;
    char client[REQUEST_CLIENT_MAX];

    if (sent_bytes(folder_fd, digest) >= 0)
        return true;
    quota_client(request, client);
    arrived = part_arrived(folder_fd, digest); /* counts already, in all */
    if (all && bytes > all)
        return quota_refuse_file(request, "CASECAST_FILES_MIB", config->files_mib);
    if (*client && bytes > own)
        return quota_refuse_file(request, "CASECAST_FILES_MIB_CLIENT", config->files_mib_client);
    if (all && senders_bytes(folder_fd) - arrived + bytes > all)
        return quota_refuse_all(request, config->files_mib);
    if (*client && senders_bytes_without(folder_fd, client, digest) + bytes > own)
        return quota_refuse_client(request, config->files_mib_client);
    return true;
}

bool quota_note(struct request *request, int folder_fd, const char *digest)
{
    char client[REQUEST_CLIENT_MAX];
    struct error err;
    int rc;

    quota_client(request, client);
    if (!*client)
        return true;
    rc = senders_note(folder_fd, client, digest, &err);
    if (rc != 0)
        receive_refuse(request, rc, &err);
    return rc == 0;
}
