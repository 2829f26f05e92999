/* stills.c - see stills.h. */
#include "video/deliver/stills.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/number.h"
#include "video/frame/jpeg.h"
#include "video/frame/yuv_view.h"
#include "video/libav/libav_error.h"
#include "video/text/vtt.h"

/* --- which segments are looked at --- */

/* A scene's tile stands from the middle of the fade before it. */
static int tile_from(const struct timeline *timeline, const struct timeline_segment *segment)
{
    const struct timeline_scene *scene = &timeline->scenes[segment->scene];

    return segment->first == timeline_body_start(scene) ? scene->start + scene->transition_in / 2
                                                        : segment->first;
}

static void choose_tiles(struct stills *stills)
{
    const struct timeline *timeline = stills->timeline;
    int apart = timeline_frames(timeline->fps, STILLS_APART_MS), last = 0;

    if (apart < timeline->n_frames / STILLS_SHARE)
        apart = timeline->n_frames / STILLS_SHARE;
    stills->tiles = mem_new_n((size_t)timeline->n_segments, struct tile);
    stills->tiles[stills->n_tiles++] = (struct tile){.segment = stills->face};
    for (int i = stills->face + 1; i < timeline->n_segments; i++) {
        const struct timeline_segment *segment = &timeline->segments[i];
        bool is_first = segment->first == timeline_body_start(&timeline->scenes[segment->scene]);

        if (segment->is_transition || (!is_first && segment->first - last < apart))
            continue;
        last = segment->first;
        stills->tiles[stills->n_tiles++] =
            (struct tile){.segment = i, .from = tile_from(timeline, segment)};
    }
}

/* --- the sheet --- */

static int open_sheet(struct stills *stills, int width, int height, struct error *err)
{
    double scale = (double)STILLS_TILE_SIDE / (width > height ? width : height);
    int columns = stills->n_tiles < STILLS_COLUMNS ? stills->n_tiles : STILLS_COLUMNS;
    int rows = (stills->n_tiles + columns - 1) / columns;
    int rc;

    stills->tile_width = number_even(width * scale);
    stills->tile_height = number_even(height * scale);
    rc = yuv_alloc(&stills->sheet, columns * stills->tile_width, rows * stills->tile_height, err);
    for (int p = 0; rc == 0 && p < 3; p++)
        for (int y = 0; y < yuv_plane_height(&stills->sheet, p); y++)
            memset(stills->sheet.data[p] + y * stills->sheet.stride[p], p ? 128 : 16,
                (size_t)yuv_plane_width(&stills->sheet, p));
    return rc;
}

/* The mean of what lies under each sample: right for making things this much smaller. */
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

static void draw_tile(struct stills *stills, const AVFrame *frame)
{
    int left = stills->drawn % STILLS_COLUMNS * stills->tile_width;
    int top = stills->drawn / STILLS_COLUMNS * stills->tile_height;
    struct yuv *sheet = &stills->sheet;

    for (int p = 0; p < 3; p++) {
        int shift = p ? 1 : 0;

        shrink_plane(frame->data[p], frame->linesize[p], frame->width >> shift,
            frame->height >> shift,
            sheet->data[p] + (top >> shift) * sheet->stride[p] + (left >> shift), sheet->stride[p],
            stills->tile_width >> shift, stills->tile_height >> shift);
    }
    stills->drawn++;
}

/* --- a segment's first frame --- */

static int open_decoder(struct stills *stills, const struct segment *segment)
{
    const AVCodec *codec = avcodec_find_decoder(segment->parameters->codec_id);
    int rc;

    stills->decoder = codec ? avcodec_alloc_context3(codec) : NULL;
    stills->frame = av_frame_alloc();
    if (!stills->decoder || !stills->frame)
        return AVERROR(ENOMEM);
    rc = avcodec_parameters_to_context(stills->decoder, segment->parameters);
    stills->decoder->thread_count = 1;
    return rc < 0 ? rc : avcodec_open2(stills->decoder, codec, NULL);
}

static int decode(struct stills *stills, const struct segment *segment)
{
    int rc = stills->decoder ? 0 : open_decoder(stills, segment);

    if (rc < 0)
        return rc;
    avcodec_flush_buffers(stills->decoder);
    rc = avcodec_send_packet(stills->decoder, segment->packets[0]);
    if (rc >= 0)
        rc = avcodec_send_packet(stills->decoder, NULL);
    return rc < 0 ? rc : avcodec_receive_frame(stills->decoder, stills->frame);
}

static int write_jpeg(
    const struct stills *stills, const struct yuv *yuv, const char *name, struct error *err)
{
    struct buf jpeg = {0};
    int rc = jpeg_write(yuv, yuv->width, &jpeg, err);

    if (rc == 0)
        rc = outdir_write(stills->dir, name, jpeg.data, jpeg.len, err);
    buf_free(&jpeg);
    return rc;
}

static int write_poster(const struct stills *stills, struct error *err)
{
    struct yuv yuv = yuv_view(stills->frame);

    return write_jpeg(stills, &yuv, STILLS_POSTER_NAME, err);
}

int stills_open(const struct timeline *timeline, const struct outdir *dir, int face, int width,
    int height, struct stills *ret_stills, struct error *err)
{
    *ret_stills = (struct stills){.timeline = timeline, .dir = dir, .face = face};
    choose_tiles(ret_stills);
    return open_sheet(ret_stills, width, height, err);
}

void stills_close(struct stills *stills)
{
    avcodec_free_context(&stills->decoder);
    av_frame_free(&stills->frame);
    yuv_free(&stills->sheet);
    free(stills->tiles);
    stills->tiles = NULL;
}

int stills_add(struct stills *stills, const struct segment *segment, struct error *err)
{
    int number = stills->seen++, rc;

    if (stills->drawn == stills->n_tiles || stills->tiles[stills->drawn].segment != number)
        return 0;
    libav_log_clear();
    rc = decode(stills, segment);
    if (rc < 0)
        return libav_error(err, ERR_LIBRARY, rc, "the first frame of segment %d", number + 1);
    draw_tile(stills, stills->frame);
    rc = number == stills->face ? write_poster(stills, err) : 0;
    av_frame_unref(stills->frame);
    return rc;
}

static int write_vtt(const struct stills *stills, struct error *err)
{
    struct buf vtt = {0};
    int rc;

    buf_add_text(&vtt, VTT_HEAD);
    for (int i = 0; i < stills->drawn; i++) {
        int end = i + 1 < stills->drawn ? stills->tiles[i + 1].from : stills->timeline->n_frames;

        vtt_add_times(&vtt, timeline_ms(stills->timeline, stills->tiles[i].from),
            timeline_ms(stills->timeline, end), "");
        buf_format(&vtt, STILLS_SPRITES_NAME "#xywh=%d,%d,%d,%d\n",
            i % STILLS_COLUMNS * stills->tile_width, i / STILLS_COLUMNS * stills->tile_height,
            stills->tile_width, stills->tile_height);
    }
    rc = outdir_write(stills->dir, STILLS_SPRITES_VTT_NAME, vtt.data, vtt.len, err);
    buf_free(&vtt);
    return rc;
}

int stills_end(struct stills *stills, struct error *err)
{
    int rc = write_jpeg(stills, &stills->sheet, STILLS_SPRITES_NAME, err);

    return rc < 0 ? rc : write_vtt(stills, err);
}
