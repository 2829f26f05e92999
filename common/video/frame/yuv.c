/* yuv.c - see yuv.h. */
#include "video/frame/yuv.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

static size_t yuv_align_size(size_t n)
{
    return (n + YUV_ALIGN - 1) / YUV_ALIGN * YUV_ALIGN;
}

int yuv_alloc(struct yuv *ret_yuv, int width, int height, struct error *err)
{
    size_t luma = yuv_align_size((size_t)width), chroma = yuv_align_size((size_t)width / 2);
    size_t rows = (size_t)height, size = luma * rows + chroma * rows;
    uint8_t *memory;

    assert(width > 0 && height > 0 && width % 2 == 0 && height % 2 == 0);
    memory = mem_large(size + YUV_ALIGN);
    if (!memory)
        return error_set(err, ERR_LIMIT, "no memory for a picture of %d×%d pixels", width, height);
    *ret_yuv = (struct yuv){.width = width,
        .height = height,
        .data = {memory, memory + luma * rows, memory + luma * rows + chroma * (rows / 2)},
        .stride = {(ptrdiff_t)luma, (ptrdiff_t)chroma, (ptrdiff_t)chroma},
        .memory = memory};
    return 0;
}

void yuv_free(struct yuv *yuv)
{
    free(yuv->memory);
    *yuv = (struct yuv){0};
}
