/* writer.h - one libfcgi writer for all the streams of a loop.
 *
 * libfcgi's own way gives each request an 8 KB writer; nine thousand idle streams would hold 70 MB
 * of empty buffers.  So one writer of a request of our own takes the bytes of the stream in hand,
 * and the stream keeps nothing but its descriptor.  What it took goes out by send(), not by the
 * writer's write(): that one also asks after the descriptor as a file, which nine thousand idle
 * sockets have long dropped out of the cache (a tenth of what a message costs).  Loop thread. */
#pragma once

#include <fcgiapp.h>
#include <stddef.h>

enum { WRITER_MAX = 8160 }; /* what fits the writer with header and padding: one record */

struct writer {
    FCGX_Request request;
    unsigned char *start; /* where an empty writer begins */
};

/* libfcgi makes writers only for accepted requests, so the writer accepts one from itself over a
 * socket pair. 0, or -errno. */
int writer_init(struct writer *writer);
void writer_deinit(struct writer *writer);

/* Before each flush at most WRITER_MAX bytes are put. */
void writer_put(struct writer *writer, const char *bytes, size_t len);
/* All of it as one record of that request; never blocks.  The caller has seen the descriptor
 * writable, so there is room (unix sockets report that with three quarters of their buffer free).
 * 0, or -1: the peer is gone. */
int writer_flush(struct writer *writer, int fd, int request_id);

/* The records that end the request; never blocks.  Then the descriptor may be closed by
 * writer_close(). */
void writer_end(int fd, int request_id);

/* Close without lingering.  A unix socket closed over unread bytes would reset what the peer has
 * yet to read, so they are read first. */
void writer_close(int fd);
