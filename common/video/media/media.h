/* media.h - pictures and sounds below the media root, which come from outside, decoded in processes
 * that may do nothing else (decoder.h, sealed.h).  So a file that takes a decoder over gets no
 * database, no key, no network and no other file; one that ends or stalls it is an error that
 * names the file, and the next file gets a new decoder.
 *
 * A decoder serves one `struct media`, and so one video or import, and one question at a time.  The
 * bytes of the pixels and samples are the same with and without decoders.  Any thread, and several
 * at once.
 *
 * All functions that read a file: `name` is relative to the media root.  Errors are those of
 * picture.h and sound_file.h; also -ERR_INPUT: the file ended its decoder, or took
 * SEAL_PROCESSOR_SECONDS of processor time; -ERR_LIMIT: no process can be started, or it was killed
 * from outside; -ERR_CANCELED.
 *
 * Room: files from outside, decoded in processes that may do nothing else.
 * May use: base, video/frame, video/libav, video/picture, video/sealed, video/sound.
 * Used by: cli, cli/film, fcgi/cases, fcgi/files, video, video/deliver, video/film,
 *     video/mix. */
#pragma once

#include <stdatomic.h>

#include "video/picture/picture.h"

/* Can decoders be sealed here?  Starts one.  -ERR_LIBRARY: the kernel refuses; the text says what
 * would be right. */
int media_check_seal(struct error *err);

struct media;

/* Opens the folder, and starts a decoder ahead.  The caller closes `*ret_media`.  `cancel` (may be
 * NULL) stays the caller's until then.  -ERR_IO: the folder can't be opened. */
int media_open(
    const char *root, const atomic_bool *cancel, struct media **ret_media, struct error *err);
/* All its sounds are closed.  Takes NULL. */
void media_close(struct media *media);

/* Adds which file `name` is, its size and the times of its last change, but not its content.  A
 * file that can't be opened has a state, too. */
void media_add_state(struct media *media, const char *name, struct digest *digest);

/* --- pictures: as picture_digest(), picture_probe(), picture_check() and picture_load() --- */

int media_picture_digest(struct media *media, const char *name,
    char ret_digest[static DIGEST_HEX_LEN + 1], struct error *err);
int media_picture_probe(struct media *media, const char *name, struct error *err);
int media_picture_check(struct media *media, const char *name,
    char ret_warnings[static PICTURE_WARNINGS_MAX], struct error *err);
int media_picture_load(struct media *media, const char *name, int width, int height,
    struct fit *fit, struct yuv *ret_yuv, char *ret_digest, struct error *err);

/* --- sounds: as sound_file_open() and so on --- */

struct media_sound;

/* `name` stays the caller's until media_sound_close(). */
int media_sound_open(struct media *media, const char *name, const atomic_bool *cancel,
    struct media_sound **ret_sound, struct error *err);
void media_sound_close(struct media_sound *sound); /* takes NULL */
int media_sound_read(struct media_sound *sound, float *pairs, int n, struct error *err);
int media_sound_check(struct media *media, const char *name, struct error *err);
