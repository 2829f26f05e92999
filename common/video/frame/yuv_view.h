/* yuv_view.h - an AVFrame's samples as a struct yuv.  Any thread. */
#pragma once

#include <libavutil/frame.h>

#include "video/frame/yuv.h"

/* The planes of `frame`, which is AV_PIX_FMT_YUV420P or YUVJ420P.  Nothing is copied: the samples
 * stay the frame's, and the view is valid as long as they are. */
struct yuv yuv_view(const AVFrame *frame);
