/* postgres.h - PostgreSQL as an engine.
 *
 * Room: PostgreSQL as an engine: opening, `casecast init`, probe.
 * May use: base, store/engine, store/postgres/cases, store/postgres/jobs, store/postgres/link,
 *     store/postgres/schema.
 * Used by: store. */
#pragma once

#include "store/engine/engine.h"

extern const struct store_engine postgres_engine;
