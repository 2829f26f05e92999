/* kind_video.h - the first kind of job: from a case to its video.
 *
 * Room: the kind of job that makes videos, and the routes of cases.
 * May use: base, case, fcgi/request, fcgi/route, hub/kind, store, video, video/deliver.
 * Used by: fcgi. */
#pragma once

#include "hub/kind/kind.h"

/* The result of a done job: {"video": URL, "thumbnail": URL, "seconds", "width", "height",
 * "frames"}. */
extern const struct job_kind kind_video;
