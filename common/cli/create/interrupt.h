/* interrupt.h - signals that end a work: Ctrl-C and the like. */
#pragma once

#include <stdatomic.h>

/* From now on the first signal sets the flag, and a later one kills the process.  Main thread. */
void interrupt_catch(void);
/* Any thread. */
const atomic_bool *interrupt_flag(void);
/* The signal that set it. */
int interrupt_signal(void);
