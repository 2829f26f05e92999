/* sound_file.h - a sound file beneath the media root, read from its start to its end.  One thread
 * at a time, any number of them.
 *
 * WAV (RF64, BW64, W64), AIFF, AU, CAF, MP3 and its older layers, AAC (ADTS), M4A, MP4, 3GP, MOV,
 * FLAC, Ogg, WebM, Matroska, AMR and WMA, told apart by their first bytes (sound_kind.h).  libav
 * gets the open descriptor, that one demuxer, and no way to open anything else. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

/* SOUND_CHANGES_MAX: how often a file may change its rate or channels, as joined files do. */
enum {
    SOUND_SECONDS_MAX = 3600,
    SOUND_HZ_MIN = 4000,
    SOUND_HZ_MAX = 768000,
    SOUND_CHANGES_MAX = 100
};

struct sound_file;

/* -ERR_INPUT, here and below, names the file and the reason.  `name` and `cancel` (may be NULL)
 * stay the caller's. */
int sound_file_open(int root_fd, const char *name, const atomic_bool *cancel,
    struct sound_file **ret_file, struct error *err);
void sound_file_close(struct sound_file *file); /* takes NULL */

/* The next `n` left-right pairs of 48 kHz; returns how many there were: fewer at the end.  A file
 * that holds none, is cut, or is longer than SOUND_SECONDS_MAX is an error. */
int sound_file_read(struct sound_file *file, float *pairs, int n, struct error *err);

/* As much as must be read of a file to know that it can be: all but its samples. */
int sound_file_check(int root_fd, const char *name, struct error *err);
