/* parts.c - plans of running jobs, and who makes which part.
 *
 * A part has its claim's time in its own row: a claimer's lease is in another one, and a statement
 * that waited for the part's row would still see that one as it was before. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "store/postgres/jobs/jobs_private.h"

int pg_plan_open(struct store_link *store_link, const struct member *base, const char *id,
    int64_t run, const struct job_plan *plan, int64_t *ret_plan, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = *link->jobs->mark ? 0 : pg_link_connect(link, err);

    if (rc == 0)
        rc = jobs_ask(link, "SELECT casecast.plan_open($1, $2, $3, $4, $5, $6, $7, $8)",
            PG_VALUES(pg_text(link->jobs->mark), pg_text(id), pg_number(run), pg_text(base->name),
                pg_text(member_text(member_of(base)->info.engine)), pg_text(plan->text),
                pg_number(plan->first), pg_number(plan->n)),
            &result, err);
    if (rc == 0 && PQgetisnull(result, 0, 0))
        rc = STORE_E_LOST;
    else if (rc == 0)
        *ret_plan = row_number(result, 0, 0);
    PQclear(result);
    return rc;
}

static char *parts_copy(const PGresult *result, int column)
{
    return mem_copy(PQgetvalue(result, 0, column));
}

int pg_plan_find(struct store_link *store_link, const struct member *base,
    struct plan_found *ret_plan, struct error *err)
{
    const struct pg_member *member = member_of(base);
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(store_link),
        "SELECT number, job_id, first, n, kind, input, engine, plan"
        " FROM casecast.plan_find($1, $2, $3, $4, $5)",
        PG_VALUES(pg_text(base->name), pg_text(member_text(member->info.machine)),
            pg_text(member_text(member->info.engine)), pg_text(member->info.kinds),
            pg_number(member->info.lease_ms)),
        &result, err);

    if (rc == 0 && PQntuples(result) == 0)
        rc = STORE_E_NOT_FOUND;
    if (rc == 0) {
        *ret_plan = (struct plan_found){.number = row_number(result, 0, 0),
            .first = (int)row_number(result, 0, 2),
            .n = (int)row_number(result, 0, 3),
            .kind = parts_copy(result, 4),
            .input = parts_copy(result, 5),
            .engine = parts_copy(result, 6),
            .text = parts_copy(result, 7)};
        snprintf(ret_plan->job_id, sizeof ret_plan->job_id, "%s", PQgetvalue(result, 0, 1));
        rc = strcmp(ret_plan->engine, member_text(member->info.engine)) ? STORE_E_OTHER : 0;
    }
    PQclear(result);
    return rc;
}

int pg_part_claim(struct store_link *store_link, const struct member *base, int64_t plan,
    int *ret_number, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(store_link), "SELECT casecast.part_claim($1, $2, $3)",
        PG_VALUES(pg_number(plan), pg_text(base->name), pg_number(member_of(base)->info.lease_ms)),
        &result, err);

    if (rc == 0 && PQgetisnull(result, 0, 0))
        rc = STORE_E_NOT_FOUND;
    else if (rc == 0)
        *ret_number = (int)row_number(result, 0, 0);
    PQclear(result);
    return rc;
}

int pg_part_made(struct store_link *store_link, const struct member *base, int64_t plan, int number,
    const char *key, struct error *err)
{
    return jobs_do(pg_link_of(store_link), "SELECT casecast.part_made($1, $2, $3, $4)",
        PG_VALUES(pg_number(plan), pg_number(number), pg_text(base->name), pg_text(key)), err);
}

int pg_part_each(struct store_link *store_link, const struct member *base, int64_t plan, int from,
    void (*each)(void *ctx, const struct job_part *part), void *ctx, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(pg_link_of(store_link),
        "SELECT p.number, CASE WHEN p.member = $3 THEN '' ELSE coalesce(m.machine, '') END, "
        "p.made_key, now - p.claimed_ms,"
        " casecast.part_is_free(p, now, $4)"
        " FROM casecast.now_ms() AS now, casecast.parts p LEFT JOIN casecast.members m"
        " ON m.name = p.member"
        " WHERE p.plan = $1 AND p.number >= $2 AND (p.member <> $3 OR p.made_key IS NOT NULL) "
        "ORDER BY p.number LIMIT 256",
        PG_VALUES(pg_number(plan), pg_number(from), pg_text(base->name),
            pg_number(member_of(base)->info.lease_ms)),
        &result, err);

    for (int i = 0; rc == 0 && i < PQntuples(result); i++)
        each(ctx, &(struct job_part){.number = (int)row_number(result, i, 0),
                      .machine = row_text(result, i, 1),
                      .key = row_text(result, i, 2),
                      .claimed_ms = row_number(result, i, 3),
                      .is_claimer_gone = *PQgetvalue(result, i, 4) == 't'});
    PQclear(result);
    return rc;
}
