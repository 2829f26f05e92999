/* vtt.h - WebVTT, as W3C describes it: captions, and the tiles of a sprite sheet.  Any thread. */
#pragma once

#include "base/buf.h"
#include "video/text/cues.h"

#define VTT_HEAD "WEBVTT\n"

/* Append "\nFROM --> TO\n" for a cue; its text follows. */
void vtt_add_times(struct buf *vtt, int64_t start_ms, int64_t end_ms, const char *settings);

/* The whole file. */
void vtt_captions(const struct cues *cues, struct buf *vtt);
