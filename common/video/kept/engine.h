/* engine.h - the engine's digest: every input of a result except the case and its files.  Any
 * thread. */
#pragma once

#include "base/digest.h"

/* Raise it with every change that changes the bytes of a result. */
enum { ENGINE_VERSION = 25 };

/* Add to `digest`: ENGINE_VERSION; the libraries that draw, scale, encode and mix, each by its
 * build id, or by path, size and time of change if it has none; and the sample.  So what another
 * build of a library or another processor makes gets another key.  Libraries are read once per
 * process. */
void engine_add(struct digest *digest);

/* The digest of what this machine makes of a sample (video/canary).  Once, before the first
 * engine_add() whose result outlives the process; "" before. */
void engine_set_sample(const char sample[static DIGEST_HEX_LEN + 1]);
