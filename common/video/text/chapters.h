/* chapters.h - a chapter a scene: what it is called and where it begins.  Any thread. */
#pragma once

#include <libavformat/avformat.h>

#include "case/case.h"
#include "video/plan/timeline.h"
#include "video/watch/watch.h"

/* One for each scene, in order.  A chapter begins where its scene stands alone on the screen, which
 * is a frame that can be jumped to at once; the first begins at 0. */
struct video_chapter *chapters_of(
    const struct case_record *record, const struct timeline *timeline);
/* Into an MP4 that has no header yet and lasts `end_s`.  0, or libav's error. */
int chapters_describe(
    const struct video_chapter *chapters, int n, double end_s, AVFormatContext *format);

void chapters_free(struct video_chapter *chapters, int n); /* takes NULL */
