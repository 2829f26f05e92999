/* engine_all.h - the engine with the fonts and voices of this machine.  Any thread. */
#pragma once

#include "base/digest.h"

/* Add engine_add() and the fonts and voices that this machine has now: a whole video's. */
void engine_add_all(struct digest *digest);

enum { ENGINE_TEXT_MAX = 200 };
/* For people who compare two machines: the versions, and a short name of all of it. */
void engine_describe(char ret_text[static ENGINE_TEXT_MAX]);
