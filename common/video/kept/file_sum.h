/* file_sum.h - the SHA-256 of a file, as `sha256sum` prints it.  Any thread. */
#pragma once

#include <stdbool.h>

enum { FILE_SUM_LEN = 64 /* hexadecimal digits */ };

/* Of the file `name` in the folder `folder`.  False: it can't be read, and errno says why. */
bool file_sum(const char *folder, const char *name, char ret_sum[static FILE_SUM_LEN + 1]);
