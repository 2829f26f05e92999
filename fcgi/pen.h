/* pen.h - one libfcgi writer for all the streams of a loop.
 *
 * libfcgi's own way gives each request an 8 KB writer; nine thousand idle streams would hold 70 MB
 * of empty buffers.  So one writer of a request of our own takes the bytes of the stream in hand,
 * and the stream keeps nothing but its descriptor.  What it took goes out by send(), not by the
 * writer's write(): that one also asks after the descriptor as a file, which nine thousand idle
 * sockets have long dropped out of the cache (a tenth of what a message costs).  Loop thread. */
#pragma once

#include <fcgiapp.h>
#include <stddef.h>

enum { PEN_MAX = 8160 }; /* what fits the writer with header and padding: one record */

struct pen {
    FCGX_Request request;
    unsigned char *start; /* where an empty writer begins */
};

/* libfcgi makes writers only for accepted requests, so the pen accepts one from itself over a
 * socket pair. 0, or -errno. */
int pen_init(struct pen *pen);
void pen_deinit(struct pen *pen);

/* Before each flush at most PEN_MAX bytes are put. */
void pen_put(struct pen *pen, const char *bytes, size_t len);
/* All of it as one record of that request; never blocks.  The caller has seen the descriptor
 * writable, so there is room (unix sockets report that with three quarters of their buffer free).
 * 0, or -1: the peer is gone. */
int pen_flush(struct pen *pen, int fd, int request_id);

/* The records that end the request; never blocks.  Then the descriptor may be closed by
 * pen_close(). */
void pen_end(int fd, int request_id);

/* Close without lingering.  A unix socket closed over unread bytes would reset what the peer has
 * yet to read, so they are read first. */
void pen_close(int fd);
