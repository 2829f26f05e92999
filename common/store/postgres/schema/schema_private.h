/* schema_private.h - what the files of this room share. */
#pragma once

#include "base/digest.h"
#include "store/postgres/schema/schema.h"

/* --- SQL, each from the file of that name: meson.build --- */

enum { SCHEMA_VERSION = 7 };

extern const char schema_step_1[], schema_step_2[], schema_step_3[], schema_step_4[],
    schema_step_5[], schema_step_6[], schema_step_7[];
/* Run after the last step: each replaces what an older program made.  One whose parameters or
 * result change, or that is not needed any more, is dropped by a step. */
extern const char schema_functions[];
extern const char schema_look[], schema_grants[];

/* --- state.c: what is there --- */

struct schema_state {
    bool is_standby, may_use, is_made, may_read_meta;
    char role[64];     /* the connection's */
    char lacking[500]; /* privileges that it lacks: "INSERT on events, EXECUTE on job_open"; "" */
    /* Of the tables; 0: they can't be read, or are not there. */
    long long version;
    char functions[DIGEST_HEX_LEN + 1]; /* the digest of the functions */
};

enum { SCHEMA_SERVER_LEAST = 12 }; /* generated columns came with PostgreSQL 12 */
int schema_check_server(const struct pg_link *link, struct error *err);

int schema_state_read(struct pg_link *link, struct schema_state *ret_state, struct error *err);

/* The functions may change with every version of the program, the tables seldom: so functions are
 * replaced whole, and are known by the digest of their text. */
void schema_digest_functions(char ret_hex[static DIGEST_HEX_LEN + 1]);

int schema_check_rights(
    const struct pg_link *link, const struct schema_state *state, struct error *err);

/* "NAME: " and the text. */
int schema_refuse(const struct pg_link *link, enum err_code code, struct error *err,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
int schema_refuse_standby(const struct pg_link *link, struct error *err);
int schema_refuse_newer(
    const struct pg_link *link, enum err_code code, long long version, struct error *err);
