/* text_track.h - cues as a track of 3GPP timed text in the MP4 (ETSI TS 126 245), for players that
 * know nothing of the VTT beside it.  One thread.
 *
 * It is there for whoever turns it on: players show a track that is enabled without being asked. */
#pragma once

#include <libavformat/avformat.h>

#include "video/text/cues.h"

struct text_track {
    struct cues *cues; /* the caller's */
    bool has_begun;    /* with the silence before the first cue */
    int next;          /* cue */
};

enum { TEXT_TRACK_UNIT = 1000 }; /* of its times, a second */

void text_track_open(struct cues *cues, struct text_track *ret_track);

/* What an MP4 needs to know of it.  0, or libav's error. */
int text_track_describe(const struct text_track *track, AVStream *stream);

enum { TEXT_TRACK_E_END = 1 };

/* The next sample, times in ms: the silence before the first cue, then the cues.  The silences
 * between them are the muxer's. */
int text_track_next(struct text_track *track, AVPacket *packet, struct error *err);

/* In the finished file `path`, not enable what was described with `stream`: libavformat enables the
 * first text track whatever it is told. */
int text_track_disable(const char *path, const AVStream *stream, struct error *err);
