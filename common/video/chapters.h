/* chapters.h - a chapter a scene: what it is called and where it begins.  Any thread. */
#pragma once

#include "case/case.h"
#include "video/timeline.h"
#include "video/video.h"

/* One for each scene, in order.  A chapter begins where its scene stands alone on the screen, which
 * is a frame that can be jumped to at once; the first begins at 0. */
struct video_chapter *chapters_of(
    const struct case_record *record, const struct timeline *timeline);
void chapters_free(struct video_chapter *chapters, int n); /* takes NULL */
