/* neighbours.c - see neighbours.h. */
#include "monitor/neighbours.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/mem.h"

enum {
    GROUP_DIGITS = 16,
    NAME_MAX_LEN = 64,
    ACCEPT_MOST = 16, /* in one turn of the loop */
};

struct neighbours {
    void (*tell)(void *ctx, struct buf *out);
    void *ctx;
    char group[sizeof "casecast-metrics-" + GROUP_DIGITS]; /* ends with the digits and '-' */
    char name[NAME_MAX_LEN + 1];
    int listen_fd;
    uv_poll_t listening;
};

/* --- answering --- */

static bool neighbours_is_our_user(int fd)
{
    struct ucred peer;
    socklen_t len = sizeof peer;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}

/* A message of a socket with packets goes whole or not at all. */
static void neighbours_answer(struct neighbours *neighbours, int fd)
{
    struct buf text = {0};

    if (neighbours_is_our_user(fd)) {
        neighbours->tell(neighbours->ctx, &text);
        if (send(fd, text.data, text.len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
            log_debug("a neighbour that asked for metrics got none: %s", strerror(errno));
        buf_free(&text);
    }
    close(fd);
}

static void neighbours_on_asked(uv_poll_t *handle, int status, int events)
{
    struct neighbours *neighbours = handle->data;
    int fd;

    (void)status, (void)events;
    for (int i = 0; i < ACCEPT_MOST; i++) {
        fd = accept4(neighbours->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        neighbours_answer(neighbours, fd);
    }
}

/* --- starting --- */

/* A path of the database may be written in several ways; an address has one. */
static void neighbours_name_group(
    char ret_group[static sizeof "casecast-metrics-" + GROUP_DIGITS], const struct config *config)
{
    char *database = realpath(config->database, NULL);
    char hex[DIGEST_HEX_LEN + 1];
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, database ? database : config->database);
    digest_add_text(&digest, config->machine);
    digest_hex(&digest, hex);
    free(database);
    sprintf(ret_group, "casecast-metrics-%.*s", GROUP_DIGITS, hex);
}

/* The address of a process of the group.  Returns its length. */
static socklen_t neighbours_address(
    const struct neighbours *neighbours, const char *name, struct sockaddr_un *ret_address)
{
    int len;

    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    len = snprintf(ret_address->sun_path + 1, sizeof ret_address->sun_path - 1, "%s-%s",
        neighbours->group, name);
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)len);
}

static int neighbours_listen(struct neighbours *neighbours)
{
    struct sockaddr_un address;
    socklen_t len = neighbours_address(neighbours, neighbours->name, &address);

    neighbours->listen_fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (neighbours->listen_fd < 0)
        return -1;
    if (bind(neighbours->listen_fd, (struct sockaddr *)&address, len) == 0 &&
        listen(neighbours->listen_fd, NEIGHBOURS_MAX) == 0)
        return 0;
    close(neighbours->listen_fd);
    return -1;
}

int neighbours_start(struct loop *loop, const struct config *config, const char *name,
    void (*tell)(void *ctx, struct buf *out), void *ctx, struct neighbours **ret_neighbours,
    struct error *err)
{
    struct neighbours *neighbours = mem_new(struct neighbours);

    *ret_neighbours = NULL;
    neighbours->tell = tell;
    neighbours->ctx = ctx;
    snprintf(neighbours->name, sizeof neighbours->name, "%s", name);
    neighbours_name_group(neighbours->group, config);
    if (neighbours_listen(neighbours) < 0) {
        free(neighbours);
        return error_set(err, ERR_IO, "no socket for the metrics of this machine's processes: %s",
            strerror(errno));
    }
    uv_poll_init(&loop->uv, &neighbours->listening, neighbours->listen_fd);
    neighbours->listening.data = neighbours;
    uv_poll_start(&neighbours->listening, UV_READABLE, neighbours_on_asked);
    *ret_neighbours = neighbours;
    return 0;
}

