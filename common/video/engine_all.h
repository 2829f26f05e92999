/* engine_all.h - the engine (kept/engine.h) with the fonts and voices of this machine.  Any thread.
 */
#pragma once

#include "base/digest.h"

/* Add engine_add() and the fonts and voices that are installed now to `digest`. */
void engine_add_all(struct digest *digest);

enum { ENGINE_TEXT_MAX = 200 };

/* One line to compare two machines: the first 12 digits of that digest, and the versions of engine,
 * FFmpeg, zimg and Pango. */
void engine_describe(char ret_text[static ENGINE_TEXT_MAX]);
