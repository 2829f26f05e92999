/* timeline.c - see timeline.h. */
#include "video/plan/timeline.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

static int64_t max64(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* What is planned. */
struct plan {
    const struct timeline_input *inputs;
    int n, fps;
};

int timeline_transition_frames(enum case_transition kind, int fps)
{
    static const int ms[] = {[CASE_TRANSITION_FADE] = 800,
        [CASE_TRANSITION_CUT] = 0,
        [CASE_TRANSITION_BLACK] = 1000,
        [CASE_TRANSITION_SLIDE] = 700,
        [CASE_TRANSITION_WIPE] = 900};

    return timeline_frames(fps, ms[kind]);
}

/* Frames of scene `i` that do not hang on its fades. */
static int64_t own_span(const struct plan *plan, int i)
{
    const struct timeline_input *input = &plan->inputs[i];
    int64_t span = (int64_t)ceil(input->seconds * plan->fps - 1e-6);

    if (span == 0 && input->sound_samples == 0)
        span = timeline_frames(plan->fps, input->caption_delay_ms + TIMELINE_SILENT_MS);
    else if (span == 0 && input->caption_delay_ms)
        span = timeline_frames(plan->fps, input->caption_delay_ms + TIMELINE_CAPTION_MS);
    return max64(span, TIMELINE_SCENE_MIN);
}

static int64_t sound_frames(const struct plan *plan, int i)
{
    int frame_samples = TIMELINE_RATE / plan->fps;

    return (plan->inputs[i].sound_samples + frame_samples - 1) / frame_samples;
}

/* A scene with sound grows by its fades; one without gives at most a third of its time to each. */
static int64_t fade_room(const struct plan *plan, int i)
{
    return plan->inputs[i].sound_samples ? INT64_MAX : own_span(plan, i) / 3;
}

/* Between scene `i` and the one before. */
static int fade_into(const struct plan *plan, int i)
{
    int64_t fade = timeline_transition_frames(plan->inputs[i].transition, plan->fps);
    int64_t from = fade_room(plan, i - 1), to = fade_room(plan, i);

    fade = fade < from ? fade : from;
    return (int)(fade < to ? fade : to);
}

static int64_t span_with_sound(
    const struct plan *plan, int i, const struct timeline_scene *scene, int lead)
{
    int tail =
        timeline_frames(plan->fps, i == plan->n - 1 ? TIMELINE_LAST_TAIL_MS : TIMELINE_TAIL_MS);

    if (plan->inputs[i].sound_samples == 0)
        return 0;
    return scene->transition_in + lead + sound_frames(plan, i) + tail + scene->transition_out;
}

/* What waits for longer than half of the time there is, waits for half of it. */
static void place_caption(const struct timeline_input *input, int fps, struct timeline_scene *scene)
{
    int room = timeline_body_length(scene) - scene->credits_n;
    int wait = timeline_frames(fps, input->caption_delay_ms);

    wait = wait < room / 2 ? wait : room / 2;
    scene->caption_at = timeline_body_start(scene) + wait;
    scene->caption_n = room - wait;
}

/* Place scene `i`, which starts at frame `start`; returns the frame its successor starts at. */
static int64_t place(const struct plan *plan, int i, int64_t start, struct timeline_scene *scene)
{
    int lead = timeline_frames(plan->fps, i == 0 ? TIMELINE_FIRST_LEAD_MS : TIMELINE_LEAD_MS);
    int64_t end;

    scene->transition_in = i > 0 ? fade_into(plan, i) : 0;
    scene->transition_out = i < plan->n - 1 ? fade_into(plan, i + 1) : 0;
    scene->credits_n = timeline_frames(plan->fps, plan->inputs[i].credits_ms);
    end =
        start + max64(own_span(plan, i), span_with_sound(plan, i, scene, lead)) + scene->credits_n;
    scene->start = (int)start;
    scene->end = (int)end;
    scene->sound_at = (start + scene->transition_in + lead) * (TIMELINE_RATE / plan->fps);
    place_caption(&plan->inputs[i], plan->fps, scene);
    return end - scene->transition_out;
}

static void add_segment(struct timeline *timeline, struct timeline_segment segment)
{
    timeline->segments =
        mem_grow(timeline->segments, (size_t)timeline->n_segments + 1, sizeof *timeline->segments);
    timeline->segments[timeline->n_segments++] = segment;
}

/* The longest piece that may begin at this frame of the film.  Two encoders at work on neighbouring
 * pieces, each a little faster than a viewer watches, stay ahead of the viewer if no piece is
 * longer than about half of what lies before it. */
static int piece_most(int fps, int first)
{
    static const struct {
        int before_ms, most_ms;
    } steps[] = {{1000, 500}, {3000, 1000}, {8000, 2000}};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (first < timeline_frames(fps, steps[i].before_ms))
            return timeline_frames(fps, steps[i].most_ms);
    return timeline_frames(fps, TIMELINE_SEGMENT_MAX_MS);
}

static void add_body(struct timeline *timeline, int scene, int first, int n)
{
    for (int end = first + n; first < end;) {
        int left = end - first, most = piece_most(timeline->fps, first);
        int len = left <= most ? left : left < 2 * most ? (left + 1) / 2 : most;

        add_segment(timeline, (struct timeline_segment){.scene = scene, .first = first, .n = len});
        first += len;
    }
}

static void cut_segments(const struct plan *plan, struct timeline *timeline)
{
    for (int i = 0; i < timeline->n_scenes; i++) {
        const struct timeline_scene *scene = &timeline->scenes[i];

        add_body(timeline, i, timeline_body_start(scene), timeline_body_length(scene));
        if (scene->transition_out)
            add_segment(timeline, (struct timeline_segment){.scene = i,
                                      .is_transition = 1,
                                      .kind = plan->inputs[i + 1].transition,
                                      .first = scene->end - scene->transition_out,
                                      .n = scene->transition_out});
    }
}

int timeline_plan(const struct timeline_input *inputs, int n, int fps,
    struct timeline *ret_timeline, struct error *err)
{
    const struct plan plan = {.inputs = inputs, .n = n, .fps = fps};
    const int64_t most = (int64_t)CASE_SECONDS_MAX * fps;
    struct timeline timeline = {.n_scenes = n,
        .scenes = mem_new_n((size_t)n, struct timeline_scene),
        .fps = fps,
        .frame_samples = TIMELINE_RATE / fps};
    int64_t at = 0;

    assert(n > 0 && TIMELINE_RATE % fps == 0);
    for (int i = 0; i < n; i++) {
        at = place(&plan, i, at, &timeline.scenes[i]);
        if (at > most) {
            timeline_free(&timeline);
            return error_set(err, ERR_INPUT,
                "the video would be longer than %d minutes: scene %d of %d ends after that",
                CASE_SECONDS_MAX / 60, i + 1, n);
        }
    }
    timeline.n_frames = (int)at;
    cut_segments(&plan, &timeline);
    *ret_timeline = timeline;
    return 0;
}

void timeline_free(struct timeline *timeline)
{
    free(timeline->scenes);
    free(timeline->segments);
    *timeline = (struct timeline){0};
}
