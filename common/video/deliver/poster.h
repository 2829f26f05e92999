/* poster.h - the poster of a case, for a case that has no video yet: its first picture, small, in
 * the shape of its video.  (The poster of a video is made by stills.h.)  Any thread. */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "case/case.h"

enum { POSTER_NAME_LEN = DIGEST_HEX_LEN + 4 }; /* "<digest>.jpg" */

/* The poster's file name: a digest of all that shapes it (of the picture file: size and time of
 * last change).  -ERR_INPUT: the case has no scenes, or its first picture is missing (names the
 * file). */
int poster_name(const struct case_record *record, const char *media_root,
    char ret_name[static POSTER_NAME_LEN + 1], struct error *err);

/* Does the file `name` exist in the folder `dir`, with content? */
bool poster_is_there(const char *dir, const char *name);

/* Write the poster `name` (640 pixels on its longer side) into the folder `dir`, which is created
 * if it does not exist; nothing is done if the file exists.  Only one poster is made at a time on
 * the machine, because a decoded picture takes much memory: `lock` is a file by which its processes
 * wait for one another, made if it does not exist; other callers block.  `is_over` is
 * called ten times a second meanwhile, on this thread; true ends the call with -ERR_CANCELED.
 * -ERR_INPUT names a picture that can't be used, -ERR_IO the folder. */
int poster_make(const struct case_record *record, const char *media_root, const char *dir,
    const char *name, const char *lock, bool (*is_over)(void *ctx), void *ctx, struct error *err);
