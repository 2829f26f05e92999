/* kind_digest.h - the second kind of job, and the slow function that it makes a job of. */
#pragma once

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/mem.h"
#include "hub/kind/kind.h"

extern const struct job_kind kind_digest;

/* Reads `file` to its end, or until `cancel` is set. */
void digest_file(FILE *file, const atomic_bool *cancel, char ret_hex[static DIGEST_HEX_LEN + 1]);
