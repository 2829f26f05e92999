/* kind_syntax.h - the lines of a file of a kind.  GKeyFile names no lines and takes what nobody
 * means: a key twice, another group.  Any thread. */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* -ERR_INPUT names the first line that is neither a comment nor `[group]`, at first, nor KEY=VALUE
 * with a new KEY. */
int kind_syntax_check(const char *text, size_t len, const char *group, struct error *err);

/* The number of the line KEY=…, from 1; 0: there is none. */
int kind_syntax_line(const char *text, size_t len, const char *key);
