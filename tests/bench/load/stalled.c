#include "stalled.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"

enum { REQUEST_MAX = 20000 };

struct stalled {
    int n, *fds;
    int64_t read_ms; /* of the last read */
};

/* Loopback takes megabytes before a sender notices that nobody reads.  With a small window and the
 * packets of a real network it notices after some tens of KB, as it would out there. */
static int connect_narrow(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), room = 2048, packet = 536;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &packet, sizeof packet);
    if (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0)
        return fd;
    close(fd);
    return -1;
}

struct stalled *stalled_open(const struct plan *plan)
{
    struct stalled *stalled = mem_new(struct stalled);
    struct sockaddr_in address = {.sin_family = AF_INET,
        .sin_port = htons((uint16_t)plan->port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    char *request = mem_new_n(REQUEST_MAX, char);

    stalled->n = plan->n_stalled;
    stalled->fds = mem_new_n((size_t)stalled->n + 1, int);
    if (stalled->n)
        crowd_write_request(request, REQUEST_MAX, plan->stalled_path);
    for (int i = 0; i < stalled->n; i++) {
        size_t len = strlen(request);

        stalled->fds[i] = connect_narrow(&address);
        if (stalled->fds[i] < 0 ||
            send(stalled->fds[i], request, len, MSG_NOSIGNAL) != (ssize_t)len) {
            fprintf(stderr, "load: stalled viewer %d: %s\n", i, strerror(errno));
            exit(1);
        }
    }
    free(request);
    return stalled;
}

void stalled_turn(struct stalled *stalled)
{
    int64_t now = clock_monotonic_ms();
    char byte;

    if (now - stalled->read_ms < 1000)
        return;
    stalled->read_ms = now;
    for (int i = 0; i < stalled->n; i += 2)
        recv(stalled->fds[i], &byte, 1, MSG_DONTWAIT);
}

void stalled_close(struct stalled *stalled)
{
    for (int i = 0; i < stalled->n; i++)
        close(stalled->fds[i]);
    free(stalled->fds);
    free(stalled);
}
