/* engine_all.h - the engine (kept/engine.h) with the fonts and voices of this machine.  Any thread.
 */
#pragma once

#include "base/digest.h"

/* Add engine_add() and the fonts and voices that are installed now to `digest`. */
void engine_add_all(struct digest *digest);

enum { ENGINE_NAME_LEN = 12, ENGINE_TEXT_MAX = 200 };

/* The first digits of that digest: machines where they are equal make the same videos. */
void engine_short_name(char ret_name[static ENGINE_NAME_LEN + 1]);

/* One line to compare two machines: engine_short_name(), and the versions of engine,
 * FFmpeg, zimg and Pango. */
void engine_describe(char ret_text[static ENGINE_TEXT_MAX]);
