/* exchange.c - see exchange.h. */
#include "video/sealed/exchange.h"

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

bool exchange_send_long(int socket, const struct buf *message)
{
    bool is_sent = exchange_send(socket, &message->len, sizeof message->len, NULL, 0);

    for (size_t at = 0, n; is_sent && at < message->len; at += n) {
        n = message->len - at < EXCHANGE_PIECE ? message->len - at : EXCHANGE_PIECE;
        is_sent = exchange_send(socket, message->data + at, n, NULL, 0);
    }
    return is_sent;
}

bool exchange_receive_long(int socket, bool (*wait)(void *ctx), void *ctx, struct buf *ret_message)
{
    char piece[EXCHANGE_PIECE];
    size_t len;

    *ret_message = (struct buf){0};
    if ((wait && !wait(ctx)) || !exchange_receive(socket, &len, sizeof len, NULL) ||
        len > EXCHANGE_LONG_MAX)
        return false;
    while (ret_message->len < len) {
        size_t left = len - ret_message->len, n = left < sizeof piece ? left : sizeof piece;

        if ((wait && !wait(ctx)) || !exchange_receive(socket, piece, n, NULL))
            return false;
        buf_add(ret_message, piece, n);
    }
    return true;
}
