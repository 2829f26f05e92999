/* chapters.h - the chapters of a video: one a scene, with its title and its start.  Any thread. */
#pragma once

#include <libavformat/avformat.h>

#include "case/case.h"
#include "video/plan/timeline.h"
#include "video/watch/watch.h"

/* One chapter for each scene, in order; the caller frees them with chapters_free().  A title is the
 * scene's title, else the first line of its caption, else "Scene N".  A chapter starts (seconds)
 * with the first frame that shows its scene alone, which is the first frame of a segment, so that a
 * player can seek to it; the first chapter starts at 0. */
struct video_chapter *chapters_of(
    const struct case_record *record, const struct timeline *timeline);

/* Add `n` chapters to the MP4 `format`, before its header is written.  The last one ends at `end_s`
 * seconds.  0, or a libav error. */
int chapters_describe(
    const struct video_chapter *chapters, int n, double end_s, AVFormatContext *format);

void chapters_free(struct video_chapter *chapters, int n); /* takes NULL */
