/* look.h - what a file of the media root is, by its content.  Any thread; starts a decoder. */
#pragma once

#include "base/error.h"

enum { LOOK_E_NEITHER = 1 };

/* `*ret_kind`: "picture" or "sound", if a job can use it as one.  The look is that at the files of
 * a case: of a picture format and limits without decoding it, of a sound its first 100 ms.
 * LOOK_E_NEITHER: `err` says what is wrong with it, without its name.  -ERR_IO, -ERR_LIMIT,
 * -ERR_LIBRARY: it can't be looked at now. */
int look_at(const char *media_root, const char *name, const char **ret_kind, struct error *err);
