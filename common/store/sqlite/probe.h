/* probe.h - whether the database does what jobs need of it. */
#pragma once

#include "store/engine/engine.h"

/* See store_probe(). */
int sqlite_probe(struct store_link *link, struct error *err);
