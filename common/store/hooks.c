/* hooks.c - see hooks.h. */
#include "store/hooks.h"

#include <stdlib.h>

#include "base/digest.h"
#include "store/store_private.h"

struct hook_request store_hook_named(const struct hook_request *request)
{
    struct hook_request named = *request;
    struct digest digest;

    digest_random_name(named.id, HOOK_ID_LEN);
    digest_start(&digest);
    digest_add_text(&digest, named.url);
    digest_add_text(&digest, named.events);
    digest_add_text(&digest, named.metadata);
    digest_hex(&digest, named.key);
    return named;
}

int store_hook_add(struct store *store, const struct hook_request *request, struct error *err)
{
    struct hook_request named = store_hook_named(request);

    return store->jobs->engine->hooks.add(store->jobs, &named, err);
}

int store_hook_claim(
    struct store *store, const struct hook_wish *wish, struct hook_due *ret_due, struct error *err)
{
    *ret_due = (struct hook_due){0};
    return store->jobs->engine->hooks.claim(store->jobs, wish, ret_due, err);
}

void hook_due_clear(struct hook_due *due)
{
    free(due->url);
    free(due->host);
    free(due->metadata);
    free(due->name);
    free(due->data);
    *due = (struct hook_due){0};
}

int store_hook_delivered(struct store *store, const struct hook_due *due, struct error *err)
{
    return store->jobs->engine->hooks.delivered(store->jobs, due, err);
}

int store_hook_failed(struct store *store, const struct hook_due *due,
    const struct hook_failure *failure, struct error *err)
{
    return store->jobs->engine->hooks.failed(store->jobs, due, failure, err);
}

int store_hook_each(struct store *store, int64_t after, int most,
    void (*each)(void *ctx, const struct hook_row *row), void *ctx, struct error *err)
{
    return store->jobs->engine->hooks.each(store->jobs, after, most, each, ctx, err);
}

int store_hook_count(struct store *store, struct hook_counts *ret_counts, struct error *err)
{
    return store->jobs->engine->hooks.count(store->jobs, ret_counts, err);
}
