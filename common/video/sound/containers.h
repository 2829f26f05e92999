/* containers.h - for each container, whether a file holds all of the sound whose length it states.
 * Used by sound_kind.c only.  One thread at a time for each view.
 *
 * `…_is_whole` returns false if the file is truncated.  If the view's read fails or its
 * `cancel` is set, the result means nothing; the caller checks both.  What can't be parsed is left
 * to libav's demuxer, which names the damage. */
#pragma once

#include "video/sound/sound_kind.h"

/* A length that a program left as a placeholder, as it writes into a pipe: 0, all ones, or as much
 * as it believes that readers accept (0x7FFFF000, 0x80000000).  A 64-bit length is as good as
 * endless from 2^60 on. */
#define ENDLESS_32 ((uint64_t)0x7F000000)
#define ENDLESS_64 ((uint64_t)1 << 60)

/* chunks.c: a chunk is a name, a length and that many bytes.  Those that take patches fill in
 * lengths that libav's demuxer trusts. */
bool riff_is_whole(struct file_view *view, struct sound_patches *patches);
bool w64_is_whole(struct file_view *view, struct sound_patches *patches);
bool iff_is_whole(struct file_view *view, struct sound_patches *patches);
bool au_is_whole(struct file_view *view);
bool caf_is_whole(struct file_view *view);
bool asf_is_whole(struct file_view *view);

/* mp4.c */
bool mp4_is_whole(struct file_view *view);
/* Whether the sample tables name more samples than the file has bytes.  libav keeps a record of
 * every sample in memory, so a few bytes that name 10^9 samples must be refused before it runs. */
bool mp4_is_bomb(struct file_view *view);

/* ogg.c */
bool ogg_is_whole(struct file_view *view);
/* The byte of the file where the first of the chained streams ends. */
int64_t ogg_stream_end(struct file_view *view);

/* ebml.c: Matroska and WebM */
bool ebml_is_whole(struct file_view *view);
