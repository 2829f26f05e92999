/* speech.h - text to sound, by the program espeak-ng.  Any thread, several at once.
 *
 * Its library would be nearer, but keeps its voice's state from one text to the next (the same
 * words sound a little different the second time, and it can't be started twice), so the same case
 * would not give the same file.  A process for each text gives the same samples every time, costs
 * 15 ms, can be killed, and takes its crashes with it.
 *
 * Room: speech, its pauses, and which word is spoken when.
 * May use: base, case, video/kept, video/language, video/mix, video/plan.
 * Used by: video, video/text. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "base/digest.h"
#include "video/kept/cache.h"
#include "video/kept/spool.h"

enum { SPEECH_SECONDS_MAX = 1800, SPEECH_RATE = 22050 };

/* Append `text` (what of it is said: spoken.h) spoken in `language` to the spool, without the
 * silence before and after it: one channel of SPEECH_RATE.
 * `*ret_n` samples were added; 0: nothing in the text can be spoken.  What `cache` (may be NULL)
 * holds is not spoken again.  -ERR_INPUT: unknown language. */
int speech_say(const char *text, const char *language, struct cache *cache, struct spool *spool,
    const atomic_bool *cancel, int64_t *ret_n, struct error *err);

/* Add what decides how a text sounds here: espeak-ng's version and its data, as they are now.
 * False: it does not tell. */
bool speech_add_voices(struct digest *digest);
