/* crowd.h - many viewers on one epoll: each has a connection, a request and the messages of its
 * stream. */
#pragma once

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "process.h"
#include "reply.h"

struct plan {
    int port;         /* of 127.0.0.1 */
    const char *path; /* with @ in place of the viewer's number, from 1 on */
    int n_viewers;
    int n_messages;    /* a stream ends after the message of this number */
    int interval_ms;   /* between messages */
    int n_at_once;     /* connections that may wait for a response's head */
    bool is_broadcast; /* one channel for all: a stream begins with the next number */
    int n_stalled;     /* viewers that read nothing or a byte a second */
    const char *stalled_path;
    int n_short, n_batch; /* short streams in all; memory is read after each batch */
    int n_groups;
    struct group groups[GROUPS_MAX];
};

struct viewer {
    struct crowd *crowd;
    int fd; /* -1: not connected */
    bool is_open, is_finished;
    long first, last; /* numbers of its messages; 0: none yet */
    struct reply reply;
};

struct crowd {
    const struct plan *plan;
    int epoll;
    struct sockaddr_in address;
    struct viewer *viewers;
    int n_connected, n_waiting, n_open, n_finished; /* n_waiting: for a head */
    long n_received, n_gaps;                        /* messages; skipped numbers */
    bool has_last;                                  /* a viewer has the last message */
    int64_t now_ns;                                 /* of the last read */
    int64_t first_ns, last_ns;                      /* when the first and the last message came */

    bool is_measuring; /* latencies are kept while it is true */
    uint32_t *latencies_us;
    size_t n_latencies, max_latencies;

    json_t *failures; /* reason → how often */
    int n_failed, n_open_at_failure;

    /* A viewer's response is complete and its connection is open; or its connection has ended
     * (`is_gone`). */
    void (*ended)(struct viewer *viewer, bool is_gone);
};

void crowd_init(struct crowd *crowd, const struct plan *plan,
    void (*ended)(struct viewer *viewer, bool is_gone));
void crowd_deinit(struct crowd *crowd);

/* Connects and sends the request.  A refusal is counted as a failure. */
void viewer_start(struct viewer *viewer);
void viewer_ask(struct viewer *viewer); /* sends it again on the same connection */
void viewer_leave(struct viewer *viewer);

/* Waits at most `ms`, then reads what has come. */
void crowd_turn(struct crowd *crowd, int ms);
void crowd_fail(struct crowd *crowd, const char *reason);
void crowd_write_request(char *out, size_t size, const char *path);

/* p50, p99 and max of the latencies kept, in ms. */
json_t *crowd_latency(struct crowd *crowd);
