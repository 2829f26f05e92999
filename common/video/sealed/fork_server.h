/* fork_server.h - the process that forks the sealed ones: this program, started once more by the
 * first sealed_start() of each process.
 *
 * To load and relocate the libraries of this program takes far longer than all else of a start.
 * The fork server has done that once, and waits.  A sealed process is a copy of it, and seals
 * itself before it reads a byte of its question, as it would if it were started anew.
 *
 * The server has one thread, its end of a socket pair, and of the environment what allocators and
 * sanitizers read.  It opens no file and gets none, so a copy of it holds no secret.  A copy has
 * the server's end no more, so it can neither ask the server for anything nor reach another copy.
 * It is a child of the process that ordered it (CLONE_PARENT), which sees by itself how it ends.
 * Whoever ordered it ends: both read the end of their sockets, and end.
 *
 * All copies have their code and stack at the same addresses, and the same stack protector.  So
 * that nobody guesses these, file by file, a copy that crashes ends the server, too
 * (fork_order_forget()): what comes after it has other addresses.  What remains: a fault that tells
 * a file addresses without a crash is of use to the next file as well, as long as the process of
 * casecast runs.  Before there was a fork server, as long as the video was made.  Addresses are the
 * second wall; the seal is the first. */
#pragma once

#include <stdbool.h>

/* Is this process started as one?  The first thing that main() asks. */
bool fork_server_is_wanted(int argc, char **argv);

/* Becomes the sealed process of a role (sealed_role's name).  Does not return. */
typedef void fork_server_become(const char *role, bool is_required);

/* Forks what is ordered, until the other side is gone.  Does not return. */
int fork_server_main(fork_server_become *become);
