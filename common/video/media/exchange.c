/* exchange.c - see exchange.h. */
#include "video/media/exchange.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control { /* aligned as the kernel wants it */
    struct cmsghdr header;
    char bytes[CMSG_SPACE(EXCHANGE_FDS * sizeof(int))];
};

bool exchange_send(int socket, const void *message, size_t size, const int *fds, int n_fds)
{
    size_t n = (size_t)n_fds * sizeof *fds;
    struct iovec part = {.iov_base = (void *)message, .iov_len = size};
    struct msghdr head = {.msg_iov = &part, .msg_iovlen = 1};
    union control control = {0};
    ssize_t sent;

    if (n_fds) {
        head.msg_control = &control;
        head.msg_controllen = CMSG_SPACE(n);
        control.header = (struct cmsghdr){
            .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(n)};
        memcpy(CMSG_DATA(&control.header), fds, n);
    }
    do
        sent = sendmsg(socket, &head, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)size;
}

static void exchange_take_fds(struct msghdr *head, int *fds)
{
    const struct cmsghdr *control = CMSG_FIRSTHDR(head);

    for (int i = 0; i < EXCHANGE_FDS; i++)
        fds[i] = -1;
    if (control && control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_RIGHTS)
        memcpy(fds, CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
}

bool exchange_receive(int socket, void *message, size_t size, int *fds)
{
    struct iovec part = {.iov_base = message, .iov_len = size};
    union control control = {0};
    struct msghdr head = {.msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = fds ? &control : NULL,
        .msg_controllen = fds ? sizeof control : 0};
    ssize_t len;

    do
        len = recvmsg(socket, &head, MSG_CMSG_CLOEXEC);
    while (len < 0 && errno == EINTR);
    if (fds)
        exchange_take_fds(&head, fds);
    return len == (ssize_t)size && !(head.msg_flags & (MSG_TRUNC | MSG_CTRUNC));
}
