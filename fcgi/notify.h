/* notify.h - tells systemd what this process does (sd_notify(3)): that it is ready, its status,
 * that it is alive, that it stops.  Without systemd nothing is told.  Main thread, then loop
 * thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
    int fd; /* -1: nobody listens */
    struct sockaddr_un address;
    socklen_t len;
    int64_t gap_ms;           /* the least between two messages */
    bool is_ready, is_dogged; /* READY=1 was told; WATCHDOG=1 is expected */
    int64_t told_ms;
    char status[160]; /* told last */
};

/* Takes NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID out of the environment, so that programs that
 * are jobs don't have them.  A mistake in them is a warning in the log.  Before threads start. */
void notify_init(struct notify *notify);

/* If FDSTORE is set, as systemd 254 does for units with FileDescriptorStoreMax=, systemd gets
 * `listen_fd` to keep over a restart.  Then it hears nothing else from this process, which is one
 * of several in its unit. */
void notify_keep_socket(struct notify *notify, int listen_fd);

/* Call it often.  At once it tells that the process is ready; later it tells `status` (one line)
 * where that is new, and that the process is alive if `is_alive`.  What the socket has no place for
 * is told by a later call. */
void notify_turn(struct notify *notify, int64_t now_ms, const char *status, bool is_alive);

void notify_stopping(struct notify *notify, const char *status);
void notify_deinit(struct notify *notify);
