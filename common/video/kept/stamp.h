/* stamp.h - the state of files as part of a digest: path, size and time of last change.  File
 * contents are not read.  Any thread. */
#pragma once

#include "base/digest.h"

/* Add the file `path`; a missing file counts with size -1. */
void stamp_add_file(struct digest *digest, const char *path);

/* Add every regular file below the folder `path`, sorted by name; symbolic links are followed. */
void stamp_add_tree(struct digest *digest, const char *path);
