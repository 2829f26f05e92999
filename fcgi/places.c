#include "places.h"

#include <assert.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct viewer_address {
    char text[46]; /* first: the tree compares it; an IPv6 address in full */
    int n_open;
};

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Under the lock. */
static struct viewer_address *address_of(struct places *places, const char *text)
{
    struct viewer_address wanted = {0}, *address;
    void *node;

    strncpy(wanted.text, text, sizeof wanted.text - 1);
    node = tfind(&wanted, &places->addresses, compare);
    if (node)
        return *(struct viewer_address **)node;
    address = mem_new(struct viewer_address);
    *address = wanted;
    tsearch(address, &places->addresses, compare);
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
        tdelete(address, &places->addresses, compare);
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
    if (!config->max_streams_client)
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
