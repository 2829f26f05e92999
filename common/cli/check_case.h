/* check_case.h - what is wrong with the files of a case, and what its video will be.  Main thread.
 */
#pragma once

#include "base/config.h"

/* Reads each file of the case as a job would, and prints what it finds: mistakes, warnings, and if
 * there is no mistake the length of the video and the estimate of estimate.h.  Returns the exit
 * status. */
int check_case(const struct config *config, const char *id);