static void neighbours_on_closed(uv_handle_t *handle)
{
    struct neighbours *neighbours = handle->data;

    close(neighbours->listen_fd);
    free(neighbours);
}

void neighbours_stop(struct neighbours *neighbours)
{
    if (neighbours)
        uv_close((uv_handle_t *)&neighbours->listening, neighbours_on_closed);
}

/* --- asking --- */

struct asked {
    char name[NAME_MAX_LEN + 1];
    char *text; /* NULL: none came */
};

/* Other processes of the group, at most NEIGHBOURS_MAX.  Each line of the kernel's table is a
 * socket; a listening one has the flag 0x10000, and an abstract name begins with '@'. */
static int neighbours_find(const struct neighbours *neighbours, struct asked *ret_asked)
{
    FILE *table = fopen("/proc/self/net/unix", "re");
    size_t group_len = strlen(neighbours->group);
    char line[512], name[NAME_MAX_LEN + 1];
    unsigned flags;
    char *at;
    int n = 0;

    while (table && n < NEIGHBOURS_MAX && fgets(line, sizeof line, table)) {
        at = strchr(line, '@');
        if (!at || strncmp(at + 1, neighbours->group, group_len) != 0 ||
            sscanf(line, "%*s %*s %*s %x", &flags) != 1 || !(flags & 0x10000) ||
            sscanf(at + 1 + group_len, "-%64[0-9a-z]", name) != 1 ||
            strcmp(name, neighbours->name) == 0)
            continue;
        strcpy(ret_asked[n++].name, name);
    }
    if (table)
        fclose(table);
    return n;
}

/* A connection, or -1. */
static int neighbours_connect(const struct neighbours *neighbours, const char *name)
{
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address;
    socklen_t len = neighbours_address(neighbours, name, &address);

    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&address, len) == 0 && neighbours_is_our_user(fd))
        return fd;
    close(fd);
    return -1;
}

/* The text of a neighbour that has written; NULL: it closed, or the text is too long. */
static char *neighbours_read(int fd)
{
    char *text = mem_zero(1, NEIGHBOUR_TEXT_MAX + 1);
    ssize_t n = recv(fd, text, NEIGHBOUR_TEXT_MAX, MSG_DONTWAIT | MSG_TRUNC);

    if (n > 0 && n <= NEIGHBOUR_TEXT_MAX)
        return text;
    free(text);
    return NULL;
}

/* poll() passes over entries whose descriptor is -1. */
static void neighbours_read_all(struct pollfd *fds, struct asked *asked, int n)
{
    int64_t deadline_ms = clock_monotonic_ms() + NEIGHBOURS_WAIT_MS, left_ms;
    int n_open = 0;

    for (int i = 0; i < n; i++)
        n_open += fds[i].fd >= 0;
    while (n_open && (left_ms = deadline_ms - clock_monotonic_ms()) > 0) {
        if (poll(fds, (nfds_t)n, (int)left_ms) <= 0)
            continue;
        for (int i = 0; i < n; i++) {
            if (fds[i].fd < 0 || !fds[i].revents)
                continue;
            asked[i].text = neighbours_read(fds[i].fd);
            close(fds[i].fd);
            fds[i].fd = -1;
            n_open--;
        }
    }
}

void neighbours_ask(const struct neighbours *neighbours,
    void (*each)(void *ctx, const char *name, const char *text), void *ctx)
{
    struct asked *asked = mem_new_n(NEIGHBOURS_MAX, struct asked);
    struct pollfd fds[NEIGHBOURS_MAX];
    int n = neighbours ? neighbours_find(neighbours, asked) : 0;

    for (int i = 0; i < n; i++)
        fds[i] = (struct pollfd){neighbours_connect(neighbours, asked[i].name), POLLIN, 0};
    neighbours_read_all(fds, asked, n);
    for (int i = 0; i < n; i++) {
        each(ctx, asked[i].name, asked[i].text);
        free(asked[i].text);
        if (fds[i].fd >= 0)
            close(fds[i].fd);
    }
    free(asked);
}
