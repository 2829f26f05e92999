/* voice.h - which of espeak-ng's voices speaks a language, and what it can read.  Any thread.
 *
 * The names are those of espeak-ng 1.51, what Debian 12 has; which scripts its voices read and
 * which they only spell was found by letting all of them read all. */
#pragma once

#include <stddef.h>

#include "base/error.h"

enum { VOICE_MAX = 64 }; /* bytes of a voice's name, with the NUL */

/* What `espeak-ng -v` is to be told for a case's language: a tag of BCP 47 ("en", "pt-BR",
 * "zh-Hant", "de-CH-1996"; of what nobody speaks apart, the nearest that somebody does), "_" for
 * "-" as in locales, and a variant of espeak-ng's behind a "+" ("en+f3").  -ERR_INPUT: nobody
 * speaks it. */
int voice_of(const char *language, char ret_voice[static VOICE_MAX], struct error *err);

/* Can that voice read it?  What it would spell letter by letter ("Cyrillic letter em") counts as
 * unread, but for Latin names in a text of another script.  -ERR_INPUT says what to do. */
int voice_check_text(const char *language, const char *text, struct error *err);

/* The language of a text that does not say it, by its script: NULL where that leaves a choice. */
const char *voice_language_of(const char *text);
