/* stamp.h - what files are now, told by their names, sizes and times of change, without reading
 * them.  Any thread. */
#pragma once

#include "base/digest.h"

/* A file that is not there takes part as such. */
void stamp_add_file(struct digest *digest, const char *path);
/* All that lies beneath a folder, in the order of names. */
void stamp_add_tree(struct digest *digest, const char *path);
