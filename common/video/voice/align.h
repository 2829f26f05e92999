/* align.h - when each phrase of a spoken text is spoken.  Pure: any thread.
 *
 * espeak-ng does not say when it says what, and a recording does not either; their pauses do.  The
 * ends of sentences and clauses are laid on pauses so that the times between them fit the number of
 * letters best.  Phrases between two such ends share the time by their letters. */
#pragma once

#include "video/language/phrases.h"
#include "video/voice/pauses.h"

struct spoken {
    int64_t start_ms, end_ms; /* from the start of the sound; in order */
};

/* One for each of `phrases` (at least one), of a sound that lasts `total_ms`.  The caller frees the
 * array. */
struct spoken *align_phrases(
    const struct phrases *phrases, const struct pauses *pauses, int64_t total_ms);
