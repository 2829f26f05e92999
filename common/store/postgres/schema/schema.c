/* schema.c - makes the schema, brings it up to date, and grants what a server needs of it. */
#include <stdio.h>
#include <string.h>

#include "store/postgres/schema/schema_private.h"

/* Step i leads to version i + 1.  A step that was released is never edited. */
static const char *const steps[SCHEMA_VERSION] = {schema_step_1, schema_step_2, schema_step_3,
    schema_step_4, schema_step_5, schema_step_6, schema_step_7};

/* A schema that is there already may be all that this role is allowed. */
static int make_schema(struct pg_link *link, struct error *err)
{
    PGresult *row;
    bool is_there;
    int rc = pg_link_query(
        link, "SELECT 1 FROM pg_namespace WHERE nspname = 'casecast'", NULL, 0, &row, err);

    if (rc != 0)
        return rc;
    is_there = PQntuples(row) > 0;
    PQclear(row);
    return is_there ? 0 : pg_link_script(link, "CREATE SCHEMA casecast", err);
}

static int make_note(struct pg_link *link, const char *name, const char *value, struct error *err)
{
    PGresult *done;
    int rc = pg_link_query(link,
        "INSERT INTO casecast.meta(name, value) VALUES ($1, $2)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (struct pg_value[]){{.text = name}, {.text = value}}, 2, &done, err);

    if (rc == 0)
        PQclear(done);
    return rc;
}

static int make_steps(struct pg_link *link, long long version, struct error *err)
{
    int rc = 0;

    for (; rc == 0 && version < SCHEMA_VERSION; version++) {
        rc = pg_link_script(link, steps[version], err);
        if (rc < 0 && err)
            error_where(err, "making version %lld of the schema casecast: ", version + 1);
    }
    return rc;
}

static int make_all(
    struct pg_link *link, long long version, const char *functions, struct error *err)
{
    char number[24];
    int rc = version ? 0 : make_schema(link, err);

    snprintf(number, sizeof number, "%d", SCHEMA_VERSION);
    if (rc == 0)
        rc = make_steps(link, version, err);
    if (rc == 0)
        rc = pg_link_script(link, schema_functions, err);
    if (rc == 0)
        rc = make_note(link, "schema", number, err);
    if (rc == 0)
        rc = make_note(link, "functions", functions, err);
    return rc;
}

static void make_say(struct pg_link *link, long long version)
{
    if (version == 0)
        snprintf(link->did, sizeof link->did, "schema casecast: made, version %d", SCHEMA_VERSION);
    else if (version < SCHEMA_VERSION)
        snprintf(link->did, sizeof link->did, "schema casecast: brought from version %lld to %d",
            version, SCHEMA_VERSION);
    else
        snprintf(link->did, sizeof link->did, "schema casecast: its functions replaced, version %d",
            SCHEMA_VERSION);
}

/* Schemas are made by one init at a time; the first number stands for casecast ("casc"). */
static const char lock_sql[] = "SELECT pg_advisory_xact_lock(1667330163, 1)";

int pg_schema_make(struct pg_link *link, struct error *err)
{
    char functions[DIGEST_HEX_LEN + 1];
    struct schema_state state;
    int rc = schema_check_server(link, err);

    if (rc == 0)
        rc = pg_link_script(link, lock_sql, err);
    if (rc == 0)
        rc = schema_state_read(link, &state, err);
    if (rc != 0)
        return rc;
    if (state.is_made && state.version == 0) /* it can't be read */
        return schema_check_rights(link, &state, err);
    if (state.is_standby)
        return schema_refuse_standby(link, err);
    if (state.version > SCHEMA_VERSION)
        return schema_refuse_newer(link, ERR_INPUT, state.version, err);
    schema_digest_functions(functions);
    if (state.version < SCHEMA_VERSION || strcmp(state.functions, functions) != 0) {
        rc = make_all(link, state.version, functions, err);
        make_say(link, state.version);
    } else {
        snprintf(
            link->did, sizeof link->did, "schema casecast: has version %d already", SCHEMA_VERSION);
    }
    return rc;
}

/* A server only warns of a grant by a role that may not give it. */
static int grant_refuse(
    const struct pg_link *link, const char *role, const char *owner, struct error *err)
{
    return schema_refuse(link, ERR_INPUT, err,
        "only the role %s, which made the schema casecast, can let %s use it: run `casecast init "
        "--role %s` as %s",
        owner, role, role, owner);
}

int pg_schema_grant(struct pg_link *link, const char *role, struct error *err)
{
    PGresult *row;
    int rc = pg_link_query(link, schema_grants, &(struct pg_value){.text = role}, 1, &row, err);

    if (rc != 0)
        return rc;
    if (role && *PQgetvalue(row, 0, 1) != 't')
        rc = grant_refuse(link, role, PQgetvalue(row, 0, 0), err);
    else if (!PQgetisnull(row, 0, 2))
        rc = pg_link_script(link, PQgetvalue(row, 0, 2), err);
    PQclear(row);
    return rc;
}
