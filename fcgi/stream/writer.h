/* writer.h - one libfcgi writer for all the streams of a loop.  Loop thread, except writer_close().
 *
 * libfcgi gives each request a writer of 8 KB: nine thousand idle streams would hold 70 MB of empty
 * buffers.  Here one writer, of a request of our own, takes the bytes of the stream that is
 * written, and a stream keeps nothing but its descriptor.  The bytes go out by send(), not by
 * libfcgi's write(): that one also looks up the descriptor as a file, which for nine thousand idle
 * sockets is no longer in the cache (a tenth of what a message costs). */
#pragma once

#include <fcgiapp.h>
#include <stddef.h>

enum { WRITER_MAX = 8160 }; /* bytes: one record fits the writer's buffer with header and padding */

struct writer {
    FCGX_Request request;
    unsigned char *start; /* where the buffer of an empty writer begins */
};

/* libfcgi makes writers only for accepted requests, so this accepts a request from itself, over a
 * socket pair.  0, or -errno. */
int writer_init(struct writer *writer);
void writer_deinit(struct writer *writer);

/* At most WRITER_MAX bytes in all before each flush.  They are copied. */
void writer_put(struct writer *writer, const char *bytes, size_t len);

/* Sends what was put as one record of the request `request_id` on `fd`, and empties the writer.
 * Never blocks: the caller has seen `fd` writable, so there is room (a unix socket reports that
 * with three quarters of its buffer free).  0, or -1: the peer is gone. */
int writer_flush(struct writer *writer, int fd, int request_id);

/* Sends the records that end the request; never blocks.  Then writer_close() may close `fd`. */
void writer_end(int fd, int request_id);

/* Closes `fd` without lingering.  Reads unread bytes first: a unix socket closed over them would
 * reset the connection, and the peer would lose what it has yet to read.  Any thread. */
void writer_close(int fd);
