/* seal_program.h - runs another program under a seal: the executable casecast-seal, and any of ours
 * that is asked to.
 *
 * The program may compute, start threads, and read what the system has of programs, libraries and
 * their data, and what was installed with itself.  It reads no other file and writes none, but uses
 * the descriptors that it was given; it connects nowhere, starts no process, and signals and traces
 * none.  It may become another program of the system, under the same seal. */
#pragma once

#include <stdbool.h>

#define SEAL_PROGRAM_NAME "casecast-seal"
#define SEAL_PROGRAM_ARGUMENT "--seal-program" /* then one of these, and the program's own line */
#define SEAL_PROGRAM_REQUIRED "require"        /* without the seal it does not start */
#define SEAL_PROGRAM_TRIED "try"               /* it is sealed as far as the kernel lets it */

/* Exit statuses, beside the program's own and SEAL_REFUSED (seal.h). */
enum { SEAL_PROGRAM_FAILED = 126, SEAL_PROGRAM_MISSING = 127 };

/* Has this kernel Landlock, which holds a program to files?  Without, it is not sealed whole. */
bool seal_program_is_possible(void);

/* Is this process to seal itself and become a program?  The first thing that main() asks. */
bool seal_program_is_wanted(int argc, char **argv);
/* Does so, or ends this process with a status.  Does not return. */
int seal_program_main(int argc, char **argv);
