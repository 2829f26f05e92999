/* speech.h - text to sound, by the program espeak-ng.  Any thread, several at once.
 *
 * A process for each text gives the same samples every time, costs 15 ms, can be killed, and its
 * crash is not ours.  espeak-ng's library keeps state from one text to the next: the same words
 * sound a little different the second time, and it can't be initialized twice.  With it the same
 * case would not give the same file.
 *
 * Room: speech, its pauses, and which word is spoken when.
 * May use: base, case, video/kept, video/language, video/mix, video/plan, video/sealed.
 * Used by: video, video/text. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/digest.h"
#include "video/kept/cache.h"
#include "video/kept/spool.h"

enum { SPEECH_SECONDS_MAX = 1800, SPEECH_RATE = 22050 /* Hz, one channel */ };

/* Speaks `text` (what of it is said: case/spoken.h) in `language` and appends the samples to the
 * spool, without the silence before and after them.  `*ret_n`: the number of samples; 0: nothing in
 * the text can be spoken.  `cache` (may be NULL) saves speaking a text again; `cancel` may be NULL.
 * -ERR_INPUT: no such language or voice, or longer than SPEECH_SECONDS_MAX; -ERR_LIBRARY: espeak-ng
 * is missing, hangs or crashed; -ERR_IO: the spool can't be written; -ERR_CANCELED. */
int speech_say(const char *text, const char *language, struct cache *cache, struct spool *spool,
    const atomic_bool *cancel, int64_t *ret_n, struct error *err);

/* Adds what decides how a text sounds on this machine: the version of espeak-ng and the state of
 * its files, checked at most once a second.  False: espeak-ng gives no version. */
bool speech_add_voices(struct digest *digest);
