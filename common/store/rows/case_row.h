/* case_row.h - a row of a database as a case or a scene, whatever the engine.  Any thread.
 *
 * A value may be of any type and any size, and is taken by what it says: '2' is a number, 2024 is a
 * title, a blank is nothing.
 *
 * Room: values of a database's rows as values of a case.
 * May use: base, case, store/engine.
 * Used by: store/postgres/cases, store/sqlite/cases. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "case/case_fields.h"
#include "store/engine/records.h"

enum cell_kind { CELL_NONE, CELL_TEXT, CELL_WHOLE, CELL_REAL, CELL_SWITCH, CELL_OTHER };

/* One value of a row. */
struct cell {
    enum cell_kind kind;
    double number;    /* of CELL_WHOLE, CELL_REAL and CELL_SWITCH */
    const char *text; /* of all but CELL_OTHER, with a NUL behind it; valid as long as the row */
    size_t len;       /* bytes */
    bool is_cut;      /* the row has more of `text` than this, all of it too long for a field */
    const char *what; /* CELL_OTHER: "a blob" */
};

bool cell_is_blank(const struct cell *cell); /* nothing, or nothing but white space */
/* -ERR_INPUT: no field takes it (CELL_OTHER, or a NUL byte).  `wanted`: "a number". */
int cell_check(const struct cell *cell, const char *column, const char *wanted, struct error *err);
/* An id as it is compared: "7" of 7.0.  The caller frees it; NULL: the cell holds none. */
char *cell_id(const struct cell *cell);
/* The same of a caption. */
char *cell_caption(const struct cell *cell);

/* Fill `record` (a case or a scene, zeroed) from a row whose first columns are `fields` in order;
 * `cell_at` gives the cell of a column.  -ERR_INPUT: the mistake of the first field that has one.
 */
int case_row_read(void *record, const struct case_field *fields,
    struct cell (*cell_at)(void *row, int column), void *row, struct error *err);

/* The same for a list of cases, where the number of scenes is not known yet.  `*ret_summary` is of
 * `record`, and valid as long.  False: no caseId can name the row. */
bool case_row_summarize(struct case_record *record, struct cell (*cell_at)(void *row, int column),
    void *row, struct case_summary *ret_summary);
