/* postgres.h - PostgreSQL as an engine, of cases so far: jobs are kept in SQLite.
 *
 * Room: PostgreSQL as an engine: cases are read from it.
 * May use: base, store/engine, store/postgres/cases.
 * Used by: store. */
#pragma once

#include "store/engine/engine.h"

extern const struct store_engine postgres_engine;
