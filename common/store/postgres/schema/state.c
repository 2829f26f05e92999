/* state.c - what is in the schema, and whether a connection can use it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/postgres/schema/schema_private.h"

/* --- refusals --- */

int schema_refuse(
    const struct pg_link *link, enum err_code code, struct error *err, const char *fmt, ...)
{
    char text[sizeof err->text];
    va_list args;
    int rc;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    rc = error_set(err, code, "%s: %s", link->name, text);
    if (err)
        err->public_text =
            "the database can't be used now: its operator finds the reason in the log";
    return rc;
}

int schema_refuse_newer(
    const struct pg_link *link, enum err_code code, long long version, struct error *err)
{
    return schema_refuse(link, code, err,
        "its schema casecast has version %lld, this casecast knows versions up to %d: use the "
        "newer casecast that made it",
        version, SCHEMA_VERSION);
}

int schema_check_server(const struct pg_link *link, struct error *err)
{
    int version = PQserverVersion(link->connection);

    if (version >= 10000 * SCHEMA_SERVER_LEAST)
        return 0;
    return schema_refuse(link, ERR_IO, err, "PostgreSQL %d is too old: casecast needs %d or newer",
        version / 10000, SCHEMA_SERVER_LEAST);
}

/* --- looking --- */

void schema_digest_functions(char ret_hex[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, schema_functions);
    digest_hex(&digest, ret_hex);
}

static bool state_is(const PGresult *row, int column)
{
    return *PQgetvalue(row, 0, column) == 't';
}

/* The columns of look.sql. */
static void state_take(const PGresult *row, struct schema_state *state)
{
    const char *lacking = PQgetvalue(row, 0, 5), *functions = PQgetvalue(row, 0, 6);

    *state = (struct schema_state){.is_standby = state_is(row, 0),
        .may_use = state_is(row, 2),
        .is_made = state_is(row, 3),
        .may_read_meta = state_is(row, 4)};
    snprintf(state->role, sizeof state->role, "%s", PQgetvalue(row, 0, 1));
    snprintf(state->lacking, sizeof state->lacking, "%s%s%s", lacking,
        *lacking && *functions ? ", " : "", functions);
}

static int state_read_version(struct pg_link *link, struct schema_state *state, struct error *err)
{
    static const char sql[] =
        "SELECT max(value) FILTER (WHERE name = 'schema'),"
        " max(value) FILTER (WHERE name = 'functions'), pg_is_in_recovery() FROM casecast.meta";
    PGresult *row;
    int rc = pg_link_query(link, sql, NULL, 0, &row, err);

    if (rc != 0)
        return rc;
    state->is_standby = state_is(row, 2);
    snprintf(state->functions, sizeof state->functions, "%s", PQgetvalue(row, 0, 1));
    if (!text_number(PQgetvalue(row, 0, 0), 1, INT32_MAX, &state->version))
        rc = schema_refuse(link, ERR_IO, err,
            "casecast.meta does not tell the version of the schema casecast: take the last backup");
    PQclear(row);
    return rc;
}

int schema_state_read(struct pg_link *link, struct schema_state *ret_state, struct error *err)
{
    const char *needed = link->only_reads ? "{SELECT}" : "{SELECT,INSERT,UPDATE,DELETE}";
    PGresult *row;
    int rc = pg_link_query(link, schema_look, &(struct pg_value){.text = needed}, 1, &row, err);

    if (rc != 0)
        return rc;
    state_take(row, ret_state);
    PQclear(row);
    return ret_state->is_made && ret_state->may_use && ret_state->may_read_meta
               ? state_read_version(link, ret_state, err)
               : 0;
}

/* --- checking --- */

static int state_check_version(
    const struct pg_link *link, const struct schema_state *state, struct error *err)
{
    char functions[DIGEST_HEX_LEN + 1];

    schema_digest_functions(functions);
    if (state->version > SCHEMA_VERSION)
        return schema_refuse_newer(link, ERR_IO, state->version, err);
    if (state->version < SCHEMA_VERSION)
        return schema_refuse(link, ERR_IO, err,
            "its schema casecast has version %lld, this casecast needs %d: `casecast init`, run by "
            "the role that made it, brings it up to date",
            state->version, SCHEMA_VERSION);
    if (strcmp(state->functions, functions) != 0)
        return schema_refuse(link, ERR_IO, err,
            "the functions of its schema casecast were made by another version of casecast: use "
            "that one, or `casecast init` of this one, run by the role that made them");
    return 0;
}

int schema_check_rights(
    const struct pg_link *link, const struct schema_state *state, struct error *err)
{
    bool may_enter = state->may_use && state->may_read_meta;

    if (may_enter && !*state->lacking)
        return 0;
    return schema_refuse(link, ERR_IO, err,
        "the role %s lacks %s in the schema casecast: `casecast init --role %s`, run by the role "
        "that made it, grants all that it needs",
        state->role,
        !state->may_use         ? "USAGE"
        : !state->may_read_meta ? "SELECT on meta"
                                : state->lacking,
        state->role);
}

int schema_refuse_standby(const struct pg_link *link, struct error *err)
{
    return schema_refuse(link, ERR_BUSY, err,
        "this server is a standby, which only reads: add target_session_attrs=read-write and the "
        "other hosts to the address, or promote it");
}

int pg_schema_check_again(struct pg_link *link, struct error *err)
{
    struct schema_state state = {0};
    int rc = state_read_version(link, &state, err);

    if (rc == 0)
        rc = state_check_version(link, &state, err);
    return rc == -ERR_BUSY || (rc == 0 && (!state.is_standby || link->only_reads))
               ? rc
               : pg_schema_check(link, err);
}

int pg_schema_check(struct pg_link *link, struct error *err)
{
    struct schema_state state;
    int rc = schema_check_server(link, err);

    if (rc == 0)
        rc = schema_state_read(link, &state, err);
    if (rc != 0)
        return rc;
    if (!state.is_made)
        return schema_refuse(link, ERR_IO, err,
            "no tables of jobs in it: `casecast init`, run by a role that may create the schema "
            "casecast, makes them");
    if (state.may_use && state.may_read_meta)
        rc = state_check_version(link, &state, err);
    if (rc == 0)
        rc = schema_check_rights(link, &state, err);
    if (rc == 0 && state.is_standby && !link->only_reads)
        rc = schema_refuse_standby(link, err);
    return rc;
}
