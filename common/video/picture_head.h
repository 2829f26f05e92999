/* picture_head.h - what the bytes of a picture file say of themselves, before any decoder sees
 * them: kind, size in pixels, and whether the picture is all there (decoders hide a missing end).
 * Of an animation that is its first picture; what follows is not looked at.  Pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum picture_kind { PICTURE_JPEG, PICTURE_PNG, PICTURE_WEBP, PICTURE_GIF };

struct picture_head {
    enum picture_kind kind;
    int width, height;  /* as stored: the orientation comes later */
    size_t start, size; /* bytes of the picture; what lies around it is not ours */
    bool is_bare;       /* a WebP's picture without the head of a file: picture_head_dress() */
    bool has_alpha;     /* … and with a chunk of transparency */
};

const char *picture_kind_name(enum picture_kind kind);

/* `name` starts every message.  -ERR_INPUT: no kind that we take (says what it looks like),
 * truncated, damaged. */
int picture_head_read(const char *name, const uint8_t *bytes, size_t size,
    struct picture_head *ret_head, struct error *err);

/* A first picture of an animated WebP lies deep in its file, and no decoder of libav's takes it
 * from there: writes the head of a still one in front of it, over bytes that are used up, so that
 * `head->start` and `size` are a file.  Nothing happens to what is none. */
void picture_head_dress(uint8_t *bytes, struct picture_head *head);
