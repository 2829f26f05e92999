/* video_parts.h - a video on several machines: its segments as the parts of its job. */
#pragma once

#include "hub/kind/kind.h"
#include "video/video.h"

/* For video_create(), with the work as its `ctx`. */
extern const struct video_parts video_parts;

/* help() and engine() of the kind. */
int video_parts_help(struct help *help, struct error *err);
void video_parts_engine(char ret_name[static KIND_ENGINE_LEN + 1]);
