/* film.c - see film.h. */
#include "video/film/film_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/draw/credits.h"
#include "video/draw/transition.h"
#include "video/language/fonts.h"
#include "video/picture/picture.h"

/* Against a caption. */
#define TITLE_SIZE 1.8
#define CREDITS_SIZE 0.75

static int canvas_side(int side)
{
    return (int)(side * MOTION_CANVAS) & ~1;
}

static void choose_motions(struct film *film)
{
    struct motion *motions = mem_new_n((size_t)film->record->n_scenes, struct motion);

    motion_choose(film->record, motions);
    for (int i = 0; i < film->record->n_scenes; i++)
        film->shots[i].motion = motions[i];
    free(motions);
}

void film_open(const struct case_record *record, const struct outdir *dir, struct cache *cache,
    int root_fd, struct film *ret_film)
{
    struct film *film = ret_film;

    *film = (struct film){
        .record = record, .dir = dir, .cache = cache, .root_fd = root_fd, .fonts = fonts_acquire()};
    case_frame_size(record, &film->width, &film->height);
    film->shots = mem_new_n((size_t)record->n_scenes, struct shot);
    for (int i = 0; i < record->n_scenes; i++)
        pthread_mutex_init(&film->shots[i].lock, NULL);
    choose_motions(film);
}

/* Nothing that is written here is looked at by film_thumbnail_write(), which may run meanwhile. */
void film_plan(struct film *film, const struct timeline *timeline)
{
    film->timeline = timeline;
    ends_plan(film->record, timeline, &film->ends);
    for (int i = 0; i < film->record->n_scenes; i++) {
        const struct timeline_scene *when = &timeline->scenes[i];

        film->shots[i].motion.seconds = (double)(when->end - when->start) / timeline->fps;
    }
    for (int i = 0; i < timeline->n_segments; i++) {
        const struct timeline_segment *segment = &timeline->segments[i];

        film->shots[segment->scene].uses_left++;
        if (segment->is_transition)
            film->shots[segment->scene + 1].uses_left++;
    }
}

static void unload(struct shot *shot)
{
    yuv_free(&shot->canvas);
    caption_free(shot->caption);
    caption_free(shot->title);
    caption_free(shot->credits);
    shot->caption = shot->title = shot->credits = NULL;
    shot->has_canvas = shot->is_loaded = false;
}

void film_close(struct film *film)
{
    for (int i = 0; i < film->record->n_scenes; i++) {
        unload(&film->shots[i]);
        pthread_mutex_destroy(&film->shots[i].lock);
    }
    free(film->shots);
    film->shots = NULL;
    fonts_release(film->fonts);
}

int film_error_where(int scene, const char *what, struct error *err)
{
    return error_where(err, "scene %d: %s: ", scene + 1, what);
}

int film_canvas_load_locked(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    const struct scene *of = &film->record->scenes[scene];
    const char *image = of->image;
    struct fit fit = {.kind = of->fit, .focus_x = of->focus_x, .focus_y = of->focus_y};
    char digest[DIGEST_HEX_LEN + 1];
    int rc;

    if (shot->has_canvas)
        return 0;
    rc = picture_load(film->root_fd, image, canvas_side(film->width), canvas_side(film->height),
        &fit, &shot->canvas, digest, err);

    if (rc == 0 && shot->digest[0] && strcmp(shot->digest, digest) != 0)
        rc = error_set(
            err, ERR_INPUT, "%s: was changed while the video was made; ask for it again", image);
    if (rc < 0) {
        yuv_free(&shot->canvas);
        return film_error_where(scene, "image", err);
    }
    shot->has_canvas = true;
    memcpy(shot->digest, digest, sizeof digest);
    shot->motion.is_calm = fit.kind == CASE_FIT_BLUR;
    if (of->focus_x >= 0) {
        shot->motion.focus_x = fit.focus_x;
        shot->motion.focus_y = fit.focus_y;
    }
    return 0;
}

static int load_caption(
    const struct film *film, int scene, struct caption **ret_caption, struct error *err)
{
    const char *text = film->record->scenes[scene].caption;
    struct caption_style style = caption_style_of(film->record);
    int rc;

    if (!text)
        return 0;
    style.fonts = film->fonts;
    rc = caption_new(text, &style, film->timeline->scenes[scene].caption_n, ret_caption, err);
    return rc < 0 ? film_error_where(scene, "caption", err) : 0;
}

/* Where in the frame, from top to bottom, what matters in the first picture is seen under the
 * title; -1: nobody said what matters. */
static double focus_under_title(const struct film *film)
{
    const struct timeline_scene *when = &film->timeline->scenes[0];
    const struct shot *shot = &film->shots[0];
    double middle = film->ends.title_at + film->ends.title_n / 2.0;
    struct window window;

    if (film->record->scenes[0].focus_y < 0)
        return -1;
    window = motion_window(
        &shot->motion, middle / (when->end - when->start), shot->canvas.width, shot->canvas.height);
    return (shot->motion.focus_y * shot->canvas.height - window.y) / window.height;
}

