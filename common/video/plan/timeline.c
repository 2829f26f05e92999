/* timeline.c - see timeline.h. */
#include "video/plan/timeline.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/number.h"

/* The arguments of timeline_plan(). */
struct planner {
    const struct timeline_input *inputs;
    int n, fps;
};

static int64_t timeline_longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

int timeline_transition_frames(enum case_transition kind, int fps)
{
    static const int ms[] = {[CASE_TRANSITION_FADE] = 800,
        [CASE_TRANSITION_CUT] = 0,
        [CASE_TRANSITION_BLACK] = 1000,
        [CASE_TRANSITION_SLIDE] = 700,
        [CASE_TRANSITION_WIPE] = 900};

    _Static_assert(sizeof ms / sizeof *ms == N_CASE_TRANSITIONS, "each transition has a length");
    return timeline_frames(fps, ms[kind]);
}

/* Frames that scene `i` needs whatever its transitions and sound are. */
static int64_t timeline_own_span(const struct planner *planner, int i)
{
    const struct timeline_input *input = &planner->inputs[i];
    int64_t span = (int64_t)ceil(input->seconds * planner->fps - 1e-6);

    if (span == 0 && input->sound_samples == 0)
        span = timeline_frames(planner->fps, input->caption_delay_ms + TIMELINE_SILENT_MS);
    else if (span == 0 && input->caption_delay_ms)
        span = timeline_frames(planner->fps, input->caption_delay_ms + TIMELINE_CAPTION_MS);
    return timeline_longer(span, TIMELINE_SCENE_MIN);
}

/* The frames that the sound of scene `i` reaches into. */
static int64_t timeline_sound_frames(const struct planner *planner, int i)
{
    int frame_samples = TIMELINE_RATE / planner->fps;

    return (planner->inputs[i].sound_samples + frame_samples - 1) / frame_samples;
}

/* The longest transition that scene `i` has room for, in frames.  A scene with sound becomes longer
 * by its transitions; one without sound gives at most a third of its time to each. */
static int64_t timeline_transition_max(const struct planner *planner, int i)
{
    return planner->inputs[i].sound_samples ? INT64_MAX : timeline_own_span(planner, i) / 3;
}

/* Frames of the transition from scene `i` - 1 to scene `i`. */
static int timeline_transition_into(const struct planner *planner, int i)
{
    int64_t n = timeline_transition_frames(planner->inputs[i].transition, planner->fps);
    int64_t from = timeline_transition_max(planner, i - 1),
            to = timeline_transition_max(planner, i);

    return (int)number_least_64(n, number_least_64(from, to));
}

/* Frames that scene `i` needs for its transitions, lead, sound and tail; 0: it has no sound. */
static int64_t timeline_sound_span(
    const struct planner *planner, int i, const struct timeline_scene *scene, int lead)
{
    int tail = timeline_frames(
        planner->fps, i == planner->n - 1 ? TIMELINE_LAST_TAIL_MS : TIMELINE_TAIL_MS);

    if (planner->inputs[i].sound_samples == 0)
        return 0;
    return scene->transition_in + lead + timeline_sound_frames(planner, i) + tail +
           scene->transition_out;
}

/* A caption is delayed by at most half of the time that it would have. */
static void timeline_place_caption(
    const struct timeline_input *input, int fps, struct timeline_scene *scene)
{
    int room = timeline_body_length(scene) - scene->credits_n;
    int delay = number_least(timeline_frames(fps, input->caption_delay_ms), room / 2);

    scene->caption_at = timeline_body_start(scene) + delay;
    scene->caption_n = room - delay;
}

