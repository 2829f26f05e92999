/* init.h - `casecast init`: makes the tables, and lets a role use them. */
#pragma once

#include "store/postgres/link/link.h"

/* `parts`: jobs, and cases if they are at the same address. */
int postgres_init(struct pg_link *link, unsigned parts, struct error *err);
/* See store_grant(). */
int postgres_grant(struct store_link *link, const char *role, struct error *err);
