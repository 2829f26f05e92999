/* outdir_own.h - a folder for the temporary files of one opening of an output folder on S3.
 *
 * It is this opening's alone and is locked while it is open, so two of them never remove what the
 * other one has, and what a process that died left behind is known by its free lock. */
#pragma once

#include "base/error.h"

/* Makes a folder below that of `address` in the folder of this machine.  The caller frees
 * `*ret_path` by outdir_own_close(), after it has closed `*ret_fd`. */
int outdir_own_open(const char *address, char **ret_path, int *ret_fd, struct error *err);
void outdir_own_close(char *path); /* removes it; takes NULL */
