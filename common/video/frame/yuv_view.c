/* yuv_view.c - see yuv_view.h. */
#include "video/frame/yuv_view.h"

struct yuv yuv_view(const AVFrame *frame)
{
    struct yuv yuv = {.width = frame->width, .height = frame->height};

    for (int p = 0; p < 3; p++) {
        yuv.data[p] = frame->data[p];
        yuv.stride[p] = frame->linesize[p];
    }
    return yuv;
}
