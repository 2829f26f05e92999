/* child.h - the processes that this program starts of itself: the fork server, and of it those that
 * decode, and those that set text (sealed.h); and those that seal themselves and become another
 * program (seal_program.h). */
#pragma once

#include <stdbool.h>

/* Is this process started as one of them?  The first thing that main() asks. */
bool child_is_wanted(int argc, char **argv);

/* Does its work.  Does not return. */
int child_main(int argc, char **argv);

/* Becomes what a sealed process of this role is (fork_server.h). */
void child_become(const char *role, bool is_required);
