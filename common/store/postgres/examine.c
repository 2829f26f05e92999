/* examine.c - what an operator should know of a server: whether it can serve, how news of events
 * comes, and what a fail-over or a crash may lose. */
#include "store/postgres/examine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/postgres/link/link.h"
#include "store/postgres/schema/schema.h"

struct examination {
    struct pg_link *link;
    void (*tell)(void *ctx, enum store_finding finding, const char *what, const char *text);
    void *ctx;
};

static void examine_tell(const struct examination *of, enum store_finding finding, const char *what,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void examine_tell(const struct examination *of, enum store_finding finding, const char *what,
    const char *fmt, ...)
{
    char text[600];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    text_one_line(text); /* it may be cut within a character */
    of->tell(of->ctx, finding, what, text);
}

enum { SERVER_VERSION, ROLE, PID, STANDBYS, COMMITS, FSYNC, MOST, USED };
static const char examine_sql[] =
    "SELECT split_part(current_setting('server_version'), ' ', 1), current_user, pg_backend_pid(),"
    " current_setting('synchronous_standby_names'), current_setting('synchronous_commit'),"
    " current_setting('fsync'), current_setting('max_connections'),"
    " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')";

/* A pooler gives its clients process numbers of its own. */
static void examine_news(const struct examination *of, const PGresult *row)
{
    if (atoi(PQgetvalue(row, 0, PID)) == PQbackendPID(of->link->connection))
        examine_tell(of, STORE_ALRIGHT, "news", "this server can be listened to: LISTEN");
    else
        examine_tell(of, STORE_NOTE, "news",
            "a pooler (pgbouncer) stands before the server, and nobody can LISTEN through it: "
            "events are asked for every 250 ms");
}

static void examine_standbys(const struct examination *of, const PGresult *row)
{
    const char *names = PQgetvalue(row, 0, STANDBYS), *commits = PQgetvalue(row, 0, COMMITS);

    if (!*names)
        examine_tell(of, STORE_NOTE, "fail-over",
            "synchronous_standby_names is empty: if a standby takes over, the last events before "
            "it may be lost");
    else if (strcmp(commits, "local") == 0 || strcmp(commits, "off") == 0)
        examine_tell(of, STORE_NOTE, "fail-over",
            "synchronous_commit is %s: if a standby takes over, the last events before it may be "
            "lost",
            commits);
    else
        examine_tell(of, STORE_ALRIGHT, "fail-over",
            "synchronous_standby_names is \"%s\": a standby that takes over has every event",
            names);
}

static void examine_disk(const struct examination *of, const PGresult *row)
{
    if (strcmp(PQgetvalue(row, 0, FSYNC), "off") == 0)
        examine_tell(of, STORE_NOTE, "fsync",
            "fsync is off: a crash of the server's machine may destroy the database");
}

static int examine_server(const struct examination *of, struct error *err)
{
    PGresult *row;
    int rc = pg_link_query(of->link, examine_sql, NULL, 0, &row, err);

    if (rc != 0)
        return rc;
    examine_tell(of, STORE_FOUND, "database",
        "%s: PostgreSQL %s; the role %s can use its schema casecast", of->link->name,
        PQgetvalue(row, 0, SERVER_VERSION), PQgetvalue(row, 0, ROLE));
    examine_news(of, row);
    examine_standbys(of, row);
    examine_disk(of, row);
    examine_tell(of, STORE_ALRIGHT, "sessions", "%s of max_connections = %s are in use",
        PQgetvalue(row, 0, USED), PQgetvalue(row, 0, MOST));
    PQclear(row);
    return 0;
}

int postgres_examine(const char *address,
    void (*tell)(void *ctx, enum store_finding finding, const char *what, const char *text),
    void *ctx, struct error *err)
{
    struct examination of = {.tell = tell, .ctx = ctx};
    int rc = pg_link_new(address, &of.link, err);

    if (rc < 0)
        return rc;
    of.link->greet = pg_schema_check;
    rc = pg_link_connect(of.link, err);
    if (rc == 0)
        rc = examine_server(&of, err);
    pg_link_free(of.link);
    return rc;
}
