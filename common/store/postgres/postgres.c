/* postgres.c - see postgres.h. */
#include "store/postgres/postgres.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "store/postgres/cases/cases.h"
#include "store/postgres/examine.h"
#include "store/postgres/init.h"
#include "store/postgres/jobs/jobs.h"
#include "store/postgres/schema/schema.h"

static bool postgres_serves(const char *address)
{
    return strncmp(address, "postgresql://", 13) == 0 || strncmp(address, "postgres://", 11) == 0;
}

/* Only the server knows, and says so when it is opened. */
static bool postgres_is_there(const char *address)
{
    (void)address;
    return true;
}

static void postgres_close(struct store_link *store_link)
{
    struct pg_link *link = pg_link_of(store_link);

    pg_cases_free(link->cases);
    pg_jobs_end(link);
    pg_link_free(link);
}

static int postgres_try_cases(struct pg_link *link, struct error *err)
{
    int rc = pg_link_begin(link, err);

    if (rc < 0)
        return rc;
    rc = pg_cases_prepare(link, err);
    if (rc == 0)
        rc = pg_cases_try(link, err);
    return pg_link_end(link, rc, err);
}

/* Connecting has checked the schema of jobs. */
static int postgres_try(struct pg_link *link, unsigned parts, struct error *err)
{
    int rc = pg_link_connect(link, err);

    return rc == 0 && parts & STORE_CASES ? postgres_try_cases(link, err) : rc;
}

/* A server that can't be reached now is no reason not to start: finished films are there without
 * it, and each call tries again. */
static int postgres_start(
    struct pg_link *link, unsigned parts, enum store_way way, struct error *err)
{
    struct error why;
    int rc = postgres_try(link, parts, &why);

    if (rc == -ERR_BUSY && way != STORE_READ) {
        if (way != STORE_AGAIN) /* the first connection of a process says it for all */
            log_warning("%s", why.text);
        return 0;
    }
    if (rc < 0 && err)
        *err = why;
    return rc;
}

static int postgres_greet(struct pg_link *link, struct error *err)
{
    int rc = pg_schema_check(link, err);

    return rc == 0 ? pg_jobs_greet(link, err) : rc;
}

static int postgres_greet_again(struct pg_link *link, struct error *err)
{
    int rc = pg_schema_check_again(link, err);

    return rc == 0 ? pg_jobs_greet(link, err) : rc;
}

static int postgres_open(const char *address, unsigned parts, enum store_way way,
    struct store_link **ret_link, struct error *err)
{
    struct pg_link *link = NULL;
    int rc = pg_link_new(address, &link, err);

    if (rc < 0)
        return rc;
    if (way == STORE_INIT && parts & STORE_JOBS)
        rc = postgres_init(link, parts, err);
    link->only_reads = way == STORE_READ;
    link->parts = parts;
    if (parts & STORE_JOBS) {
        pg_jobs_begin(link);
        link->greet = way == STORE_AGAIN ? postgres_greet_again : postgres_greet;
    }
    if (rc == 0)
        rc = postgres_start(link, parts, way, err);
    if (rc == 0)
        *ret_link = &link->link;
    else
        postgres_close(&link->link);
    return rc;
}

static bool postgres_is_cut(struct store_link *link)
{
    return pg_link_is_cut(pg_link_of(link));
}

static bool postgres_is_adrift(struct store_link *link)
{
    return pg_jobs_are_adrift(pg_link_of(link));
}

static int postgres_probe(struct store_link *link, struct error *err)
{
    struct pg_link *pg = pg_link_of(link);
    int rc = postgres_try(pg, pg->parts, err);

    return rc == 0 && pg->parts & STORE_JOBS ? pg_schema_check(pg, err) : rc;
}

/* The server checks the sum of each page that it reads, if it was made with sums. */
static int postgres_read_whole(struct store_link *link, char **ret_told, struct error *err)
{
    PGresult *row;
    int rc = pg_link_ask(
        pg_link_of(link), "SELECT current_setting('data_checksums') = 'on'", NULL, 0, &row, err);

    if (rc < 0)
        return rc;
    *ret_told =
        mem_copy(*PQgetvalue(row, 0, 0) == 't'
                     ? "the server keeps sums of its pages and checks them (data_checksums); "
                       "pg_amcheck reads all of them"
                     : "the server keeps no sums of its pages (data_checksums is off)");
    PQclear(row);
    return 0;
}

static const char *postgres_did(struct store_link *link)
{
    return pg_link_of(link)->did;
}

const struct store_engine postgres_engine = {
    .name = "PostgreSQL",
    .serves = postgres_serves,
    .is_there = postgres_is_there,
    .name_of = pg_address_name,
    .open = postgres_open,
    .close = postgres_close,
    .is_adrift = postgres_is_adrift,
    .is_cut = postgres_is_cut,
    .probe = postgres_probe,
    .examine = postgres_examine,
    .read_whole = postgres_read_whole,
    .did = postgres_did,
    .grant = postgres_grant,
    .cases =
        {
            .name = pg_cases_name,
            .list = pg_case_list,
            .get = pg_case_get,
            .put = pg_case_put,
            .edit = pg_case_edit,
        },
    .jobs =
        {
            .open = pg_job_open,
            .get = pg_job_get,
            .told = pg_job_told,
            .each_done = pg_job_each_done,
            .count = pg_job_count,
            .each = pg_job_each,
            .asked = pg_job_asked,
            .each_old = pg_job_each_old,
            .each_to_clear = pg_job_each_to_clear,
            .was_cleared = pg_job_was_cleared,
            .shares_key = pg_job_shares_key,
            .want_forget = pg_job_want_forget,
            .forget = pg_job_forget,
            .events = pg_job_events,
            .cursors_find = pg_cursors_find,
            .cursors_read = pg_cursors_read,
            .watched = pg_jobs_watched,
            .audience_others = pg_audience_others,
            .audience_each = pg_audience_each,
            .input = pg_job_input,
            .set_priority = pg_job_set_priority,
            .publish = pg_job_publish,
            .want_cancel = pg_job_want_cancel,
            .cancel = pg_job_cancel,
            .member_new = pg_member_new,
            .member_free = pg_member_free,
            .member_renew = pg_member_renew,
            .member_stop = pg_member_stop,
            .member_release = pg_member_release,
            .member_each = pg_member_each,
            .members_live_by_lease = true,
            .audiences_write = pg_audiences_write,
            .claim = pg_job_claim,
            .release = pg_job_release,
            .lease = pg_job_lease,
            .write = pg_runs_write,
            .rekey = pg_job_rekey,
            .progress = pg_job_progress,
            .news = pg_news,
            .position = pg_position,
            .tail = pg_tail,
            .live = pg_live,
        },
    .parts =
        {
            .open = pg_plan_open,
            .find = pg_plan_find,
            .claim = pg_part_claim,
            .made = pg_part_made,
            .each = pg_part_each,
        },
    .hooks =
        {
            .add = pg_hook_add,
            .claim = pg_hook_claim,
            .delivered = pg_hook_delivered,
            .failed = pg_hook_failed,
            .each = pg_hook_each,
            .count = pg_hook_count,
        },
};
