/* vtt.h - WebVTT files (W3C, WebVTT: The Web Video Text Tracks Format).  Any thread. */
#pragma once

#include "base/buf.h"
#include "video/text/cues.h"

#define VTT_HEAD "WEBVTT\n"

/* Append the head of a cue, "\nSTART --> END" `settings` "\n"; the caller appends its text.
 * `settings`: "" or " line:0" and the like. */
void vtt_add_times(struct buf *vtt, int64_t start_ms, int64_t end_ms, const char *settings);

/* Append a whole file with all cues of the list, text escaped. */
void vtt_captions(const struct cues *cues, struct buf *vtt);
