/* film.c - see film.h. */
#include "video/film.h"

#include <stdlib.h>

#include "base/mem.h"
#include "video/jpeg.h"
#include "video/motion.h"
#include "video/picture.h"
#include "video/scale.h"

enum { THUMBNAIL_WIDTH = 480, PREVIEW_SIDE = 1280 };

static void frame_size(enum case_shape shape, int *ret_width, int *ret_height)
{
    bool is_portrait = shape == CASE_PORTRAIT;

    *ret_width = is_portrait ? 1080 : 1920;
    *ret_height = is_portrait ? 1920 : 1080;
}

static int canvas_side(int side)
{
    return (int)(side * MOTION_CANVAS) & ~1;
}

void film_open(const struct case_record *record, const struct timeline *timeline,
    const struct outdir *dir, int root_fd, struct film *ret_film)
{
    struct film *film = ret_film;

    *film = (struct film){.record = record, .timeline = timeline, .dir = dir, .root_fd = root_fd};
    frame_size(record->shape, &film->width, &film->height);
    film->shots = mem_new_n((size_t)record->n_scenes, struct shot);
    for (int i = 0; i < record->n_scenes; i++)
        pthread_mutex_init(&film->shots[i].lock, NULL);
    for (int i = 0; i < timeline->n_segments; i++) {
        const struct timeline_segment *segment = &timeline->segments[i];

        film->shots[segment->scene].uses_left++;
        if (segment->is_fade)
            film->shots[segment->scene + 1].uses_left++;
    }
}

static void unload(struct shot *shot)
{
    yuv_free(&shot->canvas);
    caption_free(shot->caption);
    shot->caption = NULL;
    shot->is_loaded = false;
}

void film_close(struct film *film)
{
    for (int i = 0; i < film->record->n_scenes; i++) {
        unload(&film->shots[i]);
        pthread_mutex_destroy(&film->shots[i].lock);
    }
    free(film->shots);
    film->shots = NULL;
}

char *film_thumbnail_name(int scene)
{
    return mem_format("scene-%d.jpg", scene + 1);
}

int film_blame(int scene, const char *what, struct error *err)
{
    return error_where(err, "scene %d: %s: ", scene + 1, what);
}

static int write_jpeg(const struct film *film, const struct yuv *canvas, int width,
    const char *name, struct error *err)
{
    struct buf jpeg = {0};
    int rc = jpeg_write(canvas, width, &jpeg, err);

    if (rc == 0)
        rc = outdir_write(film->dir, name, jpeg.data, jpeg.len, err);
    buf_free(&jpeg);
    return rc;
}

static int write_thumbnails(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    char *name = film_thumbnail_name(scene);
    int rc = write_jpeg(film, &shot->canvas, THUMBNAIL_WIDTH, name, err);

    free(name);
    if (rc < 0)
        return rc;
    atomic_store(&shot->is_pictured, true);
    if (scene > 0)
        return 0;
    rc = write_jpeg(film, &shot->canvas, film->width * PREVIEW_SIDE / 1920, FILM_PREVIEW_NAME, err);
    if (rc == 0)
        atomic_store(&film->is_previewed, true);
    return rc;
}

static int load_picture(
    const struct film *film, int scene, struct yuv *ret_canvas, struct error *err)
{
    int rc = picture_load(film->root_fd, film->record->scenes[scene].image,
        canvas_side(film->width), canvas_side(film->height), ret_canvas, err);

    return rc < 0 ? film_blame(scene, "image", err) : 0;
}

static int load_caption(
    const struct film *film, int scene, struct caption **ret_caption, struct error *err)
{
    const char *text = film->record->scenes[scene].caption;
    int rc;

    if (!text)
        return 0;
    rc = caption_new(text, film->width, film->height,
        timeline_body_length(&film->timeline->scenes[scene]), ret_caption, err);
    return rc < 0 ? film_blame(scene, "caption", err) : 0;
}

static int load_locked(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    int rc = load_picture(film, scene, &shot->canvas, err);

    if (rc == 0)
        rc = load_caption(film, scene, &shot->caption, err);
    if (rc == 0 && !atomic_load(&shot->is_pictured))
        rc = write_thumbnails(film, scene, err);
    if (rc < 0)
        unload(shot);
    else
        shot->is_loaded = true;
    return rc;
}

static int take(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    int rc = 0;

    pthread_mutex_lock(&shot->lock);
    if (!shot->is_loaded)
        rc = load_locked(film, scene, err);
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

int film_begin(struct film *film, const struct timeline_segment *segment, struct error *err)
{
    int rc = take(film, segment->scene, err);

    return rc == 0 && segment->is_fade ? take(film, segment->scene + 1, err) : rc;
}

void film_end(struct film *film, const struct timeline_segment *segment)
{
    give_back(film, segment->scene);
    if (segment->is_fade)
        give_back(film, segment->scene + 1);
}

int easel_open(const struct film *film, struct easel *ret_easel, struct error *err)
{
    *ret_easel = (struct easel){.zoom = zoom_new(film->width, film->height, NULL)};
    return yuv_alloc(&ret_easel->spare, film->width, film->height, err);
}

void easel_close(struct easel *easel)
{
    zoom_free(easel->zoom);
    yuv_free(&easel->spare);
}

static void draw_scene(
    const struct film *film, int scene, int number, struct zoom *zoom, struct yuv *frame)
{
    const struct timeline_scene *when = &film->timeline->scenes[scene];
    const struct yuv *canvas = &film->shots[scene].canvas;
    double time = (number - when->start + 0.5) / (when->end - when->start);
    struct window window = motion_window(scene, time, canvas->width, canvas->height);

    zoom_run(zoom, canvas, &window, frame);
}

/* 0 … 256 with no corner at either end. */
static int fade_share(const struct timeline_segment *segment, int number)
{
    double time = (number - segment->first + 0.5) / segment->n;

    return (int)(256 * time * time * (3 - 2 * time) + 0.5);
}

void film_draw(const struct film *film, const struct timeline_segment *segment, int number,
    struct easel *easel, struct yuv *frame)
{
    const struct timeline_scene *when = &film->timeline->scenes[segment->scene];
    const struct caption *caption = film->shots[segment->scene].caption;

    draw_scene(film, segment->scene, number, easel->zoom, frame);
    if (segment->is_fade) {
        draw_scene(film, segment->scene + 1, number, easel->zoom, &easel->spare);
        yuv_fade(frame, frame, &easel->spare, fade_share(segment, number));
    } else if (caption)
        caption_blend(caption, number - timeline_body_start(when), frame);
}
