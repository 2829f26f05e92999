/* sqlite.h - SQLite as an engine of the store: a file on a local disk, shared by the processes of
 * one machine.
 *
 * Room: SQLite as a store: opening, schema, probe.
 * May use: base, store/engine, store/sqlite/cases, store/sqlite/db, store/sqlite/jobs.
 * Used by: store. */
#pragma once

#include "store/engine/engine.h"

extern const struct store_engine sqlite_engine;
