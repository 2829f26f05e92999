/* key_folder.h - the folder of a key below CASECAST_OUTPUT, when its job is forgotten.  Functions
 * of a kind: any thread; may wait for a disk. */
#pragma once

#include "hub/kind/kind.h"

/* Removes the folder with all that is in it: others find it whole or not at all.  A new job of the
 * key that began with it keeps it, or its files.  On S3 nothing: a rule of the bucket decides how
 * long objects stay.  -ERR_IO: it is still there, and why. */
int key_folder_drop(const struct config *config, const struct job *job,
    const struct key_sharing *sharing, struct error *err);
int64_t key_folder_bytes(const struct config *config, const struct job *done);
