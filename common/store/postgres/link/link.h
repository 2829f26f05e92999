/* link.h - a connection to a PostgreSQL server: it is made when it is needed, made anew when it was
 * lost, and no call waits for a server that does not answer.  One thread at a time.
 *
 * Every call is one transaction with its settings inside it, and no statement is prepared: so it
 * works through pgbouncer in its transaction mode.
 *
 * Room: a connection to PostgreSQL: statements, deadlines, errors.
 * May use: base, store/engine.
 * Used by: store/postgres, store/postgres/cases, store/postgres/jobs,
 *     store/postgres/schema. */
#pragma once

#include <libpq-fe.h>

#include "base/buf.h"
#include "store/engine/engine.h"

enum {
    LINK_CONNECT_MS = 2000,   /* to connect to one host of the address */
    LINK_STATEMENT_MS = 5000, /* for one statement; the server ends it then, too */
};

struct pg_cases;
struct pg_jobs;

struct pg_link {
    struct store_link link; /* first: what the engine's functions get */
    PGconn *connection;     /* NULL: not connected */
    char *address;          /* without a password: pg_link_new() refuses one */
    char *name;             /* of the database in logs and errors: pg_address_name() */
    bool was_connected;     /* ever */
    char state[6];          /* SQLSTATE of the last statement that was refused */
    struct pg_cases *cases; /* what this connection knows of its cases; NULL: nothing yet */
    struct pg_jobs *jobs;   /* the same of its jobs; NULL: it is none of jobs */
    /* Looks at the database after each connecting, before anything else is asked of it; what it
     * returns below 0 ends the connection and is the error of the call.  NULL: nothing is checked.
     */
    int (*greet)(struct pg_link *link, struct error *err);
    unsigned parts;  /* bits of enum store_part: what it was opened for … */
    bool only_reads; /* … with STORE_READ */
    char did[200];   /* what STORE_INIT did, for `casecast init` */
};

static inline struct pg_link *pg_link_of(struct store_link *link)
{
    return (struct pg_link *)link;
}

/* Nothing is connected yet.  -ERR_INPUT: libpq can't read the address, or it holds a password,
 * which everybody who may read this process's environment would know. */
int pg_link_new(const char *address, struct pg_link **ret_link, struct error *err);
void pg_link_free(struct pg_link *link); /* takes NULL; `cases` are freed before */

/* What of an address is printed: "postgresql://role@db1,db2/app".  The caller frees it. */
char *pg_address_name(const char *address);

/* Connects, if there is no connection: to the first host of the address that answers in time and is
 * what target_session_attrs wants.  -ERR_BUSY: the server can't be reached, or does not let us
 * in; the text says why. */
int pg_link_connect(struct pg_link *link, struct error *err);

/* Begins a transaction that only reads and sees one moment. */
int pg_link_begin(struct pg_link *link, struct error *err);
/* Begins one that writes; each statement sees what was committed before it. */
int pg_link_begin_writing(struct pg_link *link, struct error *err);
/* Ends it, whatever happened.  Returns `rc`, or why it can't be ended. */
int pg_link_end(struct pg_link *link, int rc, struct error *err);

/* The values of a statement's $1, $2, …: `type` is the OID of its type, 0: the server decides. */
struct pg_value {
    const char *text; /* NULL is SQL's NULL */
    Oid type;
    char number[21]; /* in place of `text`, unless it is "" */
};

enum { PG_VALUES_MOST = 32 };

static inline struct pg_value pg_text(const char *text)
{
    return (struct pg_value){.text = text};
}

struct pg_value pg_number(int64_t number);

/* Of several texts an array: adds one to the text of the array, NULL is SQL's NULL. */
void pg_array_add(struct buf *array, const char *text);
void pg_array_end(struct buf *array); /* also of one that nothing was added to */

/* Positive return code: a value of the statement is not one of its type (SQLSTATE class 22). */
enum { PG_E_NOT_A_VALUE = 100 };

/* One statement with `n` values.  The caller frees `*ret_result` with PQclear().  -ERR_BUSY: the
 * connection is lost, or the server did not answer in LINK_STATEMENT_MS; -ERR_IO: the server
 * refuses the statement.  Both name the server in `text` and not in `public_text`. */
int pg_link_query(struct pg_link *link, const char *sql, const struct pg_value *values, int n,
    PGresult **ret_result, struct error *err);

/* The same for a statement that may be asked again: if the connection was lost since its last use,
 * it is asked again on a new one. */
int pg_link_ask(struct pg_link *link, const char *sql, const struct pg_value *values, int n,
    PGresult **ret_result, struct error *err);

/* It was connected, and is not any more.  Asks the system, not the server. */
bool pg_link_is_cut(const struct pg_link *link);

/* The connection broke while nobody asked anything.  Returns -ERR_BUSY. */
int pg_link_lost(struct pg_link *link, struct error *err);

/* As pg_link_query(), for many rows: `each` is called with a result of one row at a time.  It may
 * end the query by returning less than 0, which is then returned. */
int pg_link_each(struct pg_link *link, const char *sql, int (*each)(void *ctx, const PGresult *row),
    void *ctx, struct error *err);

/* Statements with a semicolon between them, inside a transaction; their rows are dropped. */
int pg_link_script(struct pg_link *link, const char *sql, struct error *err);
