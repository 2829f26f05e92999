/* schema.h - what must be in a database. */
#pragma once

#include "store/sqlite/db/database.h"

/* Makes what is not there of `parts` (bits of enum store_part).  db->cases is set if they hold
 * STORE_CASES. */
int schema_prepare(struct database *db, unsigned parts, struct error *err);
/* Refuses where one of `parts` is missing or of another version; changes nothing. */
int schema_find(struct database *db, unsigned parts, struct error *err);
