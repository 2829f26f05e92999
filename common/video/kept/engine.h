/* engine.h - the engine's digest: every input of a result except the case and its files.  Any
 * thread. */
#pragma once

#include "base/digest.h"

/* Raise it with every change that changes the bytes of a result. */
enum { ENGINE_VERSION = 25 };

/* Add ENGINE_VERSION and the libraries that draw, scale, encode and mix to `digest`: each by its
 * build id, or by path, size and time of change if it has none.  So the result of another build of
 * a library gets another key.  Libraries are read once per process. */
void engine_add(struct digest *digest);
