#include "places.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ADDRESS_MAX = 46 /* an IPv6 address in full */ };

struct viewer_address {
    char text[ADDRESS_MAX];
    int n_open;
};

/* A household has one IPv4 address, or of IPv6 all that begin with the same 64 bits. */
static void household_of(const char *address, char ret_text[static ADDRESS_MAX])
{
    struct in6_addr net;

    snprintf(ret_text, ADDRESS_MAX, "%s", address);
    if (inet_pton(AF_INET6, address, &net) != 1 || IN6_IS_ADDR_V4MAPPED(&net))
        return;
    memset(&net.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &net, ret_text, ADDRESS_MAX);
}

/* Under the lock. */
static struct viewer_address *address_of(struct places *places, const char *text)
{
    struct viewer_address wanted = {0}, *address;

    household_of(text, wanted.text);
    address = map_get(&places->addresses, wanted.text);
    if (address)
        return address;
    address = mem_new(struct viewer_address);
    *address = wanted;
    map_put(&places->addresses, address->text, address);
    return address;
}

/* Counts one more stream of `text`; NULL if it has as many as it may. */
static struct viewer_address *address_enter(struct places *places, const char *text)
{
    struct viewer_address *address;

    pthread_mutex_lock(&places->lock);
    address = address_of(places, text);
    if (address->n_open < places->config->max_streams_client)
        address->n_open++;
    else
        address = NULL;
    pthread_mutex_unlock(&places->lock);
    return address;
}

static void address_leave(struct places *places, struct viewer_address *address)
{
    pthread_mutex_lock(&places->lock);
    if (--address->n_open == 0) {
        map_remove(&places->addresses, address->text);
        free(address);
    }
    pthread_mutex_unlock(&places->lock);
}

int places_take(struct places *places, const char *address, struct viewer_address **ret_address,
    struct error *err)
{
    const struct config *config = places->config;

    *ret_address = NULL;
    if (atomic_fetch_add(&places->n_open, 1) >= config->max_streams) {
        atomic_fetch_sub(&places->n_open, 1);
        return error_set(err, ERR_LIMIT,
            "%d streams are open, as many as this process takes (CASECAST_MAX_STREAMS)",
            config->max_streams);
    }
    if (!config->max_streams_client || !*address)
        return 0;
    *ret_address = address_enter(places, address);
    if (*ret_address)
        return 0;
    atomic_fetch_sub(&places->n_open, 1);
    return error_set(err, ERR_LIMIT,
        "%d streams are open from your address, as many as it may have "
        "(CASECAST_MAX_STREAMS_CLIENT)",
        config->max_streams_client);
}

int places_give(struct places *places, struct viewer_address *address)
{
    if (address)
        address_leave(places, address);
    return atomic_fetch_sub(&places->n_open, 1) - 1;
}

void places_init(struct places *places, const struct config *config)
{
    *places = (struct places){.config = config};
    pthread_mutex_init(&places->lock, NULL);
}

void places_deinit(struct places *places)
{
    assert(atomic_load(&places->n_open) == 0);
    pthread_mutex_destroy(&places->lock);
}
