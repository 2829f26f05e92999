/* picture.h - loads a picture file beneath the media root as a frame.  Any thread; no function
 * keeps anything between calls.
 *
 * A file is read once, recognized by its first bytes (never by its name) and decoded from memory by
 * the one decoder of its format, which gets the pixel data only: there is no demuxer and no
 * protocol, so no content makes this process open another file.  Colours are converted to sRGB as
 * browsers show them.  A fault in the metadata is a warning, a missing pixel an error.
 *
 * Memory while a picture is loaded: its file (up to PICTURE_BYTES_MAX), and up to 400 MB for the
 * decoder and its pixels (DECODE_MEMORY_MAX in decode.h).
 *
 * All functions: `name` is relative to the folder `root_fd`.  -ERR_INPUT: the file is not there,
 * leads outside the root, is none of the formats, damaged, truncated or beyond the limits (also
 * PICTURE_PIXELS_MAX in picture_head.h); the text begins with the name and says which.  -ERR_LIMIT:
 * no memory.  -ERR_IO: the disk failed.
 *
 * Room: a picture file from outside: its kind, head, pixels, colours, and place in the frame.
 * May use: base, case, video/frame, video/plan.
 * Used by: cli/film, video, video/deliver, video/film. */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "video/picture/fit.h"

enum {
    PICTURE_BYTES_MAX = 128 << 20,
    PICTURE_WARNINGS_MAX = 400, /* bytes of all warnings of a file */
};

/* Reads the file and its headers, and checks all that needs no decoding: format and limits. */
int picture_probe(int root_fd, const char *name, struct error *err);

/* Decodes the whole picture, as picture_load() does, so that a file accepted here loads later.
 * `ret_warnings`: the faults that are tolerated, with "; " between them; "" if there are none. */
int picture_check(int root_fd, const char *name, char ret_warnings[static PICTURE_WARNINGS_MAX],
    struct error *err);

/* The digest of the file's bytes (digest.h), as hex. */
int picture_digest(
    int root_fd, const char *name, char ret_digest[static DIGEST_HEX_LEN + 1], struct error *err);

/* Loads the picture upright and in the colours of yuv.h, and fits it to width × height pixels (both
 * even) as `fit` says; NULL crops to the middle.  `fit` is updated as fit_picture() does.  The
 * caller frees `*ret_yuv`, which is set on success only.  `ret_digest`: as picture_digest(), of the
 * same read. */
int picture_load(int root_fd, const char *name, int width, int height, struct fit *fit,
    struct yuv *ret_yuv, char *ret_digest /* DIGEST_HEX_LEN + 1 bytes, or NULL */,
    struct error *err);
