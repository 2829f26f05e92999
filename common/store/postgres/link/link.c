/* link.c - see link.h; connect.c has the making of a connection.  libpq's blocking calls wait as
 * long as the kernel keeps the connection, which is forever if the server is only stopped.  So
 * everything here is sent and then waited for in poll(), with a deadline. */
#include "store/postgres/link/link_private.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"

/* --- addresses --- */

/* libpq marks what must not be shown: the password, that of a TLS key. */
static bool link_has_secret(const PQconninfoOption *options)
{
    for (; options->keyword; options++)
        if (options->val && options->dispchar[0] == '*')
            return true;
    return false;
}

/* The value of an option that the address has, or "". */
static const char *link_option(const PQconninfoOption *options, const char *keyword)
{
    while (options->keyword && strcmp(options->keyword, keyword) != 0)
        options++;
    return options->keyword && options->val ? options->val : "";
}

char *pg_address_name(const char *address)
{
    PQconninfoOption *options = PQconninfoParse(address, NULL);
    const char *user, *host, *service;
    char *name;

    if (!options)
        return mem_copy("postgresql://…");
    user = link_option(options, "user");
    service = link_option(options, "service");
    host = link_option(options, "host");
    if (!*host)
        host = link_option(options, "hostaddr");
    name = mem_format("postgresql://%s%s%s/%s%s%s", user, *user ? "@" : "", host,
        link_option(options, "dbname"), *service ? "?service=" : "", service);
    PQconninfoFree(options);
    return name;
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
    (*ret_link)->name = pg_address_name(address);
    return 0;
}

void pg_link_free(struct pg_link *link)
{
    if (!link)
        return;
    link_drop(link);
    free(link->address);
    free(link->name);
    free(link);
}

/* --- waiting --- */

bool pg_link_is_cut(const struct pg_link *link)
{
    struct pollfd poll_fd = {.events = POLLRDHUP};

    if (!link->connection)
        return link->was_connected;
    poll_fd.fd = PQsocket(link->connection);
    return poll(&poll_fd, 1, 0) > 0;
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

/* --- values --- */

struct pg_value pg_number(int64_t number)
{
    struct pg_value value = {0};

    snprintf(value.number, sizeof value.number, "%lld", (long long)number);
    return value;
}

void pg_array_add(struct buf *array, const char *text)
{
    buf_add_text(array, array->len ? "," : "{");
    if (!text) {
        buf_add_text(array, "NULL");
        return;
    }
    buf_add_text(array, "\"");
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            buf_add_text(array, "\\");
        buf_add(array, text, 1);
    }
    buf_add_text(array, "\"");
}

void pg_array_end(struct buf *array)
{
    buf_add_text(array, array->len ? "}" : "{}");
}

/* --- statements --- */

static int link_send(
    struct pg_link *link, const char *sql, const struct pg_value *values, int n, struct error *err)
{
    const char *texts[PG_VALUES_MOST] = {NULL};
    Oid types[PG_VALUES_MOST] = {0};

    assert(n <= PG_VALUES_MOST);
    for (int i = 0; i < n; i++) {
        texts[i] = *values[i].number ? values[i].number : values[i].text;
        types[i] = values[i].type;
    }
    if (!PQsendQueryParams(link->connection, sql, n, types, texts, NULL, NULL, 0))
        return link_lose(link, PQerrorMessage(link->connection), err);
    return 0;
}

/* Is it the server's state, and not the statement, for which it refuses?  Class 57, 53, 40: it is
 * short of something, or ends; 55P03: another program's lock; 25006: it is a standby now. */
static bool link_passes(const char *state)
{
    return !*state || memcmp(state, "57", 2) == 0 || memcmp(state, "53", 2) == 0 ||
           memcmp(state, "40", 2) == 0 || strcmp(state, "55P03") == 0 ||
           strcmp(state, "25006") == 0;
}

/* What the server says of a statement.  Class 22: a value that is none of its type. */
static int link_judge(struct pg_link *link, const PGresult *result, struct error *err)
{
    const char *state;

    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
        return 0;
    default:
        state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
        snprintf(link->state, sizeof link->state, "%s", state ? state : "");
        if (memcmp(link->state, "22", 2) == 0)
            return PG_E_NOT_A_VALUE;
        return link_refuse(
            link, link_passes(link->state) ? ERR_BUSY : ERR_IO, PQresultErrorMessage(result), err);
    }
}

/* Reads all results up to the end of the statement; the first error counts. */
static int link_collect(struct pg_link *link, int (*each)(void *ctx, const PGresult *row),
    void *ctx, PGresult **ret_last, struct error *err)
{
    int64_t until_ms = clock_monotonic_ms() + LINK_STATEMENT_MS;
    PGresult *result = NULL, *last = NULL;
    int rc, first = 0;

    *link->state = '\0';
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
    if (strcmp(link->state, "25006") == 0) /* a new connection finds the server that writes */
        link_drop(link);
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

/* Who waited in vain does not wait again. */
int pg_link_ask(struct pg_link *link, const char *sql, const struct pg_value *values, int n,
    PGresult **ret_result, struct error *err)
{
    bool was_connected = link->connection;
    int64_t began_ms = clock_monotonic_ms();
    int rc = pg_link_query(link, sql, values, n, ret_result, err);

    if (rc == -ERR_BUSY && was_connected && !link->connection &&
        clock_monotonic_ms() - began_ms < LINK_CONNECT_MS)
        rc = pg_link_query(link, sql, values, n, ret_result, err);
    return rc;
}

int pg_link_lost(struct pg_link *link, struct error *err)
{
    return link_lose(link, PQerrorMessage(link->connection), err);
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

/* All of a script in one message. */
static int link_run(struct pg_link *link, const char *sql, struct error *err)
{
    if (!PQsendQuery(link->connection, sql))
        return link_lose(link, PQerrorMessage(link->connection), err);
    return link_collect(link, NULL, NULL, NULL, err);
}

int pg_link_script(struct pg_link *link, const char *sql, struct error *err)
{
    int rc = pg_link_connect(link, err);

    return rc < 0 ? rc : link_run(link, sql, err);
}

/* --- transactions --- */

/* LOCAL: a pooled session of the server goes to another client afterwards. */
static const char link_begin_reading[] =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 5000; "
    "SET LOCAL DateStyle = 'ISO'; SET LOCAL extra_float_digits = 1";
static const char link_begin_writing[] =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 5000; "
    "SET LOCAL lock_timeout = 2000";

/* A connection that was lost since its last use is made anew: nothing was asked of it yet. */
static int link_begin(struct pg_link *link, const char *sql, struct error *err)
{
    bool was_connected = link->connection;
    int rc = pg_link_script(link, sql, err);

    return rc == -ERR_BUSY && was_connected && !link->connection ? pg_link_script(link, sql, err)
                                                                 : rc;
}

int pg_link_begin(struct pg_link *link, struct error *err)
{
    return link_begin(link, link_begin_reading, err);
}

int pg_link_begin_writing(struct pg_link *link, struct error *err)
{
    return link_begin(link, link_begin_writing, err);
}

int pg_link_end(struct pg_link *link, int rc, struct error *err)
{
    int end;

    if (!link->connection) /* the server has ended it */
        return rc;
    end = link_run(link, rc < 0 ? "ROLLBACK" : "COMMIT", rc < 0 ? NULL : err);
    return rc != 0 ? rc : end;
}
