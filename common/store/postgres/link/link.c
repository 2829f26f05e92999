/* link.c - see link.h.  libpq's blocking calls wait as long as the kernel keeps the connection,
 * which is forever if the server is only stopped.  So everything here is sent and then waited for
 * in poll(), with a deadline. */
#include "store/postgres/link/link.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

static const char link_public_text[] =
    "the database of cases can't be used now: its operator finds the reason in the log";

/* --- addresses --- */

/* libpq marks what must not be shown: the password, that of a TLS key. */
static bool link_has_secret(const PQconninfoOption *options)
{
    for (; options->keyword; options++)
        if (options->val && options->dispchar[0] == '*')
            return true;
    return false;
}

int pg_link_new(const char *address, struct pg_link **ret_link, struct error *err)
{
    char *why = NULL;
    PQconninfoOption *options = PQconninfoParse(address, &why);
    int rc = 0;

    if (!options)
        rc = error_set(err, ERR_INPUT, "the address of a PostgreSQL server can't be read: %.*s",
            (int)strcspn(why ? why : "", "\n"), why ? why : "");
    else if (link_has_secret(options))
        rc = error_set(err, ERR_INPUT,
            "the address of a PostgreSQL server must not hold a password, which others can read "
            "in this process's environment; put it into a file named by PGPASSFILE, or into a "
            "service file");
    PQfreemem(why);
    PQconninfoFree(options);
    if (rc < 0)
        return rc;
    *ret_link = mem_new(struct pg_link);
    (*ret_link)->address = mem_copy(address);
    return 0;
}

static void link_drop(struct pg_link *link)
{
    PQfinish(link->connection);
    link->connection = NULL;
}

void pg_link_free(struct pg_link *link)
{
    if (!link)
        return;
    link_drop(link);
    free(link->address);
    free(link);
}

/* --- errors --- */

/* libpq's and the server's message: one line, without the lines that quote the statement. */
static int link_refuse(
    const struct pg_link *link, enum err_code code, const char *message, struct error *err)
{
    size_t len = strcspn(message, "\n");
    int rc = error_set(err, code, "%s: %.*s", link->address, (int)len, message);

    if (err)
        err->public_text = link_public_text;
    return rc;
}

/* The connection is of no more use. */
static int link_lose(struct pg_link *link, const char *why, struct error *err)
{
    int rc = link_refuse(link, ERR_BUSY, why, err);

    link_drop(link);
    return rc;
}

/* --- waiting --- */

/* 1: `events` are there; 0: the deadline is over; -1: poll() failed. */
static int link_poll(const struct pg_link *link, short events, int64_t until_ms)
{
    struct pollfd poll_fd = {.fd = PQsocket(link->connection), .events = events};
    int64_t left_ms;
    int n;

    do {
        left_ms = until_ms - clock_monotonic_ms();
        n = poll(&poll_fd, 1, left_ms > 0 ? (int)left_ms : 0);
    } while (n < 0 && errno == EINTR);
    return n;
}

static int link_finish_connecting(struct pg_link *link, struct error *err)
{
    int64_t until_ms = clock_monotonic_ms() + LINK_CONNECT_MS;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED)
            return link_lose(link, PQerrorMessage(link->connection), err);
        if (link_poll(link, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_ms) <= 0)
            return link_lose(link, "no answer in 2 s", err);
        state = PQconnectPoll(link->connection);
    }
    return 0;
}

static void link_ignore_notice(void *ctx, const PGresult *result)
{
    (void)ctx;
    (void)result;
}

int pg_link_connect(struct pg_link *link, struct error *err)
{
    static const char *const keywords[] = {"dbname", "client_encoding", "fallback_application_name",
        "tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", NULL};
    const char *const values[] = {link->address, "UTF8", "casecast", "3000", "2", "1", "3", NULL};

    if (link->connection)
        return 0;
    link->connection = PQconnectStartParams(keywords, values, 1);
    if (!link->connection)
        return link_refuse(link, ERR_LIMIT, "no memory", err);
    if (PQstatus(link->connection) == CONNECTION_BAD)
        return link_lose(link, PQerrorMessage(link->connection), err);
    PQsetNoticeReceiver(link->connection, link_ignore_notice, NULL);
    return link_finish_connecting(link, err);
}

/* Sends what waits to be sent and reads until a result is there, or none is left (NULL). */
static int link_next(
    struct pg_link *link, int64_t until_ms, PGresult **ret_result, struct error *err)
{
    int unsent;

