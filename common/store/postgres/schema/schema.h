/* schema.h - the schema `casecast` of a PostgreSQL database: its tables, their version, and what a
 * role needs to use them.
 *
 * Only `casecast init` makes tables and changes them: the machines of a site share the schema, so
 * it is changed once, by a role that may, and not by the first server of a newer version that
 * starts somewhere.
 *
 * Room: the schema of casecast in PostgreSQL: its steps, its version, who may use it.
 * May use: base, store/postgres/link.
 * Used by: store/postgres. */
#pragma once

#include "store/postgres/link/link.h"

/* Within a transaction that writes: makes the tables and functions, or brings older ones up to
 * date; where nothing is to be done it changes nothing.  Of two that run at once, one waits for the
 * other.  link->did says what was done.  -ERR_INPUT: they are newer than this program. */
int pg_schema_make(struct pg_link *link, struct error *err);
/* Within the same transaction: gives `role` (NULL: nobody) what a server needs of all that is in
 * the schema, and roles that were given it before what is new. */
int pg_schema_grant(struct pg_link *link, const char *role, struct error *err);

/* Can this connection do what it was opened for?  -ERR_IO: the tables are not there, are older or
 * newer than this program, or the role lacks a privilege; the text has the command that mends it.
 * -ERR_BUSY: it is to write, and the server is a standby. */
int pg_schema_check(struct pg_link *link, struct error *err);
/* The same for a further connection of a process: what the first one found out of privileges is
 * looked at again only if the rest is not as it should be.  To read the catalog is most of what a
 * short connection costs the server. */
int pg_schema_check_again(struct pg_link *link, struct error *err);
