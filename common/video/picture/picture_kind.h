/* picture_kind.h - which kind of picture a file is, and its head by the walk of that kind.  Any
 * thread. */
#pragma once

#include "video/picture/picture_head.h"

/* `name` starts every message.  Moves the picture to the start of `bytes`, which has
 * PICTURE_HEAD_PADDING more bytes than `size`.  The caller calls picture_head_free() in any case.
 * -ERR_INPUT: no kind that we take (says what it looks like), or there is no picture in it. */
int picture_head_read(const char *name, uint8_t *bytes, size_t size, struct picture_head *ret_head,
    struct error *err);
