/* pen.h - one libfcgi writer for all the streams of a loop.
 *
 * libfcgi's own way gives each request an 8 KB writer; nine thousand idle streams would hold 70 MB
 * of empty buffers.  A writer takes descriptor and request id from the FCGX_Request it was made
 * for, at the moment it flushes; so one request of our own is aimed at the stream in hand, and the
 * stream keeps nothing but its descriptor.  Loop thread. */
#pragma once

#include <fcgiapp.h>
#include <stddef.h>

enum { PEN_MAX = 8160 }; /* what fits the writer with header and padding: one record, one write() */

struct pen {
    FCGX_Request request;
    unsigned char *start; /* where an empty writer begins */
};

/* libfcgi makes writers only for accepted requests, so the pen accepts one from itself over a
 * socket pair. 0, or -errno. */
int pen_init(struct pen *pen);
void pen_deinit(struct pen *pen);

/* Between aim and flush at most PEN_MAX bytes are put.  The caller has seen the descriptor
 * writable: then the write can't block (unix sockets report that with three quarters of their
 * buffer free). */
void pen_aim(struct pen *pen, int fd, int request_id);
void pen_put(struct pen *pen, const char *bytes, size_t len);
int pen_flush(struct pen *pen); /* 0, or -1: the peer is gone */

/* The records that end the request; never blocks.  Then the descriptor may be closed by
 * pen_close(). */
void pen_end(int fd, int request_id);

/* Close without lingering.  A unix socket closed over unread bytes would reset what the peer has
 * yet to read, so they are read first. */
void pen_close(int fd);
