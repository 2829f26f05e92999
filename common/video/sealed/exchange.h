/* exchange.h - messages between a sealed process and the one that started it, over a socket pair
 * (SOCK_SEQPACKET).  One thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* The process finds its end of the pair here. */
enum { EXCHANGE_FD = 3 };

enum {
    EXCHANGE_FDS = 2,               /* descriptors with a message at most */
    EXCHANGE_PIECE = 1 << 15,       /* bytes of a long message that are sent at once */
    EXCHANGE_LONG_MAX = 1024 << 20, /* bytes of a long message at most */
};

/* --- a message of a size that both sides know --- */

/* Sends `size` bytes and `n_fds` descriptors, which stay open here.  False: the other side is gone.
 * No signal. */
bool exchange_send(int socket, const void *message, size_t size, const int *fds, int n_fds);

/* Waits for a message of exactly `size` bytes.  `fds`: EXCHANGE_FDS descriptors that came with it
 * (-1: none), which the caller closes; NULL: none is taken.  False: the other side is gone, or sent
 * something else. */
bool exchange_receive(int socket, void *message, size_t size, int *fds);

/* --- a message of any size: its length, then its bytes in pieces --- */

/* False: the other side is gone. */
bool exchange_send_long(int socket, const struct buf *message);

/* `wait` (may be NULL) is asked before each piece: false ends the call.  False: it did, or the
 * other side is gone or sent something else.  The caller frees `ret_message` in any case. */
bool exchange_receive_long(int socket, bool (*wait)(void *ctx), void *ctx, struct buf *ret_message);
