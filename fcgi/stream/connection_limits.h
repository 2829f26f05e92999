/* connection_limits.h - how many streams may be open, in all and of one client address.  Any
 * thread. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>

#include "base/config.h"
#include "base/error.h"
#include "base/map.h"

struct viewer_address;

enum { ADDRESS_MAX = 46 /* bytes of an address as text, with the NUL: IPv6 in full */ };

/* The client that an address is of, as the limits count: an IPv4 address is one client, and so are
 * all IPv6 addresses with the same first 64 bits. */
void limits_household(const char *address, char ret_text[static ADDRESS_MAX]);

struct connection_limits {
    const struct config *config; /* fixed */
    atomic_int n_open;           /* atomic: streams of all addresses */
    pthread_mutex_t lock;
    struct map addresses; /* under lock: empty where CASECAST_MAX_STREAMS_CLIENT is 0 */
};

/* `config` outlives the limits.  One thread. */
void limits_init(struct connection_limits *limits, const struct config *config);

/* Every stream was given back.  One thread. */
void limits_deinit(struct connection_limits *limits);

/* Counts one more stream of the client at `address`; "" (not known) counts only in the total.
 * -ERR_LIMIT names the limit that is reached, and nothing is counted.
 * `*ret_address` goes to limits_give(); NULL where addresses are not counted. */
int limits_take(struct connection_limits *limits, const char *address,
    struct viewer_address **ret_address, struct error *err);

/* Counts one stream less.  Returns how many are open now. */
int limits_give(struct connection_limits *limits, struct viewer_address *address);
