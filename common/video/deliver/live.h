/* live.h - a film that can be watched while the rest of it is made: pieces of fragmented MP4 under
 * a growing HLS playlist.  One thread at a time.
 *
 *   live-init.mp4   the headers
 *   live-1.m4s …    a segment each, with the sound beside it; whole when the playlist names it
 *   live.m3u8       what there is; #EXT-X-ENDLIST once that is all
 *
 * The packets are those of the final file, and times begin at 0 in every player.  B-frames make the
 * first picture come later than it is decoded; the edit list in the headers takes that off again.
 * Browsers' Media Source Extensions, hls.js and FFmpeg all heed it; negative composition offsets in
 * its place are shown two frames late by FFmpeg's reader.  The sound goes without its first packet,
 * which holds nothing but what the encoder needs to get going and lies before 0.
 *
 * The same film gives the same pieces: who takes a killed job over writes them again under the
 * same names, and a viewer goes on with the next. */
#pragma once

#include <libavcodec/avcodec.h>

#include "video/kept/outdir.h"

#define LIVE_PREFIX "live" /* all of its names begin so */
#define LIVE_PLAYLIST LIVE_PREFIX ".m3u8"

enum { LIVE_CODECS_MAX = 40 };

struct live;

/* `picture` and `sound` as the packets will be; `most_seconds` the longest piece there will be.
 * The folder stays the caller's. */
int live_open(const struct outdir *dir, const AVCodecParameters *picture,
    const AVCodecParameters *sound, int fps, int most_seconds, struct live **ret_live,
    struct error *err);

/* The next packet of pictures (times in frames) or sound (times in samples), in order; it stays the
 * caller's. */
int live_picture(struct live *live, const AVPacket *packet, struct error *err);
int live_sound(struct live *live, const AVPacket *packet, struct error *err);

/* What was added since the last cut is a piece of `n_frames`: from now on it can be watched. Before
 * the first there are no headers: they tell where the first packets lie. */
int live_cut(struct live *live, int n_frames, struct error *err);
/* That was all. */
int live_end(struct live *live, struct error *err);

/* Frames that can be watched. */
int live_frames(const struct live *live);
/* "avc1.640028, mp4a.40.2": what a browser asks for before it plays. */
const char *live_codecs(const struct live *live);

void live_free(struct live *live); /* takes NULL; the pieces stay */

/* Remove the pieces that there are, the list first: of a film that nobody goes on with. */
void live_sweep(const struct outdir *dir);
