/* timeline.c - see timeline.h. */
#include "video/timeline.h"

#include <assert.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Frames of the scene that do not hang on its fades. */
static int64_t own_span(const struct timeline_input *input)
{
    int64_t span = (int64_t)ceil(input->seconds * TIMELINE_FPS - 1e-6);

    if (span == 0 && input->sound_samples == 0)
        span = TIMELINE_SILENT;
    return max64(span, TIMELINE_SCENE_MIN);
}

static int64_t sound_frames(const struct timeline_input *input)
{
    return (input->sound_samples + TIMELINE_FRAME_SAMPLES - 1) / TIMELINE_FRAME_SAMPLES;
}

/* A scene with sound grows by its fades; one without gives at most a third of its time to each. */
static int fade_room(const struct timeline_input *input)
{
    int64_t third = own_span(input) / 3;

    return input->sound_samples || third > TIMELINE_FADE ? TIMELINE_FADE : (int)third;
}

static int fade_between(const struct timeline_input *a, const struct timeline_input *b)
{
    int from = fade_room(a), to = fade_room(b);

    return from < to ? from : to;
}

static int64_t span_with_sound(
    const struct timeline_input *input, const struct timeline_scene *scene, int lead, bool is_last)
{
    int tail = is_last ? TIMELINE_LAST_TAIL : TIMELINE_TAIL;

    if (input->sound_samples == 0)
        return 0;
    return scene->fade_in + lead + sound_frames(input) + tail + scene->fade_out;
}

/* Place scene `i`, which starts at frame `start`; returns the frame its successor starts at. */
static int64_t place(
    const struct timeline_input *inputs, int n, int i, int64_t start, struct timeline_scene *scene)
{
    int lead = i == 0 ? TIMELINE_FIRST_LEAD : TIMELINE_LEAD;
    int64_t span, end;

    scene->fade_in = i > 0 ? fade_between(&inputs[i - 1], &inputs[i]) : 0;
    scene->fade_out = i < n - 1 ? fade_between(&inputs[i], &inputs[i + 1]) : 0;
    span = max64(own_span(&inputs[i]), span_with_sound(&inputs[i], scene, lead, i == n - 1));
    end = start + span;
    scene->start = (int)start;
    scene->end = (int)end;
    scene->sound_at = (start + scene->fade_in + lead) * TIMELINE_FRAME_SAMPLES;
    return end - scene->fade_out;
}

static void add_segment(struct timeline *timeline, int scene, int is_fade, int first, int n)
{
    timeline->segments =
        mem_grow(timeline->segments, (size_t)timeline->n_segments + 1, sizeof *timeline->segments);
    timeline->segments[timeline->n_segments++] =
        (struct timeline_segment){.scene = scene, .is_fade = is_fade, .first = first, .n = n};
}

static void add_body(struct timeline *timeline, int scene, int first, int n)
{
    int pieces = (n + TIMELINE_SEGMENT_MAX - 1) / TIMELINE_SEGMENT_MAX;

    for (int i = 0; i < pieces; i++) {
        int from = (int)((int64_t)n * i / pieces), to = (int)((int64_t)n * (i + 1) / pieces);

        add_segment(timeline, scene, 0, first + from, to - from);
    }
}

static void cut_segments(struct timeline *timeline)
{
    for (int i = 0; i < timeline->n_scenes; i++) {
        const struct timeline_scene *scene = &timeline->scenes[i];

        add_body(timeline, i, timeline_body_start(scene), timeline_body_length(scene));
        if (scene->fade_out)
            add_segment(timeline, i, 1, scene->end - scene->fade_out, scene->fade_out);
    }
}

int timeline_plan(
    const struct timeline_input *inputs, int n, struct timeline *ret_timeline, struct error *err)
{
    const int64_t most = (int64_t)TIMELINE_SECONDS_MAX * TIMELINE_FPS;
    struct timeline timeline = {
        .n_scenes = n, .scenes = mem_new_n((size_t)n, struct timeline_scene)};
    int64_t at = 0;

    assert(n > 0);
    for (int i = 0; i < n; i++) {
        at = place(inputs, n, i, at, &timeline.scenes[i]);
        if (at > most) {
            timeline_free(&timeline);
            return error_set(err, ERR_INPUT,
                "the video would be longer than %d minutes: scene %d of %d ends after that",
                TIMELINE_SECONDS_MAX / 60, i + 1, n);
        }
    }
    timeline.n_frames = (int)at;
    cut_segments(&timeline);
    *ret_timeline = timeline;
    return 0;
}

void timeline_free(struct timeline *timeline)
{
    free(timeline->scenes);
    free(timeline->segments);
    *timeline = (struct timeline){0};
}
