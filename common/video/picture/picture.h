/* picture.h - a picture file beneath the media root, as planar video-ready pixels.  Any thread.
 *
 * A file is read once, judged by its first bytes (never its name), and handed to exactly that
 * decoder from memory, stripped of all that is no pixel: no demuxer, no protocol, nothing in a file
 * can make us open another one.  Colours become sRGB, as browsers show them; what is wrong around
 * the pixels is a warning, a pixel that is missing an error.
 *
 * While a picture is loaded it holds its file (PICTURE_BYTES_MAX) and what the decoder and its
 * pixels need, which is no more than 400 MB (decode.h), whatever the file says.
 *
 * Room: a picture file from outside: its kind, head, pixels, colours, and place in the frame.
 * May use: base, case, video/frame, video/plan.
 * Used by: cli, video, video/deliver, video/film. */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "video/picture/fit.h"

enum {
    PICTURE_BYTES_MAX = 128 << 20,
    PICTURE_PIXELS_MAX = 64 * 1000 * 1000,
    PICTURE_WARNINGS_MAX = 400,
};

/* All that can be said without decoding: is it there, of a kind we take, whole, small enough?
 * -ERR_INPUT names the file and the reason. */
int picture_check(int root_fd, const char *name, struct error *err);

/* All there is to say: decodes it, as picture_load() would.  `ret_warnings` is what is wrong with a
 * file that is used in spite of it; "" if nothing. */
int picture_prove(int root_fd, const char *name, char ret_warnings[static PICTURE_WARNINGS_MAX],
    struct error *err);

/* The digest of the file's bytes. */
int picture_digest(
    int root_fd, const char *name, char ret_digest[static DIGEST_HEX_LEN + 1], struct error *err);

/* The picture, upright, in our colours, filling width × height as `fit` wants (NULL: its middle
 * does), and the digest of the bytes it was made of.  -ERR_INPUT names the file and reason. */
int picture_load(int root_fd, const char *name, int width, int height, struct fit *fit,
    struct yuv *ret_yuv, char *ret_digest /* DIGEST_HEX_LEN + 1 bytes, or NULL */,
    struct error *err);
