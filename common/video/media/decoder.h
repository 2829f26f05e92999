/* decoder.h - the process that decodes files from outside: casecast, started as one.  It has no
 * thread, and nothing of casecast's: no environment, no database, no key, no folder. */
#pragma once

#include <stdbool.h>

/* Is this process started as a decoder?  The first thing that main() asks. */
bool decoder_is_wanted(int argc, char **argv);
#define DECODER_ARGUMENT "--decoder"

/* Seals the process as argv[2] says (seal.h), then answers questions (exchange.h) until the other
 * side is gone.  Returns the exit status. */
int decoder_main(char **argv);
