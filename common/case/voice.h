/* voice.h - the voices of espeak-ng: which one speaks a language, and which scripts it reads.  Any
 * thread.
 *
 * The names are those of espeak-ng 1.51 (Debian 12).  Which scripts a voice reads, and which it
 * only spells, was measured: each voice read a text in each script. */
#pragma once

#include <stddef.h>

#include "base/error.h"

enum { VOICE_MAX = 64 }; /* bytes of a voice's name, with the NUL */

/* The argument of `espeak-ng -v` for a case's language: a BCP 47 tag ("en", "pt-BR", "zh-Hant",
 * "de-CH-1996") or a locale's name with "_", and after "+" a variant of espeak-ng ("en+f3").  A tag
 * without a voice of its own gets the nearest one.  -ERR_INPUT: there is no voice for it. */
int voice_of(const char *language, char ret_voice[static VOICE_MAX], struct error *err);

/* Can the language's voice read `text` (valid UTF-8)?  No, if it would spell letter by letter
 * ("Cyrillic letter em"), unless these letters are at most three quarters of all: Latin names in a
 * text of another script. -ERR_INPUT quotes the word and says what to do. */
int voice_check_text(const char *language, const char *text, struct error *err);

/* The language of `text` (valid UTF-8) by its script and letters, a constant; NULL: it may be one
 * of several. */
const char *voice_language_of(const char *text);
