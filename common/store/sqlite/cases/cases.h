/* cases.h - cases in an SQLite database, read from two tables, or views over other tables.
 *
 * A column that is not there takes its usual value.  A value may be of any type and any size, and
 * is taken by what it says: '2' is a number, 2024 is a title, a blank is nothing.  A value that
 * says nothing that belongs there is a mistake of its row and is reported with its place.
 *
 * Room: cases in tables or views of SQLite.
 * May use: base, case, store/rows, store/sqlite/db.
 * Used by: store/sqlite. */
#pragma once

#include "store/sqlite/db/database.h"

/* What a connection knows of its cases; db->cases.  `leaves_others`: tables called cases and scenes
 * that no case can be read from are left alone, and casecast_cases and casecast_scenes are used. */
struct cases *cases_new(bool leaves_others);
void cases_free(struct cases *cases); /* takes NULL */

/* --- case_tables.c: the two tables --- */

/* Finds out under which names they are there. */
int case_tables_find(struct database *db, struct error *err);
/* Did case_tables_find() find any? */
bool case_tables_are_there(const struct database *db);
/* Have those that we made all columns of this version? */
int case_tables_are_whole(struct database *db, bool *ret_are_whole, struct error *err);
/* Did we make them?  Tables of others and views are their owners' to write. */
int case_tables_are_ours(struct database *db, bool *ret_are_ours, struct error *err);
/* Finds them, adds the columns they lack, or makes them. */
int case_tables_make(struct database *db, struct error *err);

/* --- case_queries.c --- */

/* Finds out which columns there are, and makes the queries of them. */
int cases_prepare(struct database *db, struct error *err);
/* Reads all rows once. */
int cases_try(struct database *db, struct error *err);

/* --- the functions of struct case_source --- */

const char *sqlite_cases_name(struct store_link *link);
int sqlite_case_list(struct store_link *link, const struct case_filter *filter,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err);
int sqlite_case_get(
    struct store_link *link, const char *id, struct case_record **ret_record, struct error *err);
int sqlite_case_put(
    struct store_link *link, struct case_record *const *records, int n, struct error *err);
int sqlite_case_edit(struct store_link *link, const struct case_edit *edit, struct error *err);
