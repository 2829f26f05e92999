/* open.c - create or attach. */
#include <string.h>

#include "store/postgres/jobs/jobs_private.h"

int pg_job_get(
    struct store_link *store_link, const char *id, struct job *ret_job, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = jobs_ask(link, "SELECT * FROM casecast.job_rows WHERE id = $1", PG_VALUES(pg_text(id)),
        &result, err);

    return rc == 0 ? row_first_job(link, result, ret_job, err) : rc;
}

static int open_ask(struct pg_link *link, const struct job_request *request,
    const struct job_event *first, PGresult **ret_result, struct error *err)
{
    static const struct hook_request no_hook = {0};
    const struct hook_request *hook = request->hook ? request->hook : &no_hook;

    return jobs_ask(link,
        "SELECT " JOB_ANSWER " FROM casecast.job_open("
        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
        "$20, $21, $22, $23, $24, $25, $26, $27, $28, $29)",
        PG_VALUES(pg_text(request->id), pg_text(request->kind), pg_text(request->subject),
            pg_text(request->key), pg_text(request->input), pg_text(first->name),
            pg_text(first->data), pg_text(first->once), pg_number(request->max_queued),
            pg_number(request->gone), pg_number(request->hold_ms), pg_number(request->told_hold_ms),
            pg_text(request->viewer), pg_text(request->engine), pg_text(request->request_name),
            pg_text(request->request_body), pg_number(STORE_REQUEST_MS),
            pg_number(request->priority), pg_text(request->traceparent),
            pg_number(request->max_queued_kind), pg_number(request->max_queued_client),
            pg_text(request->client), pg_text(request->metadata), pg_text(hook->id),
            pg_text(hook->key), pg_text(hook->url), pg_text(hook->host), pg_text(hook->events),
            pg_text(hook->metadata)),
        ret_result, err);
}

static int open_answer(const char *answer)
{
    static const struct {
        const char *name;
        int rc;
    } answers[] = {{"there", 0}, {"full", STORE_E_FULL}, {"full kind", STORE_E_FULL_KIND},
        {"full client", STORE_E_FULL_CLIENT}, {"reused", STORE_E_REUSED}};
    size_t i = 0;

    while (strcmp(answers[i].name, answer) != 0)
        i++;
    return answers[i].rc;
}

int pg_job_open(struct store_link *store_link, const struct job_request *request,
    struct job *ret_job, bool *ret_is_new, struct error *err)
{
    static const struct job_event none = {0};
    struct pg_link *link = pg_link_of(store_link);
    PGresult *result = NULL;
    int rc = open_ask(link, request, request->first ? request->first : &none, &result, err);

    if (rc != 0)
        return rc;
    if (PQntuples(result) > 0)
        rc = open_answer(PQgetvalue(result, 0, JOB_COLUMN_ANSWER));
    if (rc != 0) {
        PQclear(result);
        return rc;
    }
    rc = row_first_job(link, result, ret_job, err);
    if (rc == 0)
        *ret_is_new = strcmp(ret_job->id, request->id) == 0;
    return rc;
}

int pg_job_told(struct store_link *link, const char *id, const char *viewer, int64_t forget_ms,
    struct error *err)
{
    return jobs_do(pg_link_of(link), "SELECT casecast.job_told($1, $2, $3)",
        PG_VALUES(pg_text(id), pg_text(viewer), pg_number(forget_ms)), err);
}
