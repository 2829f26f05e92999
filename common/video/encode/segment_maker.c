/* segment_maker.c - see segment_maker.h. */
#include "video/encode/segment_maker.h"

#include "base/clock.h"
#include "base/log.h"
#include "video/encode/encoder.h"

int segment_maker_open(struct segment_maker *maker, struct error *err)
{
    struct error shared;
    int rc = film_painter_open(maker->film, &maker->painter, err);

    if (core_open(maker->cores_file, maker->n_cores, &maker->core, &shared) < 0)
        log_warning("cores are not shared with other jobs: %s", shared.text);
    return rc;
}

void segment_maker_close(struct segment_maker *maker)
{
    core_close(&maker->core);
    film_painter_close(&maker->painter);
}

/* --- encoding --- */

static int segment_maker_add_packet(void *ctx, AVPacket *packet, struct error *err)
{
    return segment_add(ctx, packet, err);
}

static int segment_maker_encode_frames(struct segment_maker *maker,
    const struct timeline_segment *plan, struct encoder *encoder, const struct encoder_sink *sink,
    struct error *err)
{
    for (int i = 0; i < plan->n; i++) {
        struct yuv canvas;
        int rc;

        if (atomic_load_explicit(maker->stop, memory_order_relaxed) ||
            !core_yield(&maker->core, maker->stop))
            return error_set(err, ERR_CANCELED, "canceled");
        rc = encoder_canvas(encoder, &canvas, err);
        if (rc < 0)
            return rc;
        film_draw(maker->film, plan, plan->first + i, &maker->painter, &canvas);
        rc = encoder_add(encoder, i, sink, err);
        if (rc < 0)
            return rc;
        atomic_fetch_add(maker->frames_done, 1);
    }
    return encoder_end(encoder, sink, err);
}

static int segment_maker_copy_headers(
    const struct encoder *encoder, struct segment *segment, struct error *err)
{
    segment->parameters = avcodec_parameters_alloc();
    if (!segment->parameters ||
        avcodec_parameters_from_context(segment->parameters, encoder->codec) < 0)
        return error_set(err, ERR_LIMIT, "no memory for a segment");
    return 0;
}

static int segment_maker_fill_segment(struct segment_maker *maker,
    const struct timeline_segment *plan, struct segment *segment, struct error *err)
{
    struct encoder_sink sink = {.ctx = segment, .packet = segment_maker_add_packet};
    const struct film *film = maker->film;
    const struct encoder_format format = {.width = film->width,
        .height = film->height,
        .fps = film->timeline->fps,
        .quality = film->record->quality};
    struct encoder encoder;
    int rc = encoder_open(&format, &encoder, err);

    if (rc < 0)
        return rc;
    rc = segment_maker_copy_headers(&encoder, segment, err);
    if (rc == 0)
        rc = segment_maker_encode_frames(maker, plan, &encoder, &sink, err);
    encoder_close(&encoder);
    return rc;
}

static int segment_maker_encode(struct segment_maker *maker, const struct timeline_segment *plan,
    struct segment **ret_segment, struct error *err)
{
    struct segment *segment;
    int rc = film_segment_begin(maker->film, plan, err);

    if (rc < 0)
        return rc;
    segment = segment_new();
    rc = segment_maker_fill_segment(maker, plan, segment, err);
    if (rc == 0) {
        *ret_segment = segment;
        return 0;
    }
    segment_free(segment);
    return rc == -ERR_CANCELED ? rc
                               : film_error_where(plan->scene,
                                     plan->is_transition ? "its transition" : "encoding", err);
}

/* --- the cache --- */

static bool segment_maker_find(struct segment_maker *maker, const struct timeline_segment *plan,
    const char *key, struct segment **ret_segment)
{
    struct buf data = {0};
    bool is_found = cache_find(maker->film->cache, key, &data) &&
                    segment_unpack(data.data, data.len, ret_segment);

    buf_free(&data);
    if (!is_found)
        return false;
    atomic_fetch_add(maker->frames_done, plan->n);
    atomic_fetch_add(maker->frames_kept, plan->n);
    return true;
}

static void segment_maker_put(
    struct segment_maker *maker, const char *key, const struct segment *segment)
{
    struct buf data = {0};

    segment_pack(segment, &data);
    cache_put(maker->film->cache, key, data.data, data.len);
    buf_free(&data);
}

static int segment_maker_find_or_encode(struct segment_maker *maker,
    const struct timeline_segment *plan, struct segment **ret_segment, struct error *err)
{
    int64_t began_ms = clock_monotonic_ms();
    int rc = film_segment_key(maker->film, plan, maker->key, err);

    if (rc < 0 || segment_maker_find(maker, plan, maker->key, ret_segment))
        return rc;
    rc = segment_maker_encode(maker, plan, ret_segment, err);
    maker->encoded_ms = clock_monotonic_ms() - began_ms;
    if (rc == 0)
        segment_maker_put(maker, maker->key, *ret_segment);
    return rc;
}

/* --- one segment --- */

static enum core_rank segment_maker_rank(const struct timeline *timeline, int number)
{
    return timeline->segments[number].first < timeline->fps ? CORE_FIRST_SECOND : CORE_NORMAL;
}

int segment_maker_make_held(
    struct segment_maker *maker, int number, struct segment **ret_segment, struct error *err)
{
    const struct timeline_segment *plan = &maker->film->timeline->segments[number];
    int rc = film_thumbnail_write(maker->film, plan->scene, err);

    maker->encoded_ms = 0;
    if (rc == 0)
        rc = segment_maker_find_or_encode(maker, plan, ret_segment, err);
    film_segment_end(maker->film, plan);
    if (rc == 0)
        segment_move(*ret_segment, plan->first);
    core_release(&maker->core);
    return rc;
}

int segment_maker_make(
    struct segment_maker *maker, int number, struct segment **ret_segment, struct error *err)
{
    if (!core_acquire(&maker->core, segment_maker_rank(maker->film->timeline, number), maker->stop))
        return error_set(err, ERR_CANCELED, "canceled");
    return segment_maker_make_held(maker, number, ret_segment, err);
}
