/* settings.h - the settings of this process from the file of settings and from the environment, and
 * where each comes from.  Main thread, before other threads start.
 *
 * Room: settings from a file, for the service and the terminal alike.
 * May use: base.
 * Used by: cli, fcgi. */
#pragma once

#include <stdbool.h>

#include "base/config.h"

/* The file that is read if it is there and CASECAST_CONFIG names no other. */
#define SETTINGS_PATH "/etc/casecast/casecast.conf"

/* config_read(), after the file has been read; the environment wins.  -ERR_INPUT or -ERR_IO names
 * the file, and the line if it is one of the file.  The texts are kept until the next call. */
int settings_read(struct config *ret_config, struct error *err);

/* After settings_read(): the file that was read; NULL: none. */
const char *settings_path(void);

/* The line of the i-th setting (config_name()) in that file; 0: it is not in it, or the environment
 * has another value. */
int settings_line(size_t i);

/* Does the value of the i-th setting hold a secret: a key, or an address with a password? */
bool settings_is_secret(size_t i, const char *value);
