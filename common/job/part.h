/* part.h - parts of a running job: what other machines may make of it.  Plain records; any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A part that another member has claimed, or that was made.  The texts hold during the call. */
struct job_part {
    int number;
    const char *machine;  /* of the other member; "": one's own, from before */
    const char *key;      /* under which it was made; NULL: not yet */
    int64_t claimed_ms;   /* so long ago */
    bool is_claimer_gone; /* or silent; the part may be claimed again */
};

/* What became of a part that was left to another machine. */
enum part_fate {
    PART_TAKEN,     /* it was made there */
    PART_DOUBLED,   /* it was late, and was made here, too */
    PART_DISCARDED, /* what was made there was not what we make: made here */
    N_PART_FATE
};
