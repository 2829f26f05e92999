/* init.c - `casecast init`: makes the tables of jobs, and those of cases where the database has
 * none, in one transaction. */
#include "store/postgres/init.h"

#include "store/postgres/cases/cases.h"
#include "store/postgres/schema/schema.h"

static int init_make(struct pg_link *link, unsigned parts, struct error *err)
{
    int rc = pg_schema_make(link, err);

    if (rc == 0 && parts & STORE_CASES)
        rc = pg_case_tables_make(link, err);
    return rc == 0 ? pg_schema_grant(link, NULL, err) : rc;
}

int postgres_init(struct pg_link *link, unsigned parts, struct error *err)
{
    int rc = pg_link_begin_writing(link, err);

    return rc < 0 ? rc : pg_link_end(link, init_make(link, parts, err), err);
}

int postgres_grant(struct store_link *store_link, const char *role, struct error *err)
{
    struct pg_link *link = pg_link_of(store_link);
    int rc = pg_link_begin_writing(link, err);

    return rc < 0 ? rc : pg_link_end(link, pg_schema_grant(link, role, err), err);
}
