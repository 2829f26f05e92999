/* crowd.h - many viewers on one epoll: each a connection, a request, and the messages that come
 * back. */
#pragma once

#include <jansson.h>
#include <netinet/in.h>
#include <stdbool.h>

#include "process.h"
#include "reply.h"

struct plan {
    int port; /* of 127.0.0.1 */
    const char *path;
    int n_viewers;
    int n_messages;    /* each stream ends after the one with this number */
    int interval_ms;   /* between them */
    int n_at_once;     /* connections that may wait for their head */
    bool is_broadcast; /* one channel for all: a stream begins with whatever number is next */
    int n_stalled;     /* viewers that read nothing, or a byte a second */
    const char *stalled_path;
    int n_short, n_batch; /* short streams in all; memory is read after each batch */
    int n_groups;
    struct group groups[GROUPS_MAX];
};

struct viewer {
    struct crowd *crowd;
    int fd; /* -1: not connected */
    bool is_open, is_finished;
    long first, last; /* numbers of messages; 0: none yet */
    struct reply reply;
};

struct crowd {
    const struct plan *plan;
    int epoll;
    struct sockaddr_in address;
    char request[512];
    struct viewer *viewers;
    int n_connected, n_waiting, n_open, n_finished; /* n_waiting: for their head */
    long n_received, n_gaps;                        /* messages; gaps: numbers that were skipped */
    bool has_last;                                  /* somebody got the last message */
    int64_t now_ns;                                 /* when the bytes in hand were read */

    bool is_measuring; /* only then are latencies kept */
    uint32_t *latencies_us;
    size_t n_latencies, max_latencies;

    json_t *failures; /* reason → how often */
    int n_failed, n_open_at_failure;

    /* A viewer's response is whole and its connection still open, or (`is_gone`) its connection has
     * ended. */
    void (*ended)(struct viewer *viewer, bool is_gone);
};

void crowd_init(struct crowd *crowd, const struct plan *plan,
    void (*ended)(struct viewer *viewer, bool is_gone));
void crowd_deinit(struct crowd *crowd);

/* Connect and ask.  A refusal is counted as a failure. */
void viewer_start(struct viewer *viewer);
void viewer_ask(struct viewer *viewer); /* again, on the same connection */
void viewer_leave(struct viewer *viewer);

/* Wait at most `ms`, then read what is there. */
void crowd_turn(struct crowd *crowd, int ms);
void crowd_fail(struct crowd *crowd, const char *reason);
void crowd_write_request(char *out, size_t size, const char *path);

/* p50, p99 and max of the latencies kept, in ms. */
json_t *crowd_latency(struct crowd *crowd);
