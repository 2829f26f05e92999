/* ask.c - statements of jobs, and whether they still speak of the same history. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/postgres/jobs/jobs_private.h"

static atomic_llong lost_ms; /* any thread */

int64_t jobs_lost_ms(void)
{
    return atomic_load(&lost_ms);
}

void pg_jobs_begin(struct pg_link *link)
{
    link->jobs = mem_new(struct pg_jobs);
}

void pg_jobs_end(struct pg_link *link)
{
    free(link->jobs);
    link->jobs = NULL;
}

bool pg_jobs_are_adrift(const struct pg_link *link)
{
    return link->jobs && link->jobs->is_adrift;
}

static int jobs_refuse_adrift(struct pg_link *link, struct error *err)
{
    int rc = error_set(err, ERR_IO,
        "%s: the database was replaced, a standby was promoted, or casecast's tables were dropped",
        link->name);

    link->jobs->is_adrift = true;
    atomic_store(&lost_ms, clock_monotonic_ms());
    if (err)
        err->public_text = "the database was replaced";
    return rc;
}

int jobs_check_mark(struct pg_link *link, const char *mark, struct error *err)
{
    return strcmp(link->jobs->mark, mark) == 0 ? 0 : jobs_refuse_adrift(link, err);
}

static int jobs_meet(struct pg_link *link, const char *mark, struct error *err)
{
    struct pg_jobs *jobs = link->jobs;

    jobs->has_asked = jobs->is_listening = false;
    jobs->looked_ms = 0;
    jobs->position = -1;
    if (jobs->was_connected)
        atomic_store(&lost_ms, clock_monotonic_ms());
    jobs->was_connected = true;
    if (!*jobs->mark)
        snprintf(jobs->mark, sizeof jobs->mark, "%s", mark);
    return jobs_check_mark(link, mark, err);
}

int pg_jobs_greet(struct pg_link *link, struct error *err)
{
    PGresult *result = NULL;
    int rc = pg_link_query(link, "SELECT casecast.mark()", NULL, 0, &result, err);

    if (rc == 0)
        rc = jobs_meet(link, PQgetvalue(result, 0, 0), err);
    PQclear(result);
    return rc;
}

/* CC001: check_mark() of functions.sql.  The others: no such schema, table, function. */
static bool jobs_say_adrift(const char *state)
{
    static const char *const states[] = {"CC001", "3F000", "42P01", "42883", NULL};
    size_t i = 0;

    while (states[i] && strcmp(states[i], state) != 0)
        i++;
    return states[i];
}

int jobs_ask(struct pg_link *link, const char *sql, const struct pg_value *values, int n,
    PGresult **ret_result, struct error *err)
{
    int rc;

    if (link->jobs->is_adrift)
        return jobs_refuse_adrift(link, err);
    rc = pg_link_ask(link, sql, values, n, ret_result, err);
    if (rc == PG_E_NOT_A_VALUE)
        return error_set(err, ERR_INPUT, "a text of the job is none that PostgreSQL can keep");
    return rc == -ERR_IO && jobs_say_adrift(link->state) ? jobs_refuse_adrift(link, err) : rc;
}

int jobs_do(
    struct pg_link *link, const char *sql, const struct pg_value *values, int n, struct error *err)
{
    PGresult *result = NULL;
    int rc = jobs_ask(link, sql, values, n, &result, err);

    PQclear(result);
    return rc;
}