    while ((unsent = PQflush(link->connection)) > 0 || PQisBusy(link->connection)) {
        if (link_poll(link, unsent > 0 ? POLLIN | POLLOUT : POLLIN, until_ms) <= 0)
            return link_lose(link, "no answer in 5 s", err);
        if (!PQconsumeInput(link->connection))
            return link_lose(link, PQerrorMessage(link->connection), err);
    }
    if (unsent < 0)
        return link_lose(link, PQerrorMessage(link->connection), err);
    *ret_result = PQgetResult(link->connection);
    return 0;
}

/* --- statements --- */

static int link_send(
    struct pg_link *link, const char *sql, const struct pg_value *values, int n, struct error *err)
{
    const char *texts[4] = {NULL};
    Oid types[4] = {0};

    for (int i = 0; i < n; i++) {
        texts[i] = values[i].text;
        types[i] = values[i].type;
    }
    if (!PQsendQueryParams(link->connection, sql, n, types, texts, NULL, NULL, 0))
        return link_lose(link, PQerrorMessage(link->connection), err);
    return 0;
}

/* What the server says of a statement.  Class 22: a value that is none of its type; 57, 53, 40: the
 * server is short of something, or ends. */
static int link_judge(struct pg_link *link, const PGresult *result, struct error *err)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    bool passes = !state || memcmp(state, "57", 2) == 0 || memcmp(state, "53", 2) == 0 ||
                  memcmp(state, "40", 2) == 0;

    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
        return 0;
    default:
        if (state && memcmp(state, "22", 2) == 0)
            return PG_E_NOT_A_VALUE;
        return link_refuse(link, passes ? ERR_BUSY : ERR_IO, PQresultErrorMessage(result), err);
    }
}

/* Reads all results up to the end of the statement; the first error counts. */
static int link_collect(struct pg_link *link, int (*each)(void *ctx, const PGresult *row),
    void *ctx, PGresult **ret_last, struct error *err)
{
    int64_t until_ms = clock_monotonic_ms() + LINK_STATEMENT_MS;
    PGresult *result = NULL, *last = NULL;
    int rc, first = 0;

    while ((rc = link_next(link, until_ms, &result, err)) == 0 && result) {
        if (first == 0)
            first = link_judge(link, result, err);
        if (first == 0 && each && PQntuples(result) > 0)
            first = each(ctx, result);
        PQclear(last);
        last = result;
    }
    if (rc == 0 && first == 0 && ret_last)
        *ret_last = last;
    else
        PQclear(last);
    return rc < 0 ? rc : first;
}

int pg_link_query(struct pg_link *link, const char *sql, const struct pg_value *values, int n,
    PGresult **ret_result, struct error *err)
{
    int rc = pg_link_connect(link, err);

    if (rc == 0)
        rc = link_send(link, sql, values, n, err);
    return rc < 0 ? rc : link_collect(link, NULL, NULL, ret_result, err);
}

int pg_link_each(struct pg_link *link, const char *sql, int (*each)(void *ctx, const PGresult *row),
    void *ctx, struct error *err)
{
    int rc = pg_link_connect(link, err);

    if (rc == 0)
        rc = link_send(link, sql, NULL, 0, err);
    if (rc < 0)
        return rc;
    PQsetSingleRowMode(link->connection);
    return link_collect(link, each, ctx, NULL, err);
}

/* --- transactions --- */

/* All in one message.  LOCAL: a pooled session of the server goes to another client afterwards. */
static int link_begin(struct pg_link *link, struct error *err)
{
    static const char sql[] = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; "
                              "SET LOCAL statement_timeout = 5000; SET LOCAL DateStyle = 'ISO'; "
                              "SET LOCAL extra_float_digits = 1";
    int rc = pg_link_connect(link, err);

    if (rc < 0)
        return rc;
    if (!PQsendQuery(link->connection, sql))
        return link_lose(link, PQerrorMessage(link->connection), err);
    return link_collect(link, NULL, NULL, NULL, err);
}

/* A connection that was lost since its last use is made anew: nothing was asked of it yet. */
int pg_link_begin(struct pg_link *link, struct error *err)
{
    bool was_connected = link->connection;
    int rc = link_begin(link, err);

    return rc == -ERR_BUSY && was_connected && !link->connection ? link_begin(link, err) : rc;
}

int pg_link_end(struct pg_link *link, int rc, struct error *err)
{
    struct error *why = rc < 0 ? NULL : err;
    int end;

    if (!link->connection) /* the server has ended it */
        return rc;
    if (!PQsendQuery(link->connection, rc < 0 ? "ROLLBACK" : "COMMIT"))
        end = link_lose(link, PQerrorMessage(link->connection), why);
    else
        end = link_collect(link, NULL, NULL, NULL, why);
    return rc != 0 ? rc : end;
}
