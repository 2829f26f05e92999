/* shrink.c - see shrink.h. */
#include "video/frame/shrink.h"

#include <string.h>

enum { BLACK_LUMA = 16, BLACK_CHROMA = 128 };

void shrink_clear(struct yuv *sheet)
{
    for (int p = 0; p < 3; p++)
        for (int y = 0; y < yuv_plane_height(sheet, p); y++)
            memset(sheet->data[p] + y * sheet->stride[p], p ? BLACK_CHROMA : BLACK_LUMA,
                (size_t)yuv_plane_width(sheet, p));
}

/* Box filter: each output sample is the mean of the input samples below it. */
static void shrink_plane(const uint8_t *src, ptrdiff_t src_stride, int src_width, int src_height,
    uint8_t *dst, ptrdiff_t dst_stride, int width, int height)
{
    for (int y = 0; y < height; y++) {
        int top = y * src_height / height, bottom = (y + 1) * src_height / height;

        for (int x = 0; x < width; x++) {
            int left = x * src_width / width, right = (x + 1) * src_width / width;
            int n = (right - left) * (bottom - top), sum = n / 2;

            for (int row = top; row < bottom; row++)
                for (int i = left; i < right; i++)
                    sum += src[row * src_stride + i];
            dst[y * dst_stride + x] = (uint8_t)(sum / n);
        }
    }
}

void shrink_into(const struct yuv *src, struct yuv *sheet, int left, int top, int width, int height)
{
    for (int p = 0; p < 3; p++) {
        int shift = p ? 1 : 0;

        shrink_plane(src->data[p], src->stride[p], yuv_plane_width(src, p),
            yuv_plane_height(src, p),
            sheet->data[p] + (top >> shift) * sheet->stride[p] + (left >> shift), sheet->stride[p],
            width >> shift, height >> shift);
    }
}
