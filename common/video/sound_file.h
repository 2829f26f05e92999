/* sound_file.h - a sound file beneath the media root, into the spool.  Any thread, one spool each.
 *
 * WAV, MP3, FLAC, Ogg (Vorbis, Opus, FLAC) and M4A (AAC, ALAC), told apart by their first bytes.
 * libav gets the open descriptor, that one demuxer, and no way to open anything else. */
#pragma once

#include <stdatomic.h>

#include "video/spool.h"

enum { SOUND_SECONDS_MAX = 3600, SOUND_HZ_MIN = 4000, SOUND_HZ_MAX = 768000 };

#define SOUND_WHOLE INT64_MAX /* up to its end, which must come within SOUND_SECONDS_MAX */

/* The first `most` samples, all if there are fewer; `*ret_n` were added.  -ERR_INPUT names the file
 * and the reason. */
int sound_file_add(int root_fd, const char *name, int64_t most, struct spool *spool,
    const atomic_bool *cancel, int64_t *ret_n, struct error *err);
