/* text_track.h - the cues as a track of 3GPP timed text in the MP4 (ETSI TS 126 245), for players
 * that do not read the WebVTT file.  One thread at a time.
 *
 * The track is disabled: a player shows an enabled text track without being asked. */
#pragma once

#include <libavformat/avformat.h>

#include "video/text/cues.h"

struct text_track {
    struct cues *cues; /* the caller's */
    bool has_started;  /* the empty sample before the first cue is out */
    int next;          /* cue */
};

enum { TEXT_TRACK_UNIT = 1000 }; /* units of its times per second */

/* `cues` must outlive `*ret_track`, which needs no closing. */
void text_track_open(struct cues *cues, struct text_track *ret_track);

/* Set codec parameters, language and time base of `stream`, before the header is written.  0, or a
 * libav error. */
int text_track_describe(const struct text_track *track, AVStream *stream);

enum { TEXT_TRACK_E_END = 1 };

/* The next sample into the blank `packet`, times in ms: an empty sample if the first cue does not
 * start at 0, then the cues.  The muxer adds the empty samples between cues.  The caller unrefs the
 * packet.  TEXT_TRACK_E_END: no more; -ERR_LIMIT: no memory. */
int text_track_next(struct text_track *track, AVPacket *packet, struct error *err);

/* Clear the flag track_enabled of the track `stream` in the finished MP4 `path`: libavformat
 * enables the first text track whatever its disposition.  -ERR_IO names the file. */
int text_track_disable(const char *path, const AVStream *stream, struct error *err);
