/* settings_file.h - a file of lines NAME=value, and who may write to it.  Main thread. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

struct settings_line {
    char *name, *value; /* in the text of the file; "" is a value */
    int number;         /* 1: the first line */
};

/* Read the file `path` whole.  -ERR_IO: it can't be read; SETTINGS_E_NO_FILE: it does not exist.
 * -ERR_INPUT: it is no regular file or too large, or this process is root's and others may write to
 * the file.  `*ret_is_open`: everybody may read it.  The caller frees `*ret_text`. */
enum { SETTINGS_E_NO_FILE = 1 };
int settings_file_read(const char *path, char **ret_text, bool *ret_is_open, struct error *err);

/* Cut the next NAME=value out of `*text`, which moves on, past empty lines and those that begin
 * with
 * #.  `line` is {0} at first.  White space around name and value does not count, and two quotes
 * around the value neither.  Returns 1: `line` has it; 0: there are no more; -ERR_INPUT: the line
 * `line->number` is nothing of this. */
int settings_file_next(char **text, struct settings_line *line, struct error *err);
