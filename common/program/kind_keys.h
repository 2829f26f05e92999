/* kind_keys.h - the keys of a file of a kind, and their values.  Any thread. */
#pragma once

#include "program/kind_file.h"

void kind_keys_default(struct kind_file *file); /* what holds where a key is not said */

/* Takes one value, which has no white space around it.  -ERR_INPUT: there is no such key, or the
 * value is wrong. */
int kind_key_take(struct kind_file *file, const char *key, const char *value, struct error *err);
