/* picture.h - a picture file beneath the media root, as planar video-ready pixels.  Any thread.
 *
 * A file is read once, judged by its first bytes (never its name), and handed to exactly that
 * decoder from memory: no demuxer, no protocol, nothing in a file can make us open another one. */
#pragma once

#include <libavutil/frame.h>

#include "base/digest.h"
#include "base/error.h"
#include "video/fit.h"

enum {
    PICTURE_BYTES_MAX = 128 << 20,
    PICTURE_PIXELS_MAX =
        64 * 1000 * 1000, /* decoded that is 100 to 260 MB, until it is made smaller */
};

/* All that can be said without decoding: is it there, of a kind we take, whole, small enough?
 * -ERR_INPUT names the file and the reason. */
int picture_check(int root_fd, const char *name, struct error *err);

/* The digest of the file's bytes. */
int picture_digest(
    int root_fd, const char *name, char ret_digest[static DIGEST_HEX_LEN + 1], struct error *err);

/* The picture, upright, in our colours, filling width × height as `fit` wants (NULL: its middle
 * does), and the digest of the bytes it was made of.  -ERR_INPUT names the file and reason. */
int picture_load(int root_fd, const char *name, int width, int height, struct fit *fit,
    struct yuv *ret_yuv, char *ret_digest /* DIGEST_HEX_LEN + 1 bytes, or NULL */,
    struct error *err);
