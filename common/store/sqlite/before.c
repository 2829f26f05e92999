/* before.c - databases of schema versions 1 to 3, whose tables were called jobs, inputs and
 * events, and whose version was `PRAGMA user_version`.
 *
 * Other programs' tables may have these names, and other programs' files any user_version: they are
 * ours only if the version and every column are what casecast made. */
#include "store/sqlite/before.h"

/* The n_watched of jobs came with version 3. */
static const char is_ours_sql[] =
    "SELECT count(*) FROM pragma_user_version AS version WHERE user_version BETWEEN 1 AND 3"
    " AND (SELECT group_concat(name) FROM pragma_table_info('jobs')) ="
    "  'number,id,kind,subject,key,state,cancel_wanted,last_seq,created_ms,started_ms,ended_ms,'"
    "  || 'owner,leased_until_ms,deaths,progress,result,error'"
    "  || iif(user_version = 3, ',n_watched', '')"
    " AND (SELECT group_concat(name) FROM pragma_table_info('inputs')) = 'job_id,input'"
    " AND (SELECT group_concat(name) FROM pragma_table_info('events'))"
    "  = 'position,job_id,seq,name,data,once'"
    " AND (SELECT count(*) FROM sqlite_schema WHERE type = 'table'"
    "  AND name IN ('jobs', 'inputs', 'events')) = 3";

/* Copied and dropped, not renamed: SQLite renames nothing in a file where any view is broken, and
 * the copies go into the same tables that a new database gets.  Inputs and events whose job was
 * deleted by hand are left behind; `position` goes on from where it was. */
static const char bring_over[] =
    "INSERT INTO casecast_jobs(number, id, kind, subject, key, state, cancel_wanted, last_seq,"
    "  created_ms, started_ms, ended_ms, owner, deaths, progress, result, error)"
    " SELECT number, id, kind, subject, key, state, cancel_wanted, last_seq,"
    "  created_ms, started_ms, ended_ms, owner, deaths, progress, result, error"
    " FROM jobs;"
    "INSERT INTO casecast_inputs(job_id, input) SELECT job_id, input FROM inputs"
    " WHERE job_id IN (SELECT id FROM jobs WHERE state IN ('queued', 'running'));"
    "INSERT INTO casecast_events(position, job_id, seq, name, data, once)"
    " SELECT position, job_id, seq, name, data, once FROM events"
    " WHERE job_id IN (SELECT id FROM jobs) ORDER BY position;"
    "DELETE FROM sqlite_sequence WHERE name IN ('casecast_jobs', 'casecast_events');"
    "INSERT INTO sqlite_sequence(name, seq)"
    " SELECT 'casecast_' || name, seq FROM sqlite_sequence WHERE name IN ('jobs', 'events');"
    "DROP TABLE events;"
    "DROP TABLE inputs;"
    "DROP TABLE jobs;"
    "PRAGMA user_version = 0;"; /* it was casecast's */

int before_is_there(struct database *db, bool *ret_is, struct error *err)
{
    int64_t is_ours = 0;
    int rc = query_number(db, is_ours_sql, NULL, &is_ours, err);

    *ret_is = is_ours;
    return rc;
}

int before_bring_over(struct database *db, struct error *err)
{
    bool is_there;
    int rc = before_is_there(db, &is_there, err);

    return rc == 0 && is_there ? run_script(db, bring_over, err) : rc;
}
