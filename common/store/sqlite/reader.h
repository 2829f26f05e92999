/* reader.h - opening a database to read it, without a change to it or beside it. */
#pragma once

#include "store/sqlite/db/database.h"

/* See store_open_to_read(). */
int reader_open(const char *path, unsigned parts, struct database **ret_db, struct error *err);
