/* film_draw.c - draws the frames of a video: see film.h. */
#include "video/draw/transition.h"
#include "video/film/film.h"

int film_painter_open(const struct film *film, struct film_painter *ret_painter, struct error *err)
{
    *ret_painter = (struct film_painter){.zoom = zoom_new(film->width, film->height, NULL)};
    if (!ret_painter->zoom)
        return error_set(
            err, ERR_LIMIT, "no memory to draw frames of %d×%d pixels", film->width, film->height);
    return yuv_alloc(&ret_painter->spare, film->width, film->height, err);
}

void film_painter_close(struct film_painter *painter)
{
    zoom_free(painter->zoom);
    yuv_free(&painter->spare);
}

/* The scene's picture, blended over what `frame` holds with `share` (ZOOM_ALL: replaces it). */
static void film_draw_picture(
    const struct film *film, int scene, int number, struct zoom *zoom, int share, struct yuv *frame)
{
    const struct timeline_scene *when = &film->timeline->scenes[scene];
    const struct shot *shot = &film->shots[scene];
    double time = (number - when->start + 0.5) / (when->end - when->start);
    struct window window =
        motion_window(&shot->motion, time, shot->canvas.width, shot->canvas.height);

    zoom_run(zoom, &shot->canvas, &window, share, frame);
}

static void film_draw_transition(const struct film *film, const struct timeline_segment *segment,
    int number, struct film_painter *painter, struct yuv *frame)
{
    double time = (number - segment->first + 0.5) / segment->n;
    int share = transition_fade_share(time);

    if (transition_shows_from(segment->kind, time))
        film_draw_picture(film, segment->scene, number, painter->zoom, ZOOM_ALL, frame);
    if (segment->kind == CASE_TRANSITION_FADE) {
        film_draw_picture(film, segment->scene + 1, number, painter->zoom, share, frame);
        return;
    }
    if (transition_shows_to(segment->kind, time))
        film_draw_picture(
            film, segment->scene + 1, number, painter->zoom, ZOOM_ALL, &painter->spare);
    transition_draw(segment->kind, time, frame, &painter->spare);
}

static void film_draw_words(const struct film *film, int scene, int number, struct yuv *frame)
{
    const struct shot *shot = &film->shots[scene];
    const struct ends *ends = &film->ends;

    if (shot->caption)
        caption_blend(shot->caption, number - film->timeline->scenes[scene].caption_at, frame);
    if (shot->title)
        caption_blend(shot->title, number - ends->title_at, frame);
    if (shot->credits)
        caption_blend(shot->credits, number - ends->credits_at, frame);
}

static void film_dim(struct yuv *frame, int brightness)
{
    if (brightness < 256)
        transition_dim(frame, brightness);
}

void film_draw(const struct film *film, const struct timeline_segment *segment, int number,
    struct film_painter *painter, struct yuv *frame)
{
    if (segment->is_transition) {
        film_draw_transition(film, segment, number, painter, frame);
        return;
    }
    film_draw_picture(film, segment->scene, number, painter->zoom, ZOOM_ALL, frame);
    film_dim(frame, ends_credits_brightness(&film->ends, number));
    film_draw_words(film, segment->scene, number, frame);
    film_dim(frame, ends_brightness(&film->ends, number));
}
