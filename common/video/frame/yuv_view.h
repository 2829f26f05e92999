/* yuv_view.h - an AVFrame's samples as a struct yuv.  Any thread. */
#pragma once

#include <libavutil/frame.h>

#include "video/frame/yuv.h"

/* The planes of `frame`, which has the layout of yuv.h (AV_PIX_FMT_YUV420P or YUVJ420P).  Nothing
 * is copied: the memory stays the frame's, and the view is valid as long as that memory is. */
struct yuv yuv_view(const AVFrame *frame);
