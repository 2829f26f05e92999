/* spares.c - see spares.h. */
#include "hub/works/spares.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
    SPARES_MOST = 32,
    SPARE_MS = 5000, /* from its opening on: what an opening finds out must not get old */
};

struct spare {
    struct store *store;
    int64_t opened_ms;
};

struct spares {
    pthread_mutex_t lock; /* of all below */
    int n_users;          /* who have a connection, or open one */
    struct spare at[SPARES_MOST];
    int n;
};

struct spares *spares_new(void)
{
    struct spares *spares = mem_new(struct spares);

    pthread_mutex_init(&spares->lock, NULL);
    return spares;
}

void spares_free(struct spares *spares)
{
    assert(spares->n == 0);
    pthread_mutex_destroy(&spares->lock);
    free(spares);
}

struct store *spares_take(struct spares *spares, int64_t *ret_opened_ms)
{
    int64_t now = clock_monotonic_ms();
    struct spare spare = {0};

    pthread_mutex_lock(&spares->lock);
    spares->n_users++;
    if (spares->n)
        spare = spares->at[--spares->n];
    pthread_mutex_unlock(&spares->lock);
    if (!spare.store || now > spare.opened_ms + SPARE_MS || store_is_adrift(spare.store)) {
        store_close(spare.store);
        spare = (struct spare){.opened_ms = now};
    }
    *ret_opened_ms = spare.opened_ms;
    return spare.store;
}

void spares_give(struct spares *spares, struct store *store, int64_t opened_ms)
{
    struct spare old[SPARES_MOST + 1] = {{.store = store, .opened_ms = opened_ms}};
    int n_old = 1;

    pthread_mutex_lock(&spares->lock);
    spares->n_users--;
    if (store && spares->n_users && spares->n < SPARES_MOST)
        spares->at[spares->n++] = old[--n_old];
    while (!spares->n_users && spares->n)
        old[n_old++] = spares->at[--spares->n];
    pthread_mutex_unlock(&spares->lock);
    while (n_old)
        store_close(old[--n_old].store);
}
