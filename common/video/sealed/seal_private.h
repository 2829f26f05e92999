/* seal_private.h - what the files of seal.h share. */
#pragma once

#include "video/sealed/seal.h"

/* From here on calls that open a file, where the filter lets them trap, open those of `files`. */
void seal_files_serve(const struct seal_files *files);
