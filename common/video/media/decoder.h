/* decoder.h - the process that decodes files from outside.  It has no thread, and nothing of
 * casecast's: no environment, no database, no key, no folder. */
#pragma once

#include <stdbool.h>

#define DECODER_ROLE "decoder"

/* Seals this process (seal.h), then answers questions (exchange.h) until the other side is gone.
 * Does not return. */
void decoder_main(bool is_required);
