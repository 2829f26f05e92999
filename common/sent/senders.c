/* senders.c - see senders.h. */
#include "sent/senders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "sent/part.h"

enum {
    SENDER_DIGITS = 32, /* of the digest of a client's name, which may hold any characters */
    SENDER_PATH_MAX = 128,
};

static const char senders_folder[] = "senders";

/* The bytes of a file, or what has arrived of it. */
static int64_t senders_size(int folder_fd, const char *digest)
{
    int64_t bytes = sent_bytes(folder_fd, digest);

    return bytes >= 0 ? bytes : part_arrived(folder_fd, digest);
}

/* --- in all --- */

static void senders_add(void *ctx, const char *digest, const struct stat *stat)
{
    (void)digest;
    *(int64_t *)ctx += stat->st_size;
}

int64_t senders_bytes(int folder_fd)
{
    int64_t bytes = 0;

    sent_each(folder_fd, ".", senders_add, &bytes);
    sent_each(folder_fd, "parts", senders_add, &bytes);
    return bytes;
}

/* --- of a client --- */

static void senders_path(const char *client, char ret_path[static SENDER_PATH_MAX])
{
    char hex[DIGEST_HEX_LEN + 1];
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, client);
    digest_hex(&digest, hex);
    snprintf(ret_path, SENDER_PATH_MAX, "%s/%.*s", senders_folder, SENDER_DIGITS, hex);
}

struct senders_sum {
    int folder_fd;
    const char *without;
    int64_t bytes;
};

static void senders_add_own(void *ctx, const char *digest, const struct stat *stat)
{
    struct senders_sum *sum = ctx;

    (void)stat;
    if (strcmp(digest, sum->without) != 0)
        sum->bytes += senders_size(sum->folder_fd, digest);
}

int64_t senders_bytes_without(int folder_fd, const char *client, const char *digest)
{
    struct senders_sum sum = {.folder_fd = folder_fd, .without = digest};
    char path[SENDER_PATH_MAX];

    senders_path(client, path);
    sent_each(folder_fd, path, senders_add_own, &sum);
    return sum.bytes;
}

int senders_note(int folder_fd, const char *client, const char *digest, struct error *err)
{
    char path[SENDER_PATH_MAX];
    int senders_fd, client_fd, fd = -1, reason;

    senders_path(client, path);
    if (sent_make_in(folder_fd, senders_folder, &senders_fd) < 0)
        return sent_fail(errno, err);
    close(senders_fd);
    if (sent_make_in(folder_fd, path, &client_fd) < 0)
        return sent_fail(errno, err);
    fd = openat(client_fd, digest, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    reason = errno;
    close(client_fd);
    if (fd < 0)
        return sent_fail(reason, err);
    close(fd);
    return 0;
}

/* A client with nothing left goes, too: its folder is not empty else, and stays. */
void senders_forget(int folder_fd, const char *digest)
{
    int fd = openat(folder_fd, senders_folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *client;
    char path[NAME_MAX + 1 + BENEATH_DIGEST_LEN + 1];

    if (!folder) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((client = readdir(folder))) {
        if (*client->d_name == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", client->d_name, digest);
        unlinkat(fd, path, 0);
        unlinkat(fd, client->d_name, AT_REMOVEDIR);
    }
    closedir(folder);
}
