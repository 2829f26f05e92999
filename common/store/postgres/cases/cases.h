/* cases.h - cases in a PostgreSQL database, read through two names that may be tables or views over
 * somebody's own tables.  They are looked for as casecast_cases and casecast_scenes in the
 * search_path of the role, then as casecast.cases and casecast.scenes, which `casecast init` makes
 * where there are none, then as cases and scenes in the search_path.  SELECT on the two is all that
 * is needed to read them.
 *
 * A column that is not there takes its usual value.  A value is taken by what it says, whatever its
 * type, as in SQLite (store/rows).  The types are asked for once a connection.
 *
 * Room: cases in tables or views of PostgreSQL.
 * May use: base, case, store/postgres/link, store/rows.
 * Used by: store/postgres. */
#pragma once

#include "store/postgres/link/link.h"

/* Finds the two names and their columns, if this connection does not know them.  -ERR_INPUT: they
 * are not there, lack a column that is needed, or have one of a type that no case holds. */
int pg_cases_prepare(struct pg_link *link, struct error *err);
/* Reads one row of each. */
int pg_cases_try(struct pg_link *link, struct error *err);
void pg_cases_free(struct pg_cases *cases); /* takes NULL */

/* For `casecast init`, within its transaction: makes casecast.cases and casecast.scenes where there
 * is nothing that cases can be read from; where it made them, adds the columns of newer versions.
 */
int pg_case_tables_make(struct pg_link *link, struct error *err);

/* --- the functions of struct case_source --- */

const char *pg_cases_name(struct store_link *link);
int pg_case_list(struct store_link *link, const struct case_filter *filter,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err);
int pg_case_get(
    struct store_link *link, const char *id, struct case_record **ret_record, struct error *err);
/* -ERR_INPUT: they are read from views, or from tables of others, which are their owner's to write.
 */
int pg_case_put(
    struct store_link *link, struct case_record *const *records, int n, struct error *err);
int pg_case_edit(struct store_link *link, const struct case_edit *edit, struct error *err);
