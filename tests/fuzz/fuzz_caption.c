/* fuzz_caption.c - libFuzzer target: any text that a case may hold becomes a caption that is drawn
 * within its frame. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "video/draw/caption.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_MAX = 600 }; /* bytes; longer ones only cost time */

/* The frame is a new allocation, so that the address sanitizer sees a write outside of it. */
static void draw_all(const struct caption *caption, int width, int height, int n_frames)
{
    struct error err;
    struct yuv frame;

    assert(yuv_alloc(&frame, width, height, &err) == 0);
    for (int p = 0; p < 3; p++)
        memset(frame.data[p], 128, (size_t)frame.stride[p] * (size_t)(height >> (p ? 1 : 0)));
    for (int at = 0; at < n_frames; at += 13)
        caption_blend(caption, at, &frame);
    yuv_free(&frame);
}

/* Byte 0: frames; byte 1: frame size and position; the rest: the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int sizes[4][2] = {{320, 180}, {180, 320}, {64, 64}, {1280, 720}};
    struct caption_style style = {
        .fps = 30, .color = {1, 1, 1, 1}, .box = {0, 0, 0, 0.6}, .page_lines = 3};
    struct caption *caption;
    struct error err;
    int width, height, n_frames;
    char *text;

    if (size < 3 || size > TEXT_MAX || !text_is_utf8((const char *)data + 2, size - 2, NULL) ||
        text_find_control((const char *)data + 2, size - 2, "\n\t") >= 0)
        return 0;
    n_frames = 1 + data[0];
    width = sizes[data[1] & 3][0];
    height = sizes[data[1] & 3][1];
    text = mem_copy_n((const char *)data + 2, size - 2);
    style.width = width;
    style.height = height;
    style.size = 0.044 * (width < height ? width : height);
    style.position = (enum case_position)((data[1] >> 2) % 3);
    assert(caption_new(text, &style, n_frames, &caption, &err) == 0);
    if (caption) {
        assert(caption_page_count(caption) >= 1);
        draw_all(caption, width, height, n_frames);
    }
    caption_free(caption);
    free(text);
    return 0;
}
