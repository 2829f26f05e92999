/* parts.c - see parts.h. */
#include "store/parts.h"

#include <stdlib.h>

#include "store/store_private.h"

bool store_shares_parts(const struct store *store)
{
    return store->jobs->engine->parts.open;
}

int store_plan_open(struct store *store, const struct member *member, const char *id, int64_t run,
    const struct job_plan *plan, int64_t *ret_plan, struct error *err)
{
    return store->jobs->engine->parts.open(store->jobs, member, id, run, plan, ret_plan, err);
}

int store_plan_find(struct store *store, const struct member *member, struct plan_found *ret_plan,
    struct error *err)
{
    *ret_plan = (struct plan_found){0};
    return store->jobs->engine->parts.find(store->jobs, member, ret_plan, err);
}

void plan_found_clear(struct plan_found *plan)
{
    free(plan->kind);
    free(plan->input);
    free(plan->engine);
    free(plan->text);
    *plan = (struct plan_found){0};
}

int store_part_claim(struct store *store, const struct member *member, int64_t plan,
    int *ret_number, struct error *err)
{
    return store->jobs->engine->parts.claim(store->jobs, member, plan, ret_number, err);
}

int store_part_made(struct store *store, const struct member *member, int64_t plan, int number,
    const char *key, struct error *err)
{
    return store->jobs->engine->parts.made(store->jobs, member, plan, number, key, err);
}

int store_part_each(struct store *store, const struct member *member, int64_t plan, int from,
    void (*each)(void *ctx, const struct job_part *part), void *ctx, struct error *err)
{
    return store->jobs->engine->parts.each(store->jobs, member, plan, from, each, ctx, err);
}