/* Place scene `i`, which starts at frame `start`.  Returns the first frame of the next scene. */
static int64_t timeline_place_scene(
    const struct planner *planner, int i, int64_t start, struct timeline_scene *scene)
{
    int lead = timeline_frames(planner->fps, i == 0 ? TIMELINE_FIRST_LEAD_MS : TIMELINE_LEAD_MS);
    int64_t span, end;

    scene->transition_in = i > 0 ? timeline_transition_into(planner, i) : 0;
    scene->transition_out = i < planner->n - 1 ? timeline_transition_into(planner, i + 1) : 0;
    scene->credits_n = timeline_frames(planner->fps, planner->inputs[i].credits_ms);
    span = timeline_longer(
        timeline_own_span(planner, i), timeline_sound_span(planner, i, scene, lead));
    end = start + span + scene->credits_n;
    scene->start = (int)start;
    scene->end = (int)end;
    scene->sound_at = (start + scene->transition_in + lead) * (TIMELINE_RATE / planner->fps);
    timeline_place_caption(&planner->inputs[i], planner->fps, scene);
    return end - scene->transition_out;
}

static void timeline_add_segment(struct timeline *timeline, struct timeline_segment segment)
{
    timeline->segments =
        mem_grow(timeline->segments, (size_t)timeline->n_segments + 1, sizeof *timeline->segments);
    timeline->segments[timeline->n_segments++] = segment;
}

/* The frames of the longest segment that may begin at frame `first` of the video.  Two encoders of
 * neighbouring segments, each a little faster than real time, stay ahead of a viewer if no segment
 * is longer than about half of what lies before it. */
static int timeline_segment_max(int fps, int first)
{
    static const struct {
        int before_ms, most_ms;
    } steps[] = {{1000, 500}, {3000, 1000}, {8000, 2000}};

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        if (first < timeline_frames(fps, steps[i].before_ms))
            return timeline_frames(fps, steps[i].most_ms);
    return timeline_frames(fps, TIMELINE_SEGMENT_MAX_MS);
}

/* Cut the frames `first` … first + n - 1 of a scene into segments. */
static void timeline_add_body(struct timeline *timeline, int scene, int first, int n)
{
    for (int end = first + n; first < end;) {
        int left = end - first, most = timeline_segment_max(timeline->fps, first);
        int len = left <= most ? left : left < 2 * most ? (left + 1) / 2 : most;

        timeline_add_segment(
            timeline, (struct timeline_segment){.scene = scene, .first = first, .n = len});
        first += len;
    }
}

static void timeline_cut(const struct planner *planner, struct timeline *timeline)
{
    for (int i = 0; i < timeline->n_scenes; i++) {
        const struct timeline_scene *scene = &timeline->scenes[i];

        timeline_add_body(timeline, i, timeline_body_start(scene), timeline_body_length(scene));
        if (scene->transition_out)
            timeline_add_segment(timeline, (struct timeline_segment){.scene = i,
                                               .is_transition = true,
                                               .kind = planner->inputs[i + 1].transition,
                                               .first = scene->end - scene->transition_out,
                                               .n = scene->transition_out});
    }
}

/* Place all scenes, one after the other. */
static int timeline_place_scenes(
    const struct planner *planner, struct timeline *timeline, struct error *err)
{
    const int64_t most = (int64_t)CASE_SECONDS_MAX * planner->fps;
    int64_t at = 0;

    for (int i = 0; i < planner->n; i++) {
        at = timeline_place_scene(planner, i, at, &timeline->scenes[i]);
        if (at > most)
            return error_set(err, ERR_INPUT,
                "the video would be longer than %d minutes: scene %d of %d ends after that",
                CASE_SECONDS_MAX / 60, i + 1, planner->n);
    }
    timeline->n_frames = (int)at;
    return 0;
}

int timeline_plan(const struct timeline_input *inputs, int n, int fps,
    struct timeline *ret_timeline, struct error *err)
{
    const struct planner planner = {.inputs = inputs, .n = n, .fps = fps};
    struct timeline timeline = {.n_scenes = n,
        .scenes = mem_new_n((size_t)n, struct timeline_scene),
        .fps = fps,
        .frame_samples = TIMELINE_RATE / fps};
    int rc;

    assert(n > 0 && TIMELINE_RATE % fps == 0);
    rc = timeline_place_scenes(&planner, &timeline, err);
    if (rc < 0) {
        timeline_free(&timeline);
        return rc;
    }
    timeline_cut(&planner, &timeline);
    *ret_timeline = timeline;
    return 0;
}

void timeline_free(struct timeline *timeline)
{
    free(timeline->scenes);
    free(timeline->segments);
    *timeline = (struct timeline){0};
}
