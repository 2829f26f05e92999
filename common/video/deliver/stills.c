/* stills.c - see stills.h. */
#include "video/deliver/stills.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/number.h"
#include "video/frame/jpeg.h"
#include "video/frame/shrink.h"
#include "video/frame/yuv_view.h"
#include "video/libav/libav_error.h"
#include "video/text/vtt.h"

/* --- the choice of segments --- */

/* The first sprite of a scene starts in the middle of the transition before it. */
static int stills_sprite_start(
    const struct timeline *timeline, const struct timeline_segment *segment)
{
    const struct timeline_scene *scene = &timeline->scenes[segment->scene];

    return segment->first == timeline_body_start(scene) ? scene->start + scene->transition_in / 2
                                                        : segment->first;
}

static void stills_choose_sprites(struct stills *stills)
{
    const struct timeline *timeline = stills->timeline;
    int spacing = timeline_frames(timeline->fps, STILLS_SPACING_MS), last = 0;

    if (spacing < timeline->n_frames / STILLS_SPACING_SHARE)
        spacing = timeline->n_frames / STILLS_SPACING_SHARE;
    stills->sprites = mem_new_n((size_t)timeline->n_segments, struct sprite);
    stills->sprites[stills->n_sprites++] = (struct sprite){.segment = stills->poster_segment};
    for (int i = stills->poster_segment + 1; i < timeline->n_segments; i++) {
        const struct timeline_segment *segment = &timeline->segments[i];
        bool is_first = segment->first == timeline_body_start(&timeline->scenes[segment->scene]);

        if (segment->is_transition || (!is_first && segment->first - last < spacing))
            continue;
        last = segment->first;
        stills->sprites[stills->n_sprites++] =
            (struct sprite){.segment = i, .from = stills_sprite_start(timeline, segment)};
    }
}

/* --- the sprite sheet --- */

static int stills_open_sheet(struct stills *stills, int width, int height, struct error *err)
{
    double scale = (double)STILLS_SPRITE_SIDE / (width > height ? width : height);
    int columns = stills->n_sprites < STILLS_COLUMNS ? stills->n_sprites : STILLS_COLUMNS;
    int rows = (stills->n_sprites + columns - 1) / columns;
    int rc;

    stills->sprite_width = number_even(width * scale);
    stills->sprite_height = number_even(height * scale);
    rc = yuv_alloc(
        &stills->sheet, columns * stills->sprite_width, rows * stills->sprite_height, err);
    if (rc == 0)
        shrink_clear(&stills->sheet);
    return rc;
}

static void stills_draw_sprite(struct stills *stills, const AVFrame *frame)
{
    int left = stills->n_drawn % STILLS_COLUMNS * stills->sprite_width;
    int top = stills->n_drawn / STILLS_COLUMNS * stills->sprite_height;
    struct yuv yuv = yuv_view(frame);

    shrink_into(&yuv, &stills->sheet, left, top, stills->sprite_width, stills->sprite_height);
    stills->n_drawn++;
}

/* --- a segment's first frame --- */

static int stills_open_decoder(struct stills *stills, const struct segment *segment)
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

static int stills_decode(struct stills *stills, const struct segment *segment)
{
    int rc = stills->decoder ? 0 : stills_open_decoder(stills, segment);

    if (rc < 0)
        return rc;
    avcodec_flush_buffers(stills->decoder);
    rc = avcodec_send_packet(stills->decoder, segment->packets[0]);
    if (rc >= 0)
        rc = avcodec_send_packet(stills->decoder, NULL);
    return rc < 0 ? rc : avcodec_receive_frame(stills->decoder, stills->frame);
}

static int stills_write_jpeg(
    const struct stills *stills, const struct yuv *yuv, const char *name, struct error *err)
{
    struct buf jpeg = {0};
    int rc = jpeg_write(yuv, yuv->width, JPEG_SMALL, &jpeg, err);

    if (rc == 0)
        rc = outdir_write(stills->dir, name, jpeg.data, jpeg.len, err);
    buf_free(&jpeg);
    return rc;
}

static int stills_write_poster(const struct stills *stills, struct error *err)
{
    struct yuv yuv = yuv_view(stills->frame);

    return stills_write_jpeg(stills, &yuv, STILLS_POSTER_NAME, err);
}

int stills_open(const struct timeline *timeline, const struct outdir *dir, int poster_segment,
    int width, int height, struct stills *ret_stills, struct error *err)
{
    *ret_stills =
        (struct stills){.timeline = timeline, .dir = dir, .poster_segment = poster_segment};
    stills_choose_sprites(ret_stills);
    return stills_open_sheet(ret_stills, width, height, err);
}

void stills_close(struct stills *stills)
{
    avcodec_free_context(&stills->decoder);
    av_frame_free(&stills->frame);
    yuv_free(&stills->sheet);
    free(stills->sprites);
    stills->sprites = NULL;
}

int stills_add(struct stills *stills, const struct segment *segment, struct error *err)
{
    int number = stills->n_segments++, rc;

    if (stills->n_drawn == stills->n_sprites || stills->sprites[stills->n_drawn].segment != number)
        return 0;
    libav_log_clear();
    rc = stills_decode(stills, segment);
    if (rc < 0)
        return libav_error(
            err, ERR_LIBRARY, rc, "the first frame of segment %d can't be decoded", number + 1);
    stills_draw_sprite(stills, stills->frame);
    rc = number == stills->poster_segment ? stills_write_poster(stills, err) : 0;
    av_frame_unref(stills->frame);
    return rc;
}

static int stills_write_vtt(const struct stills *stills, struct error *err)
{
    struct buf vtt = {0};
    int rc;

    buf_add_text(&vtt, VTT_HEAD);
    for (int i = 0; i < stills->n_drawn; i++) {
        int end =
            i + 1 < stills->n_drawn ? stills->sprites[i + 1].from : stills->timeline->n_frames;

        vtt_add_times(&vtt, timeline_ms(stills->timeline, stills->sprites[i].from),
            timeline_ms(stills->timeline, end), "");
        buf_format(&vtt, STILLS_SPRITES_NAME "#xywh=%d,%d,%d,%d\n",
            i % STILLS_COLUMNS * stills->sprite_width, i / STILLS_COLUMNS * stills->sprite_height,
            stills->sprite_width, stills->sprite_height);
    }
    rc = outdir_write(stills->dir, STILLS_SPRITES_VTT_NAME, vtt.data, vtt.len, err);
    buf_free(&vtt);
    return rc;
}

int stills_end(struct stills *stills, struct error *err)
{
    int rc = stills_write_jpeg(stills, &stills->sheet, STILLS_SPRITES_NAME, err);

    return rc < 0 ? rc : stills_write_vtt(stills, err);
}
