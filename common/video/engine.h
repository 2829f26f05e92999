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

/* The same with the fonts and voices that this machine has now: a whole video's. */
void engine_add_all(struct digest *digest);

enum { ENGINE_TEXT_MAX = 200 };
/* For people who compare two machines: the versions, and a short name of all of it. */
void engine_describe(char ret_text[static ENGINE_TEXT_MAX]);
