/* check_deep.h - `casecast check --deep`: does the disk still hold what was written?  Main thread.
 */
#pragma once

#include "base/config.h"

/* Reads all of the database of jobs, the files of all done videos, and the cache; changes nothing.
 * Prints what it finds; adds what is damaged to `*n_missing`. */
void check_deep(const struct config *config, int *n_missing);
