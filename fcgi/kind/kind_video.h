/* kind_video.h - the kind of job that makes the video of a case.
 *
 * Room: kinds of job, for videos and for programs.
 * May use: base, case, events, fcgi/request, hooks, hub/kind, program, s3, store, video,
 *     video/kept.
 * Used by: fcgi, fcgi/cases, fcgi/maker. */
#pragma once

#include "hub/kind/kind.h"

/* So begin the subjects of jobs whose case came with the request: struct job_ask has it as input.
 */
#define KIND_VIDEO_BROUGHT "request-"

/* The result of a done job is the data of the event `done` (fcgi/README.md): URLs of the video and
 * of its side files, sizes, lengths, chapters. */
extern const struct job_kind kind_video;

/* The folder in which the files of a key's video are; on S3 an address.  The caller frees it. */
char *kind_video_folder(const struct config *config, const char *key);
