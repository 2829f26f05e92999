/* engine.h - which engine made it: all that shapes a result beside the case and its files.  Any
 * thread. */
#pragma once

#include "base/digest.h"

/* Takes part in every digest of something made.  Raise it with every change that changes the bytes
 * of a result. */
enum { ENGINE_VERSION = 24 };

/* Add that version and the libraries that draw, scale, encode and mix, each by the mark its linker
 * gave it (or its file): what another build of one of them makes is kept under another name. */
void engine_add(struct digest *digest);
