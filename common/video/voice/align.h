/* align.h - when each phrase of a spoken text is spoken.
 *
 * A voice does not say when it says what.  Its pauses tell: the ends of sentences and clauses are
 * laid on pauses so that all stretches between them fit their letters best; what lies between is
 * shared out by letters.  Any thread. */
#pragma once

#include "video/language/phrases.h"
#include "video/voice/pauses.h"

struct spoken {
    int64_t start_ms, end_ms; /* from the sound's start; in order */
};

/* One for each phrase (there is at least one), of a sound `total_ms` long.  The caller frees it. */
struct spoken *align_phrases(
    const struct phrases *phrases, const struct pauses *pauses, int64_t total_ms);
