/* store_private.h - what the files of this room share: the connection, its queries, its
 * transactions.
 *
 * Inside, a function that changes something expects a transaction to be open; the public ones open
 * it. */
#pragma once

#include <sqlite3.h>

#include "store/store.h"

enum {
    QUERIES_MAX = 64, /* distinct texts a connection keeps prepared */
    STORE_VALUE_MAX =
        32 << 20, /* bytes; the longest text we write is a case of 200 long scenes, 13 MiB */
};

struct store {
    sqlite3 *db;
    char *path;
    int n_queries;
    struct {
        const char *sql; /* the address is the key: every query is one constant */
        sqlite3_stmt *query;
    } queries[QUERIES_MAX];
    struct member *member; /* who claims by this connection; NULL: nobody yet */
    int64_t data_version;  /* as store_changed() saw it last */
    bool leaves_others;    /* see store_init() */
    /* What follows is fixed after store_open(): the names that cases are read from, and queries
     * made of the columns that are there. */
    const char *cases, *scenes;
    char *case_list_sql, *case_sizes_sql, *case_sql, *scenes_sql, *case_put_sql, *scene_put_sql;
    char *case_drop_sql, *scenes_drop_sql, *case_count_sql;
    uint32_t case_columns, scene_columns; /* bit i: field i has one */
    bool told_bad_ids;                    /* the log has it already */
};

struct member {
    char name[17];
    char *path;        /* of the file of locks */
    int fd;            /* holds ours; -1: not yet */
    const char *kinds; /* the caller's */
    int64_t lease_ms;
};

/* The one place where SQLite's codes become ours.  Tells of the connection's last error. */
int store_refuse(struct store *store, struct error *err);
/* Another refusal that names the file, and what strangers are told of it.  Returns `answer`. */
int store_refuse_as(struct error *err, const char *told, int answer);
#define STORE_CASES_TOLD                                                                           \
    "the tables of cases can't be read: their operator finds the reason in the log"

/* --- store_sqlite.c: connections --- */

/* A bare connection.  `path` is what messages call it, `uri` what SQLite opens. */
int store_connect(
    const char *path, const char *uri, int flags, struct store **ret_store, struct error *err);
/* Returns `answer`: if it is 0 the caller gets the store, else the store is closed. */
int store_hand_over(struct store *store, int answer, struct store **ret_store);

/* --- store_schema.c: what must be in the database --- */

/* Makes what is not there, for one who writes. */
int schema_prepare(struct store *store, struct error *err);
/* Refuses where this part is missing, for one who only reads. */
int schema_find(struct store *store, enum store_part part, struct error *err);

/* --- store_case_tables.c: the tables that cases are read from --- */

/* Behind a message about tables called cases and scenes. */
#define CASES_HINT                                                                                 \
    "; if they are not meant for casecast, `casecast init` makes casecast_cases and "              \
    "casecast_scenes beside them"

/* Sets `cases` and `scenes` of the store; NULL: nothing has these names. */
int case_tables_find(struct store *store, struct error *err);
/* Have those that we made all columns of today? */
int case_tables_are_whole(struct store *store, bool *ret_are_whole, struct error *err);
/* Finds them, adds what they lack, or makes them. */
int case_tables_make(struct store *store, struct error *err);

/* --- store_before.c: the tables of older versions, which had common names --- */

int before_is_there(struct store *store, bool *ret_is, struct error *err);
/* Moves what is in them into the casecast_… tables and drops them.  Somebody else's of these names
 * are left alone. */
int before_bring_over(struct store *store, struct error *err);

/* --- store_cases.c --- */

/* Looks which columns there are and makes the queries of them. */
int cases_prepare(struct store *store, struct error *err);
void cases_forget(struct store *store); /* frees these queries */

/* --- store_member.c --- */

/* Makes `casecast_is_gone(name)`: does no process of that name live any more?  Before
 * store_job_claim() has named a member to ask for, it knows of nobody that is gone. */
