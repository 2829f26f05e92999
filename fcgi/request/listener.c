/* listener.c - see listener.h. */
#include "request/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

enum { BACKLOG = 4096 /* the kernel cuts it to net.core.somaxconn */ };

static int listener_take_over(int *ret_fd, struct error *err)
{
    int is_listening = 0;
    socklen_t len = sizeof is_listening;

    if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &len) < 0 ||
        !is_listening)
        return error_set(err, ERR_INPUT,
            "descriptor 0 is no listening socket: start this with spawn-fcgi, or with --listen "
            "PATH");
    *ret_fd = STDIN_FILENO;
    return 0;
}

static int listener_bind(
    const char *where, int fd, const struct sockaddr *address, socklen_t len, struct error *err)
{
    if (fd >= 0 && bind(fd, address, len) == 0 && listen(fd, BACKLOG) == 0)
        return 0;
    error_set(err, ERR_IO, "--listen %s: %s", where, strerror(errno));
    if (fd >= 0)
        close(fd);
    return -ERR_IO;
}

static int listener_open_path(const char *path, int *ret_fd, struct error *err)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct stat stat;

    if (strlen(path) >= sizeof address.sun_path)
        return error_set(err, ERR_INPUT, "--listen %s: a socket's path may be %zu bytes long", path,
            sizeof address.sun_path - 1);
    strcpy(address.sun_path, path);
    if (lstat(path, &stat) == 0 && S_ISSOCK(stat.st_mode))
        unlink(path); /* of a process that has ended; a running one keeps its connections */
    *ret_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return listener_bind(path, *ret_fd, (struct sockaddr *)&address, sizeof address, err);
}

static int listener_open_host(const char *where, int *ret_fd, struct error *err)
{
    char *host = mem_copy(where), *colon = strrchr(host, ':');
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *found;
    int rc, yes = 1;

    *colon = '\0';
    rc = getaddrinfo(host, colon + 1, &hints, &found);
    free(host);
    if (rc)
        return error_set(err, ERR_INPUT, "--listen %s: %s", where, gai_strerror(rc));
    *ret_fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(*ret_fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    rc = listener_bind(where, *ret_fd, found->ai_addr, found->ai_addrlen, err);
    freeaddrinfo(found);
    return rc;
}

/* All processes on a socket share its flags, and systemd makes a StandardInput=socket blocking
 * again whenever it starts one of them.  Until that one is here, accept() of another could wait for
 * ever, and miss its stop.  (TCP is left out: its connections would inherit the limit.) */
static void listener_limit_waiting(int fd)
{
    struct timeval most = {.tv_usec = 10000};
    int domain = 0;
    socklen_t len = sizeof domain;

    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) == 0 && domain == AF_UNIX)
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
}

int listener_open(const char *where, int *ret_fd, struct error *err)
{
    int rc;

    if (!where)
        rc = listener_take_over(ret_fd, err);
    else if (strchr(where, '/') || !strchr(where, ':'))
        rc = listener_open_path(where, ret_fd, err);
    else
        rc = listener_open_host(where, ret_fd, err);
    if (rc < 0)
        return rc;
    /* The responders of several processes wait on this socket: one that is too late for a
     * connection must not block in accept(). */
    fcntl(*ret_fd, F_SETFL, fcntl(*ret_fd, F_GETFL) | O_NONBLOCK);
    listener_limit_waiting(*ret_fd);
    return 0;
}
