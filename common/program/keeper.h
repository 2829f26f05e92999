/* keeper.h - the small process between casecast and a program.
 *
 * It starts the program, is the parent of all that the program leaves behind (it is a subreaper),
 * and ends all of it when the program ends, or when the pipe from casecast does: so nothing goes on
 * after a kill -9 of casecast.  It is an executable of its own, as a small one starts fast; where
 * that is not found, it is the same executable, started anew:
 *
 *     casecast --keep-program MEMORY NICE UID GID COMMAND…
 *
 * A server that runs may find the keeper of a newer version: these words and the letters stay.
 *
 * 0, 1 and 2 are the program's; on KEEPER_FD it reads the letters below. */
#pragma once

#include <stdbool.h>

#define KEEPER_ARGUMENT "--keep-program"
/* Where its own executable is, seen from the folder of this one: beside it, or installed. */
#define KEEPER_NAME "casecast-keeper"

enum {
    KEEPER_FD = 3,
    KEEPER_ASK = 'T',  /* SIGTERM to the program's process group */
    KEEPER_KILL = 'K', /* SIGKILL to all */
};

/* Is this process to be one? */
bool keeper_is_wanted(int argc, char **argv);

/* All of it.  Ends as the program does: with its status, or by its signal. */
int keeper_main(int argc, char **argv);