int member_prepare(struct store *store, struct error *err);
/* From now on the others see that it lives. */
/* By another descriptor of <database>-members than its own; false if it can't be asked (-1). */
bool member_is_gone(int members_fd, const char *name);
int member_lock(struct member *member, struct error *err);
/* Its row, with a lease from now on. */
int member_write(struct store *store, const struct member *member, struct error *err);
/* Rows of members that are gone and own nothing. */
int member_forget_gone(struct store *store, const struct member *looker, struct error *err);

/* --- queries --- */

struct value {
    enum { VALUE_END, VALUE_TEXT, VALUE_NUMBER, VALUE_REAL } kind;
    const char *text; /* NULL is SQL's NULL; must live until the query ends */
    int64_t number;
    double real;
};

static inline struct value value_text(const char *text)
{
    return (struct value){.kind = VALUE_TEXT, .text = text};
}

static inline struct value value_number(int64_t number)
{
    return (struct value){.kind = VALUE_NUMBER, .number = number};
}

static inline struct value value_real(double real)
{
    return (struct value){.kind = VALUE_REAL, .real = real};
}

/* What ?1, ?2 … stand for. */
#define VALUES(...) ((const struct value[]){__VA_ARGS__, {.kind = VALUE_END}})

enum { QUERY_END, QUERY_ROW };

int query_start(struct store *store, const char *sql, const struct value *values,
    sqlite3_stmt **ret_query, struct error *err);
/* QUERY_ROW, or QUERY_END or an error, after which the query is ended. */
int query_row(struct store *store, sqlite3_stmt *query, struct error *err);
void query_end(sqlite3_stmt *query); /* for one that is left before its last row */

/* A statement without rows. */
int query_run(struct store *store, const char *sql, const struct value *values, struct error *err);
/* Several statements, without values. */
int run_script(struct store *store, const char *sql, struct error *err);
/* The first column of the first row; STORE_E_NOT_FOUND: no row. */
int query_number(struct store *store, const char *sql, const struct value *values,
    int64_t *ret_number, struct error *err);

/* Valid until the query goes on; NULL for NULL. */
const char *column_text(sqlite3_stmt *query, int column);
/* A copy for the caller; NULL for NULL. */
char *column_copy(sqlite3_stmt *query, int column);

/* --- transactions --- */

int transaction_begin(struct store *store, struct error *err);      /* takes the write lock */
int transaction_begin_read(struct store *store, struct error *err); /* all reads see one moment */
/* Commits if `answer` is 0 and rolls back otherwise; returns `answer`, or why the commit failed. */
int transaction_end(struct store *store, int answer, struct error *err);

/* --- store_jobs.c --- */

/* `position`: an SQL expression, looked at only where the job is queued. */
#define JOB_COLUMNS(position)                                                                      \
    "id, kind, subject, key, state, cancel_wanted, last_seq, created_ms, started_ms, ended_ms, "   \
    "deaths, progress, result, error, " position ", owner, n_watched, run, number "
enum { JOB_COLUMN_OWNER = 15, JOB_COLUMN_WATCHED, JOB_COLUMN_RUN, JOB_COLUMN_NUMBER };

/* A row of JOB_COLUMNS.  The caller clears `*ret_job`; its input is not in it. */
int job_read(struct store *store, sqlite3_stmt *row, struct job *ret_job, struct error *err);
int job_by_number(struct store *store, int64_t number, struct job *ret_job, struct error *err);
/* Fills in the input, which may be many megabytes: only who works on the job needs it. */
int job_load_input(struct store *store, struct job *job, struct error *err);
/* Belongs to every end of a job: nobody needs its input any more. */
int job_drop_input(struct store *store, const char *id, struct error *err);
/* Ends a transaction that was to fill `job`: the caller gets it whole, or it is cleared. */
int job_hand_over(
    struct store *store, int answer, struct job *job, struct job *ret_job, struct error *err);

/* --- store_journal.c --- */

/* Give the events the job's next numbers and write them.  Whoever calls has made sure that it may.
 */
int journal_add(struct store *store, const char *job_id, const struct job_event *events, int n,
    struct error *err);
