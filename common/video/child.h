/* child.h - the processes that this program starts of itself: those that decode, and those that set
 * text (sealed.h). */
#pragma once

#include <stdbool.h>

/* Is this process started as one?  The first thing that main() asks. */
bool child_is_wanted(int argc, char **argv);

/* Does its work.  Returns the exit status. */
int child_main(int argc, char **argv);
