/* member.c - the processes that run jobs: a row each, with a lease by the server's clock. */
#include <stdlib.h>

#include "base/mem.h"
#include "store/postgres/jobs/jobs_private.h"

struct member *pg_member_new(const char *address, const struct member_info *info)
{
    struct pg_member *member = mem_new(struct pg_member);

    (void)address;
    member->info = *info;
    return &member->member;
}

void pg_member_free(struct member *member)
{
    free(member);
}

/* Asks at the same time whether there are news, which saves a process without work a statement. */
int pg_member_renew(struct store_link *store_link, const struct member *base, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    const struct pg_member *member = member_of(base);
    PGresult *result = NULL;
    int rc = jobs_ask(link, "SELECT * FROM casecast.member_glance($1, $2, $3, $4, $5, $6)",
        PG_VALUES(MEMBER_VALUES_FOR(member, base->able, base->is_idle ? STORE_IDLE_LEASES : 1)),
        &result, err);

    if (rc == 0)
        rc = news_judge_glance(link, result, err);
    PQclear(result);
    return rc;
}

int pg_member_stop(struct store_link *link, const struct member *member, struct error *err)
{
    return jobs_do(
        pg_link_of(link), "SELECT casecast.member_stop($1)", PG_VALUES(pg_text(member->name)), err);
}

int pg_member_release(struct store_link *link, const struct member *member, struct error *err)
{
    return jobs_do(pg_link_of(link), "SELECT casecast.member_release($1)",
        PG_VALUES(pg_text(member->name)), err);
}

int pg_member_each(struct store_link *link, void (*each)(void *ctx, const struct member_row *row),
    void *ctx, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(link),
        "SELECT name, machine, engine, kinds, slots, greatest(now - leased_until_ms, 0),"
        " is_stopping FROM casecast.members, casecast.now_ms() AS now"
        " ORDER BY machine COLLATE \"C\", name",
        NULL, 0, &result, err);

    for (int i = 0; rc == 0 && i < PQntuples(result); i++)
        each(ctx, &(struct member_row){.name = row_text(result, i, 0),
                      .machine = row_text(result, i, 1),
                      .engine = row_text(result, i, 2),
                      .kinds = row_text(result, i, 3),
                      .slots = (int)row_number(result, i, 4),
                      .silent_ms = row_number(result, i, 5),
                      .is_stopping = *PQgetvalue(result, i, 6) == 't'});
    PQclear(result);
    return rc;
}
