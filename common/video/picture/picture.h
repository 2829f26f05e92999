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
 * Used by: video/media. */
#pragma once

#include "base/digest.h"
#include "base/error.h"
#include "video/picture/fit.h"

enum {
    PICTURE_BYTES_MAX = 128 << 20,
    PICTURE_WARNINGS_MAX = 400, /* bytes of all warnings of a file */
};

/* --- a file in memory, for the process that decodes it --- */

struct picture_bytes {
    const char *name; /* in error texts */
    uint8_t *data;    /* `size` bytes, and PICTURE_HEAD_PADDING (picture_head.h) zeros behind them,
                         which parsers may write to */
    size_t size;
};

/* Opens the file and checks its size.  The caller closes `*ret_fd`. */
int picture_open(int root_fd, const char *name, int *ret_fd, size_t *ret_size, struct error *err);
/* Reads the file into `bytes->data`. */
int picture_read(int fd, const struct picture_bytes *bytes, struct error *err);

/* What libraries open when they are used first, which a sealed process can't. */
void picture_prepare(void);

/* As picture_digest(), picture_probe(), picture_check() and picture_load() below; the last into the
 * planes of `yuv`. */
void picture_bytes_digest(
    const struct picture_bytes *bytes, char ret_digest[static DIGEST_HEX_LEN + 1]);
int picture_bytes_probe(const struct picture_bytes *bytes, struct error *err);
int picture_bytes_check(const struct picture_bytes *bytes,
    char ret_warnings[static PICTURE_WARNINGS_MAX], struct error *err);
int picture_bytes_draw(
    const struct picture_bytes *bytes, struct fit *fit, struct yuv *yuv, struct error *err);

/* --- a file below the media root --- */

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
