/* picture_head.h - what the bytes of a picture file say of themselves, before any decoder sees
 * them: kind, size in pixels, and whether the file is all there (decoders hide a missing end).
 * Pure; any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum picture_kind { PICTURE_JPEG, PICTURE_PNG, PICTURE_WEBP };

struct picture_head {
    enum picture_kind kind;
    int width, height; /* as stored: the orientation comes later */
    size_t size;       /* bytes of the picture; what follows it is not ours */
};

const char *picture_kind_name(enum picture_kind kind);

/* `name` starts every message.  -ERR_INPUT: no kind that we take (says what it looks like),
 * truncated, damaged. */
int picture_head_read(const char *name, const uint8_t *bytes, size_t size,
    struct picture_head *ret_head, struct error *err);
