/* film.c - see film.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "video/film/film_private.h"
#include "video/language/fonts.h"

static void film_choose_motions(struct film *film)
{
    struct motion *motions = mem_new_n((size_t)film->record->n_scenes, struct motion);

    motion_choose(film->record, motions);
    for (int i = 0; i < film->record->n_scenes; i++)
        film->shots[i].motion = motions[i];
    free(motions);
}

void film_open(const struct case_record *record, const struct outdir *dir, struct cache *cache,
    struct media *media, struct film *ret_film)
{
    struct film *film = ret_film;

    *film = (struct film){
        .record = record, .dir = dir, .cache = cache, .media = media, .fonts = fonts_acquire()};
    case_frame_size(record, &film->width, &film->height);
    film->shots = mem_new_n((size_t)record->n_scenes, struct shot);
    for (int i = 0; i < record->n_scenes; i++)
        pthread_mutex_init(&film->shots[i].lock, NULL);
    film_choose_motions(film);
}

/* Takes no lock: film_thumbnail_write(), which may run meanwhile, uses no field that is written
 * here. */
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

        film->shots[segment->scene].n_uses++;
        if (segment->is_transition)
            film->shots[segment->scene + 1].n_uses++;
    }
}

void film_share(struct film *film)
{
    atomic_store(&film->is_shared, true);
}

void film_close(struct film *film)
{
    for (int i = 0; i < film->record->n_scenes; i++) {
        film_shot_unload_locked(&film->shots[i]); /* no other thread is left */
        pthread_mutex_destroy(&film->shots[i].lock);
    }
    free(film->shots);
    film->shots = NULL;
    fonts_release(film->fonts);
}

/* --- segments --- */

static int film_shot_begin(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    int rc;

    pthread_mutex_lock(&shot->lock);
    rc = film_shot_load_locked(film, scene, err);
    pthread_mutex_unlock(&shot->lock);
    return rc;
}

static void film_shot_end(struct film *film, int scene)
{
    struct shot *shot = &film->shots[scene];

    pthread_mutex_lock(&shot->lock);
    if (--shot->n_uses == 0)
        film_shot_unload_locked(shot);
    pthread_mutex_unlock(&shot->lock);
}

int film_segment_begin(struct film *film, const struct timeline_segment *segment, struct error *err)
{
    int rc = film_shot_begin(film, segment->scene, err);

    if (rc == 0 && segment->is_transition)
        rc = film_shot_begin(film, segment->scene + 1, err);
    return rc;
}

void film_segment_end(struct film *film, const struct timeline_segment *segment)
{
    film_shot_end(film, segment->scene);
    if (segment->is_transition)
        film_shot_end(film, segment->scene + 1);
}

static void film_forget(struct film *film, int from, int to)
{
    for (int i = from; i < to; i++) {
        pthread_mutex_lock(&film->shots[i].lock);
        film_shot_unload_locked(&film->shots[i]);
        pthread_mutex_unlock(&film->shots[i].lock);
    }
}

void film_forget_before(struct film *film, int scene)
{
    film_forget(film, 0, scene);
}

void film_forget_others(struct film *film, const struct timeline_segment *segment)
{
    film_forget(film, 0, segment->scene);
    film_forget(film, segment->scene + 1 + segment->is_transition, film->record->n_scenes);
}
