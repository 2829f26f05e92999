/* seal.h - takes all rights from a process but those of a decoder: to compute, to use memory, to
 * read and map descriptors that it gets, and to answer.  It opens, starts, connects and traces
 * nothing. */
#pragma once

#include <stdbool.h>

/* Words of a decoder's command line. */
#define SEAL_REQUIRED "required"
#define SEAL_TRIED "tried"

enum {
    SEAL_REFUSED = 78,            /* exit status: the kernel refuses what is required */
    SEAL_MEMORY_MIB = 1024,       /* beside what the process has when it is sealed */
    SEAL_PROCESSOR_SECONDS = 120, /* for a question, set by the other side */
    SEAL_SECONDS = 1200,          /* for a question, watched by the other side */
};

/* Seals this process, which has one thread, for ever.  False: it is required, and the kernel
 * refuses it; else it is sealed as far as the kernel lets it. */
bool seal_close(bool is_required);
