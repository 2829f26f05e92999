/* poster.h - what a case looks like before anybody made its video: its first picture, small, in its
 * shape.  Any thread. */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "case/case.h"

enum { POSTER_NAME_LEN = DIGEST_HEX_LEN + 4 }; /* "<digest>.jpg" */

/* The file's name, a digest of all that shapes it: of the picture file, size and time of last
 * change.  -ERR_INPUT: a case without scenes, or its picture is not there; says which. */
int poster_name(const struct case_record *record, const char *media_root,
    char ret_name[static POSTER_NAME_LEN + 1], struct error *err);

bool poster_is_there(const char *dir, const char *name);

/* Make it in the folder `dir`, which is made if it is not there, unless it lies there already.
 * Whoever calls this on the machine, for whatever case, waits until the one before is through:
 * pictures are large while they are read.  `is_over`, asked ten times a second meanwhile, ends the
 * waiting with -ERR_CANCELED. */
int poster_make(const struct case_record *record, const char *media_root, const char *dir,
    const char *name, bool (*is_over)(void *ctx), void *ctx, struct error *err);