static int load_title(struct film *film, struct error *err)
{
    struct caption_style style = caption_style_of(film->record);

    style.fonts = film->fonts;
    style.size *= TITLE_SIZE;
    style.position = ends_title_position(focus_under_title(film));
    return caption_new(film->record->title, &style, film->ends.title_n, &film->shots[0].title, err);
}

/* On the dark picture they need no box. */
static int load_credits(struct film *film, struct shot *shot, struct error *err)
{
    struct caption_style style = caption_style_of(film->record);
    char *credits = credits_of(film->record);
    int rc;

    style.fonts = film->fonts;
    style.size *= CREDITS_SIZE;
    style.position = CASE_MIDDLE;
    style.page_lines = CREDITS_LINES;
    style.box[3] = 0;
    rc = caption_new(
        credits, &style, film->ends.n_frames - film->ends.credits_at, &shot->credits, err);
    free(credits);
    return rc;
}

/* What stands over a scene beside its caption. */
static int load_ends(struct film *film, int scene, struct error *err)
{
    int rc = 0;

    if (scene == 0 && film->ends.title_n)
        rc = load_title(film, err);
    if (rc == 0 && scene == film->record->n_scenes - 1 &&
        film->ends.credits_at < film->ends.n_frames)
        rc = load_credits(film, &film->shots[scene], err);
    return rc;
}

int film_scene_load_locked(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    int rc;

    if (shot->is_loaded)
        return 0;
    rc = film_canvas_load_locked(film, scene, err);
    if (rc == 0)
        rc = load_caption(film, scene, &shot->caption, err);
    if (rc == 0)
        rc = load_ends(film, scene, err);
    if (rc < 0)
        unload(shot);
    else
        shot->is_loaded = true;
    return rc;
}

static int take(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    int rc;

    pthread_mutex_lock(&shot->lock);
    rc = film_scene_load_locked(film, scene, err);
    pthread_mutex_unlock(&shot->lock);
    return rc;
}

static void give_back(struct film *film, int scene)
{
    struct shot *shot = &film->shots[scene];

    pthread_mutex_lock(&shot->lock);
    if (--shot->uses_left == 0)
        unload(shot);
    pthread_mutex_unlock(&shot->lock);
}

int film_segment_begin(struct film *film, const struct timeline_segment *segment, struct error *err)
{
    int rc = take(film, segment->scene, err);

    return rc == 0 && segment->is_transition ? take(film, segment->scene + 1, err) : rc;
}

void film_segment_end(struct film *film, const struct timeline_segment *segment)
{
    give_back(film, segment->scene);
    if (segment->is_transition)
        give_back(film, segment->scene + 1);
}

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

/* `share` of it (up to ZOOM_ALL), over what the frame shows. */
static void draw_scene(
    const struct film *film, int scene, int number, struct zoom *zoom, int share, struct yuv *frame)
{
    const struct timeline_scene *when = &film->timeline->scenes[scene];
    const struct shot *shot = &film->shots[scene];
    double time = (number - when->start + 0.5) / (when->end - when->start);
    struct window window =
        motion_window(&shot->motion, time, shot->canvas.width, shot->canvas.height);

    zoom_run(zoom, &shot->canvas, &window, share, frame);
}

static void draw_transition(const struct film *film, const struct timeline_segment *segment,
    int number, struct film_painter *painter, struct yuv *frame)
{
    double time = (number - segment->first + 0.5) / segment->n;
    int share = transition_fade_share(time);

    if (transition_shows_from(segment->kind, time))
        draw_scene(film, segment->scene, number, painter->zoom, ZOOM_ALL, frame);
    if (segment->kind == CASE_TRANSITION_FADE) {
        draw_scene(film, segment->scene + 1, number, painter->zoom, share, frame);
        return;
    }
    if (transition_shows_to(segment->kind, time))
        draw_scene(film, segment->scene + 1, number, painter->zoom, ZOOM_ALL, &painter->spare);
    transition_draw(segment->kind, time, frame, &painter->spare);
}

static void draw_words(const struct film *film, int scene, int number, struct yuv *frame)
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

static void dim(struct yuv *frame, int light)
{
    if (light < 256)
        transition_dim(frame, light);
}

void film_draw(const struct film *film, const struct timeline_segment *segment, int number,
    struct film_painter *painter, struct yuv *frame)
{
    if (segment->is_transition) {
        draw_transition(film, segment, number, painter, frame);
        return;
    }
    draw_scene(film, segment->scene, number, painter->zoom, ZOOM_ALL, frame);
    dim(frame, ends_credits_brightness(&film->ends, number));
    draw_words(film, segment->scene, number, frame);
    dim(frame, ends_brightness(&film->ends, number));
}
