/* connection_limits.c - see connection_limits.h. */
#include "stream/connection_limits.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct viewer_address {
    char text[ADDRESS_MAX];
    int n_open;
};

/* A provider gives a household one IPv4 address, or 64 bits of IPv6 addresses. */
void limits_household(const char *address, char ret_text[static ADDRESS_MAX])
{
    struct in6_addr net;

    snprintf(ret_text, ADDRESS_MAX, "%s", address);
    if (inet_pton(AF_INET6, address, &net) != 1 || IN6_IS_ADDR_V4MAPPED(&net))
        return;
    memset(&net.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &net, ret_text, ADDRESS_MAX);
}

/* The address's entry, made if it is not there.  Under lock. */
static struct viewer_address *limits_address(struct connection_limits *limits, const char *text)
{
    struct viewer_address wanted = {0}, *address;

    limits_household(text, wanted.text);
    address = map_get(&limits->addresses, wanted.text);
    if (address)
        return address;
    address = mem_new(struct viewer_address);
    *address = wanted;
    map_put(&limits->addresses, address->text, address);
    return address;
}

/* Counts one more stream of `text`.  NULL: it has as many as it may. */
static struct viewer_address *limits_enter(struct connection_limits *limits, const char *text)
{
    struct viewer_address *address;

    pthread_mutex_lock(&limits->lock);
    address = limits_address(limits, text);
    if (address->n_open < limits->config->max_streams_client)
        address->n_open++;
    else
        address = NULL;
    pthread_mutex_unlock(&limits->lock);
    return address;
}

static void limits_leave(struct connection_limits *limits, struct viewer_address *address)
{
    pthread_mutex_lock(&limits->lock);
    if (--address->n_open == 0) {
        map_remove(&limits->addresses, address->text);
        free(address);
    }
    pthread_mutex_unlock(&limits->lock);
}

int limits_take(struct connection_limits *limits, const char *address,
    struct viewer_address **ret_address, struct error *err)
{
    const struct config *config = limits->config;

    *ret_address = NULL;
    if (atomic_fetch_add(&limits->n_open, 1) >= config->max_streams) {
        atomic_fetch_sub(&limits->n_open, 1);
        return error_set(err, ERR_LIMIT,
            "%d streams are open, as many as this process takes (CASECAST_MAX_STREAMS)",
            config->max_streams);
    }
    if (!config->max_streams_client || !*address)
        return 0;
    *ret_address = limits_enter(limits, address);
    if (*ret_address)
        return 0;
    atomic_fetch_sub(&limits->n_open, 1);
    return error_set(err, ERR_LIMIT,
        "%d streams are open from your address, as many as it may have "
        "(CASECAST_MAX_STREAMS_CLIENT)",
        config->max_streams_client);
}

int limits_give(struct connection_limits *limits, struct viewer_address *address)
{
    if (address)
        limits_leave(limits, address);
    return atomic_fetch_sub(&limits->n_open, 1) - 1;
}

void limits_init(struct connection_limits *limits, const struct config *config)
{
    *limits = (struct connection_limits){.config = config};
    pthread_mutex_init(&limits->lock, NULL);
}

void limits_deinit(struct connection_limits *limits)
{
    assert(atomic_load(&limits->n_open) == 0);
    pthread_mutex_destroy(&limits->lock);
}
