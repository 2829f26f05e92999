/* live.h - the live playlist: a video that can be watched while the rest of it is made, as pieces
 * of fragmented MP4 under a growing HLS playlist.  One thread at a time.
 *
 *   live-JOB-init.mp4   the headers
 *   live-JOB-1.m4s …    a segment each, with its sound; whole when the playlist names it
 *   live-JOB.m3u8       the playlist; ends with #EXT-X-ENDLIST when the video is complete
 *
 * JOB is that of the folder's writer; without a job the names have no "-JOB".
 *
 * The packets are those of the final MP4, and times start at 0 in every player.  B-frames make the
 * first picture's time of showing later than its decoding time; the edit list in the headers
 * subtracts that.  Browsers' Media Source Extensions, hls.js and FFmpeg all heed it; FFmpeg's
 * reader shows pictures with negative composition offsets two frames late.  The sound goes without
 * its first packet, which holds only the encoder's priming samples and lies before 0.
 *
 * The same video gives the same pieces: the next run of a killed job writes them again under the
 * same names, and a viewer continues with the next piece.  Another job has other names, so whoever
 * removes those of a job that has ended can remove nobody else's, however late it comes. */
#pragma once

#include <libavcodec/avcodec.h>

#include "video/kept/outdir.h"

#define LIVE_PREFIX "live" /* of all file names */

enum { LIVE_CODECS_MAX = 40 };

struct live;

/* Open the muxer for packets with the parameters `picture` and `sound`.  `piece_max_s`: seconds of
 * the longest piece (#EXT-X-TARGETDURATION).  No file is written yet.  `dir` stays the caller's and
 * must outlive `*ret_live`.  -ERR_LIBRARY: libav's error; -ERR_IO: what an earlier run has
 * published can't be read. */
int live_open(const struct outdir *dir, const AVCodecParameters *picture,
    const AVCodecParameters *sound, int fps, int piece_max_s, struct live **ret_live,
    struct error *err);

/* The next packet of pictures (times in frames) or sound (times in samples), in decoding order. The
 * packet stays the caller's. */
int live_picture(struct live *live, const AVPacket *packet, struct error *err);
int live_sound(struct live *live, const AVPacket *packet, struct error *err);

/* Write all packets since the last cut as a piece of `n_frames` frames and add it to the playlist.
 * The first cut also writes the headers, since they hold the times of the first packets.  -ERR_IO
 * names the file. */
int live_cut(struct live *live, int n_frames, struct error *err);

/* After the last cut: write the end of the playlist. */
int live_end(struct live *live, struct error *err);

/* Frames in the pieces so far. */
int live_frames(const struct live *live);

/* The name of the playlist.  Valid until live_free(). */
const char *live_playlist(const struct live *live);

/* "avc1.640028, mp4a.40.2" (RFC 6381), for Media Source Extensions.  Valid until live_free(). */
const char *live_codecs(const struct live *live);

/* The files stay.  Takes NULL. */
void live_free(struct live *live);

/* Remove the playlist, then the headers and pieces of the folder's job, which has ended.  Any
 * thread. */
void live_sweep(const struct outdir *dir);
