/* ends.c - see ends.h. */
#include "video/draw/ends.h"

#include "base/number.h"
#include "video/draw/credits.h"
#include "video/draw/transition.h"

enum {
    FADE_IN_MS = 500,
    FADE_OUT_MS = 800, /* within the silence after the last word */
    CREDITS_DIM_MS = 500,
    CREDITS_BRIGHTNESS = 72, /* of 256: the picture behind the credits */
};

void ends_reserve(const struct case_record *record, struct timeline_input *inputs)
{
    inputs[0].caption_delay_ms =
        (record->fades ? FADE_IN_MS : 0) + (record->title_card ? ENDS_TITLE_MS : 0);
    inputs[record->n_scenes - 1].credits_ms = credits_ms(record);
}

/* Frames.  The fade ends before the second segment, whose first frame is the poster and can be
 * decoded alone.  A first scene of one segment is too short for a fade. */
static int ends_fade_in_length(const struct case_record *record, const struct timeline *timeline)
{
    bool has_second = timeline->n_segments > 1 && timeline->segments[1].scene == 0;

    if (!record->fades || !has_second)
        return 0;
    return number_least(timeline->segments[1].first, timeline_frames(timeline->fps, FADE_IN_MS));
}

int ends_poster_segment(const struct case_record *record, const struct timeline *timeline)
{
    return ends_fade_in_length(record, timeline) ? 1 : 0;
}

static void ends_plan_title(
    const struct case_record *record, const struct timeline *timeline, struct ends *ends)
{
    const struct timeline_scene *first = &timeline->scenes[0];
    int end = record->scenes[0].caption ? first->caption_at : first->caption_at + first->caption_n;

    if (!record->title_card || end <= ends->fade_in_n)
        return;
    ends->title_at = ends->fade_in_n;
    ends->title_n =
        number_least(end - ends->title_at, timeline_frames(timeline->fps, ENDS_TITLE_MS));
}

void ends_plan(
    const struct case_record *record, const struct timeline *timeline, struct ends *ret_ends)
{
    const struct timeline_scene *last = &timeline->scenes[timeline->n_scenes - 1];
    int n = timeline->n_frames, fade_out = timeline_frames(timeline->fps, FADE_OUT_MS);
    int dim_n = last->credits_n ? timeline_frames(timeline->fps, CREDITS_DIM_MS) : 0;

    *ret_ends = (struct ends){.fade_in_n = ends_fade_in_length(record, timeline),
        .fade_out_at =
            record->fades ? n - number_least(fade_out, timeline_body_length(last) / 3) : n,
        .dim_at = n - last->credits_n,
        .credits_at = n - last->credits_n + dim_n,
        .n_frames = n};
    ends_plan_title(record, timeline, ret_ends);
}

int ends_brightness(const struct ends *ends, int number)
{
    if (number < ends->fade_in_n)
        return transition_fade_share((double)number / ends->fade_in_n);
    if (number >= ends->fade_out_at)
        return transition_fade_share(
            (double)(ends->n_frames - 1 - number) / (ends->n_frames - ends->fade_out_at));
    return 256;
}

int ends_credits_brightness(const struct ends *ends, int number)
{
    int share;

    if (number < ends->dim_at)
        return 256;
    share =
        transition_fade_share((double)(number - ends->dim_at) / (ends->credits_at - ends->dim_at));
    return 256 - (256 - CREDITS_BRIGHTNESS) * share / 256;
}

enum case_position ends_title_position(double focus)
{
    if (focus < 0)
        return CASE_MIDDLE;
    return focus < 0.5 ? CASE_BOTTOM : CASE_TOP;
}
