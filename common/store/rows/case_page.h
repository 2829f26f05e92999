/* case_page.h - the cases that a filter lets pass, put together while an engine reads its rows in
 * whatever order they come: first the captions, then the cases, then the sizes.  One thread at a
 * time.
 *
 * Sorting and searching are done here and not by the database, so that both engines do the same:
 * neither SQLite nor every PostgreSQL knows the letters of all scripts, and few of the databases
 * that views stand in have an index that would help. */
#pragma once

#include "store/rows/case_row.h"

struct case_page;

struct case_page *case_page_new(const struct case_filter *filter); /* which outlives the page */
void case_page_free(struct case_page *page);

/* A scene's caption.  To be called for each scene if filter->search is set, else not at all. */
void case_page_add_caption(
    struct case_page *page, const struct cell *case_id, const struct cell *caption);

/* A row that case_row_read() can read as a case. */
void case_page_add(
    struct case_page *page, struct cell (*cell_at)(void *row, int column), void *row);

/* After the last case. */
void case_page_sort(struct case_page *page);

/* After that: so many scenes have this case_id.  Several rows of one case add up. */
void case_page_add_size(struct case_page *page, const struct cell *case_id, int64_t n);

/* How many rows had no id that names a case. */
int case_page_n_bad(const struct case_page *page);

void case_page_tell(const struct case_page *page,
    void (*each)(void *ctx, const struct case_summary *summary), void *ctx);
