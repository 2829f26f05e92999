/* notify.c - see notify.h.  The protocol is one datagram of lines NAME=value. */
#include "notify.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"

enum { NOTIFY_GAP_MS = 2000 };

/* False: `name` is no address of a socket.  "@name" has no file. */
static bool notify_address(const char *name, struct notify *notify)
{
    size_t len = strlen(name);

    if ((*name != '/' && *name != '@') || len < 2 || len >= sizeof notify->address.sun_path)
        return false;
    notify->address = (struct sockaddr_un){.sun_family = AF_UNIX};
    memcpy(notify->address.sun_path, name, len);
    if (*name == '@')
        notify->address.sun_path[0] = '\0';
    notify->len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
    return true;
}

/* A third of the time after which systemd ends the process, in ms; 0: it does not. */
static int64_t notify_watchdog_ms(void)
{
    const char *usec = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
    char *end;
    long long value;

    if (!usec || (pid && strtoll(pid, NULL, 10) != getpid()))
        return 0;
    value = strtoll(usec, &end, 10);
    if (*end || value < 3000)
        log_warning("WATCHDOG_USEC=%.40s: must be a number of microseconds from 3000", usec);
    return *end || value < 3000 ? 0 : value / 3000;
}

void notify_init(struct notify *notify)
{
    const char *name = getenv("NOTIFY_SOCKET");
    int64_t watchdog_ms = notify_watchdog_ms();

    *notify = (struct notify){.fd = -1, .gap_ms = NOTIFY_GAP_MS, .is_dogged = watchdog_ms > 0};
    if (watchdog_ms && watchdog_ms < NOTIFY_GAP_MS)
        notify->gap_ms = watchdog_ms;
    if (name && *name && !notify_address(name, notify))
        log_warning("NOTIFY_SOCKET=%.120s: must be a path or @NAME of at most %zu bytes", name,
            sizeof notify->address.sun_path - 1);
    else if (name && *name && (notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) < 0)
        log_warning("NOTIFY_SOCKET=%.120s: %s", name, strerror(errno));
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
}

/* False: there is no place at the moment, or nobody who listens. */
static bool notify_send(struct notify *notify, const char *lines)
{
    return sendto(notify->fd, lines, strlen(lines), MSG_DONTWAIT | MSG_NOSIGNAL,
               (struct sockaddr *)&notify->address, notify->len) >= 0;
}

/* A message with a descriptor: unix(7), SCM_RIGHTS. */
static bool notify_send_fd(struct notify *notify, const char *lines, int fd)
{
    union {
        struct cmsghdr head;
        char room[CMSG_SPACE(sizeof fd)];
    } rights = {.room = {0}};
    struct iovec text = {.iov_base = (void *)(uintptr_t)lines, .iov_len = strlen(lines)};
    struct msghdr message = {.msg_name = &notify->address,
        .msg_namelen = notify->len,
        .msg_iov = &text,
        .msg_iovlen = 1,
        .msg_control = rights.room,
        .msg_controllen = sizeof rights.room};

    rights.head = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&rights.head), &fd, sizeof fd);
    return sendmsg(notify->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

void notify_keep_socket(struct notify *notify, int listen_fd)
{
    const char *most = getenv("FDSTORE");
    bool is_kept = most && strtol(most, NULL, 10) > 0;

    unsetenv("FDSTORE");
    if (notify->fd < 0 || !is_kept)
        return;
    if (!notify_send_fd(notify, "FDSTORE=1\nFDNAME=casecast", listen_fd))
        log_warning("systemd does not keep the socket over a restart: %s", strerror(errno));
    notify_deinit(notify);
}

void notify_turn(struct notify *notify, int64_t now_ms, const char *status, bool is_alive)
{
    bool is_new = strcmp(status, notify->status) != 0, barks = notify->is_dogged && is_alive;
    char lines[256];

    if (notify->fd < 0 || (notify->is_ready && now_ms - notify->told_ms < notify->gap_ms) ||
        (notify->is_ready && !is_new && !barks))
        return;
    snprintf(lines, sizeof lines, "%s%sSTATUS=%.150s", notify->is_ready ? "" : "READY=1\n",
        barks ? "WATCHDOG=1\n" : "", status);
    if (!notify_send(notify, lines))
        return;
    notify->is_ready = true;
    notify->told_ms = now_ms;
    snprintf(notify->status, sizeof notify->status, "%s", status);
}

void notify_stopping(struct notify *notify, const char *status)
{
    char lines[256];

    snprintf(lines, sizeof lines, "STOPPING=1\nSTATUS=%.150s", status);
    if (notify->fd >= 0)
        notify_send(notify, lines);
    notify_deinit(notify);
}

void notify_deinit(struct notify *notify)
{
    if (notify->fd >= 0)
        close(notify->fd);
    notify->fd = -1;
}
