/* picture_kind.h - recognizes the format of a picture file and parses its headers.  Any thread. */
#pragma once

#include "video/picture/picture_head.h"

/* Fills in `*ret_head` and moves the pixel data to the first ret_head->size bytes of `bytes`, which
 * has PICTURE_HEAD_PADDING bytes more than `size`.  `name` starts every message.  The caller calls
 * picture_head_free(), after an error too.
 * -ERR_INPUT: none of the formats (says what the file looks like), no picture in it, or too large a
 * one. */
int picture_head_read(const char *name, uint8_t *bytes, size_t size, struct picture_head *ret_head,
    struct error *err);
