/* sound_file.h - a sound file of the media root, read from its start to its end as 48 kHz stereo.
 * One thread at a time for each file; several files at once on several threads.
 *
 * WAV (RF64, BW64, W64), AIFF, AU, CAF, MP3 and its older layers, AAC (ADTS), M4A, MP4, 3GP, MOV,
 * FLAC, Ogg, WebM, Matroska, AMR and WMA, recognized by content (sound_kind.h).  libav gets the
 * open descriptor, the one demuxer for it, and no way to open anything else.
 *
 * Room: a sound file from outside, read from its start to its end.
 * May use: base, video/libav, video/plan.
 * Used by: video/canary, video/media, video/mix. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

enum {
    SOUND_SECONDS_MAX = 3600,
    SOUND_HZ_MIN = 4000, /* sample rates */
    SOUND_HZ_MAX = 768000,
    SOUND_CHANGES_MAX = 100, /* of sample rate or channels in a file, as joined files have them */
    SOUND_CHECKED = 4800,    /* samples that a check decodes */
};

struct sound_file;

/* Opens `name` beneath `root_fd`.  `name` and `cancel` (may be NULL) stay the caller's until
 * sound_file_close().  -ERR_INPUT: missing, not a sound, truncated or damaged; the text names the
 * file and the reason.  -ERR_CANCELED; -ERR_LIMIT: no memory. */
int sound_file_open(int root_fd, const char *name, const atomic_bool *cancel,
    struct sound_file **ret_file, struct error *err);
/* The same with a file of `size` bytes that is open already: takes `fd`, after an error, too. */
int sound_file_take(int fd, int64_t size, const char *name, const atomic_bool *cancel,
    struct sound_file **ret_file, struct error *err);
void sound_file_close(struct sound_file *file); /* takes NULL */

/* Reads the next `n` left-right pairs (floats, 1.0 is full scale) and returns their number: fewer
 * at the end.  -ERR_INPUT, as above: also a file that holds no sound or is longer than
 * SOUND_SECONDS_MAX.  -ERR_CANCELED. */
int sound_file_read(struct sound_file *file, float *pairs, int n, struct error *err);

/* Opens the file and decodes its first 100 ms: finds every error but damage further on.  Errors as
 * above. */
int sound_file_check(int root_fd, const char *name, struct error *err);
