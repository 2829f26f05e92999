/* planes_memory.h - a frame in memory that two processes share.  Any thread. */
#pragma once

#include "video/frame/yuv.h"

/* A memfd that holds a frame of width × height pixels, both even; -1: there is none to be had. */
int planes_memory_new(int width, int height);

/* Maps it; planes_memory_unmap() gives it back.  -1: it can't be. */
int planes_memory_map(int fd, int width, int height, struct yuv *ret_yuv);
void planes_memory_unmap(struct yuv *yuv);
