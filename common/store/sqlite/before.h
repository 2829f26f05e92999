/* before.h - databases of schema versions 1 to 3, whose tables had common names. */
#pragma once

#include "store/sqlite/db/database.h"

int before_is_there(struct database *db, bool *ret_is, struct error *err);
/* Moves what is in those tables into the casecast_… tables and drops them.  Tables of others with
 * these names are left alone. */
int before_bring_over(struct database *db, struct error *err);
