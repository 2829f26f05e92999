/* connect.c - makes a connection: see pg_link_connect() in link.h.
 *
 * libpq goes from one host of an address to the next when a host refuses, but not when it is
 * silent: that is for its caller, who has no call for it.  So each host is tried by itself. */
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "store/postgres/link/link_private.h"

/* --- one try --- */

static int connect_lose_silent(struct pg_link *link, struct error *err)
{
    char *why = mem_format("no answer in %d s from %s", LINK_CONNECT_MS / 1000,
        PQhost(link->connection) ? PQhost(link->connection) : "it");
    int rc = link_lose(link, why, err);

    free(why);
    return rc;
}

static int connect_finish(struct pg_link *link, struct error *err)
{
    int64_t until_ms = clock_monotonic_ms() + LINK_CONNECT_MS;
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;

    while (state != PGRES_POLLING_OK) {
        if (state == PGRES_POLLING_FAILED)
            return link_lose(link, PQerrorMessage(link->connection), err);
        if (link_poll(link, state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until_ms) <= 0)
            return connect_lose_silent(link, err);
        state = PQconnectPoll(link->connection);
    }
    return 0;
}

static void connect_ignore_notice(void *ctx, const PGresult *result)
{
    (void)ctx;
    (void)result;
}

static int connect_start(
    struct pg_link *link, const char *const *keywords, const char *const *values, struct error *err)
{
    link->connection = PQconnectStartParams(keywords, values, 1);
    if (!link->connection)
        return link_refuse(link, ERR_LIMIT, "no memory", err);
    if (PQstatus(link->connection) == CONNECTION_BAD)
        return link_lose(link, PQerrorMessage(link->connection), err);
    PQsetNoticeReceiver(link->connection, connect_ignore_notice, NULL);
    return 0;
}

static int connect_start_address(struct pg_link *link, struct error *err)
{
    static const char *const keywords[] = {"dbname", "client_encoding", "fallback_application_name",
        "tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count", NULL};
    const char *const values[] = {link->address, "UTF8", "casecast", "3000", "2", "1", "3", NULL};

    return connect_start(link, keywords, values, err);
}

/* --- an address of several hosts --- */

enum { CONNECT_OPTIONS_MOST = 96 /* libpq 15 has 47 */ };

static size_t connect_count(const char *list)
{
    size_t n = 1;

    for (; list && *list; list++)
        n += *list == ',';
    return n;
}

/* Item `i` of a list with commas; one item, as a port may be, is that of all hosts. */
static char *connect_item(const char *list, size_t i)
{
    for (i = connect_count(list) > 1 ? i : 0; i > 0; i--)
        list = strchr(list, ',') + 1;
    return mem_format("%.*s", (int)strcspn(list, ","), list);
}

static bool connect_is_listed(const char *keyword)
{
    return strcmp(keyword, "host") == 0 || strcmp(keyword, "hostaddr") == 0 ||
           strcmp(keyword, "port") == 0;
}

static const char *connect_value(const PQconninfoOption *options, const char *keyword)
{
    while (options->keyword && strcmp(options->keyword, keyword) != 0)
        options++;
    return options->keyword && options->val ? options->val : "";
}

static size_t connect_count_hosts(const PQconninfoOption *options)
{
    size_t n = connect_count(connect_value(options, "host"));
    size_t n_addresses = connect_count(connect_value(options, "hostaddr"));

    return n > n_addresses ? n : n_addresses;
}

/* Starts with the host `i` alone.  `options`: all that libpq knows of the address, of its service
 * and of the environment. */
static int connect_start_host(struct pg_link *link, const PQconninfoOption *options, size_t i,
    const char *attributes, struct error *err)
{
    const char *keywords[CONNECT_OPTIONS_MOST + 1] = {NULL};
    const char *values[CONNECT_OPTIONS_MOST + 1] = {NULL};
    char *own[CONNECT_OPTIONS_MOST] = {NULL};
    size_t n = 0;
    int rc;

    for (; options->keyword && n < CONNECT_OPTIONS_MOST; options++) {
        if (!options->val)
            continue;
        if (connect_is_listed(options->keyword))
            own[n] = connect_item(options->val, i);
        keywords[n] = options->keyword;
        values[n] = own[n] ? own[n] : options->val;
        if (strcmp(options->keyword, "target_session_attrs") == 0)
            values[n] = attributes;
        n++;
    }
    rc = connect_start(link, keywords, values, err);
    while (n > 0)
        free(own[--n]);
    return rc;
}

/* Behind the errors of the hosts before it, without the name of the database again. */
static void connect_add_error(
    const struct pg_link *link, const struct error *of_host, struct error *err)
{
    size_t name = strlen(link->name) + strlen(": ");
    struct error before;

    if (!err || strlen(of_host->text) <= name)
        return;
    before = *err;
    error_set(err, before.code, "%s; %s", before.text, of_host->text + name);
    err->public_text = before.public_text;
}

/* One host after the other; of several errors the code is that of the first. */
static int connect_each(struct pg_link *link, const PQconninfoOption *options,
    const char *attributes, struct error *err)
{
    int first = 0;

    for (size_t i = 0; i < connect_count_hosts(options); i++) {
        struct error of_host;
        struct error *why = first == 0 ? err : &of_host;
        int rc = connect_start_host(link, options, i, attributes, why);

        if (rc == 0)
            rc = connect_finish(link, why);
        if (rc == 0)
            return 0;
        if (first != 0)
            connect_add_error(link, &of_host, err);
        first = first == 0 ? rc : first;
    }
    return first;
}

/* "prefer-standby" goes round twice. */
static int connect_to_one_of(
    struct pg_link *link, const PQconninfoOption *options, struct error *err)
{
    const char *attributes = connect_value(options, "target_session_attrs");

    if (strcmp(attributes, "prefer-standby") != 0)
        return connect_each(link, options, attributes, err);
    return connect_each(link, options, "standby", NULL) == 0
               ? 0
               : connect_each(link, options, "any", err);
}

/* --- all of it --- */

static int connect_greet(struct pg_link *link, struct error *err)
{
    int rc = link->greet ? link->greet(link, err) : 0;

    if (rc < 0)
        link_drop(link);
    return rc;
}

int pg_link_connect(struct pg_link *link, struct error *err)
{
    PQconninfoOption *options;
    int rc;

    if (link->connection)
        return 0;
    rc = connect_start_address(link, err);
    if (rc < 0)
        return rc;
    options = PQconninfo(link->connection);
    if (options && connect_count_hosts(options) > 1) {
        link_drop(link);
        rc = connect_to_one_of(link, options, err);
    } else {
        rc = connect_finish(link, err);
    }
    PQconninfoFree(options);
    link->was_connected |= rc == 0;
    return rc == 0 ? connect_greet(link, err) : rc;
}
