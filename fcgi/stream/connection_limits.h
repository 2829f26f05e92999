/* connection_limits.h - how many streams may be open, and how many of one client address.  Any
 * thread. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/config.h"
#include "base/error.h"
#include "base/map.h"

struct viewer_address;

struct connection_limits {
    const struct config *config; /* fixed */
    atomic_int n_open;           /* atomic: streams, of all addresses */
    pthread_mutex_t lock;
    struct map addresses; /* under lock: only where CASECAST_MAX_STREAMS_CLIENT is set */
};

void limits_init(struct connection_limits *limits, const struct config *config);
void limits_deinit(struct connection_limits *limits); /* every place was given back */

/* A place for one more stream of the client at `address`: an IPv4 address, or all of IPv6 that
 * share its first half; "" is nobody's, and only counted among all.  ERR_LIMIT names the limit that
 * is reached.
 * `*ret_address` goes to limits_give(); NULL where addresses are not counted. */
int limits_take(struct connection_limits *limits, const char *address,
    struct viewer_address **ret_address, struct error *err);
/* Returns how many are open still. */
int limits_give(struct connection_limits *limits, struct viewer_address *address);
