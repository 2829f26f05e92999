/* writable.h - can this machine write a video into its folders at the moment?  Any thread. */
#pragma once

#include "base/config.h"
#include "base/error.h"

/* Asks the system, and tries nothing: a folder that is not there yet, and one behind an address,
 * are taken for good.  0, or -ERR_IO: `err` names the setting. */
int writable_check(const struct config *config, struct error *err);
