/* film_key.c - digests of all that decides the pixels and packets of a video: see film.h.  A change
 * of what is added here makes all kept segments useless. */
#include <stdlib.h>

#include "video/draw/credits.h"
#include "video/film/film_private.h"
#include "video/kept/engine.h"
#include "video/language/fonts.h"
#include "video/media/media.h"

int film_picture_digest_locked(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    int rc = 0;

    if (!shot->digest[0])
        rc = media_picture_digest(film->media, film->record->scenes[scene].image, shot->digest, err);
    return rc < 0 ? film_error_where(scene, "image", err) : 0;
}

void film_key_add_canvas(struct digest *key, const struct film *film, int scene)
{
    const struct scene *record = &film->record->scenes[scene];

    engine_add(key);
    digest_add_text(key, film->shots[scene].digest);
    digest_add_number(key, film->width);
    digest_add_number(key, film->height);
    digest_add_number(key, record->fit);
    digest_add(key, &record->focus_x, sizeof record->focus_x);
    digest_add(key, &record->focus_y, sizeof record->focus_y);
}

static int film_key_read_picture(struct film *film, int scene, struct error *err)
{
    int rc;

    pthread_mutex_lock(&film->shots[scene].lock);
    rc = film_picture_digest_locked(film, scene, err);
    pthread_mutex_unlock(&film->shots[scene].lock);
    return rc;
}

/* Add how the scene is seen in the segment: its picture, its motion, and which part of that. */
static void film_key_add_view(
    struct digest *key, const struct film *film, int scene, const struct timeline_segment *segment)
{
    const struct timeline_scene *when = &film->timeline->scenes[scene];
    const struct motion *motion = &film->shots[scene].motion;

    film_key_add_canvas(key, film, scene);
    digest_add_number(key, motion->kind);
    if (film->record->scenes[scene].focus_x < 0) { /* else the canvas' part of the key has it */
        digest_add(key, &motion->focus_x, sizeof motion->focus_x);
        digest_add(key, &motion->focus_y, sizeof motion->focus_y);
    }
    digest_add_number(key, when->end - when->start);
    digest_add_number(key, segment->first - when->start);
    digest_add_number(key, segment->n);
}

/* Add what the letters look like. */
static void film_key_add_letters(struct digest *key, const struct film *film)
{
    fonts_add(film->fonts, key);
    digest_add_text(key, film->record->language);
}

static void film_key_add_caption(
    struct digest *key, const struct film *film, const struct timeline_segment *segment)
{
    const struct timeline_scene *when = &film->timeline->scenes[segment->scene];
    const char *text = film->record->scenes[segment->scene].caption;

    digest_add_text(key, text);
    if (text)
        film_key_add_letters(key, film);
    digest_add_text(key, film->record->caption_font);
    digest_add_text(key, film->record->caption_color);
    digest_add_text(key, film->record->caption_box);
    digest_add(key, &film->record->caption_size, sizeof film->record->caption_size);
    digest_add_number(key, film->record->caption_position);
    digest_add_number(key, when->caption_n);
    digest_add_number(key, segment->first - when->caption_at);
}

static void film_key_add_credits(
    struct digest *key, const struct film *film, const struct timeline_segment *segment)
{
    const struct ends *ends = &film->ends;
    char *credits = credits_of(film->record);

    film_key_add_letters(key, film);
    digest_add_text(key, credits);
    digest_add_number(key, ends->n_frames - segment->first);
    digest_add_number(key, ends->n_frames - ends->credits_at);
    free(credits);
}

/* Add the title, the credits and the fades, but only for segments in which they are seen. */
static void film_key_add_ends(
    struct digest *key, const struct film *film, const struct timeline_segment *segment)
{
    const struct ends *ends = &film->ends;
    int end = segment->first + segment->n;

    if (segment->first < ends->title_at + ends->title_n) {
        film_key_add_letters(key, film);
        digest_add_text(key, film->record->title);
        digest_add_number(key, ends->title_at);
        digest_add_number(key, ends->title_n);
    }
    if (segment->first < ends->fade_in_n)
        digest_add_number(key, ends->fade_in_n);
    if (end > ends->dim_at)
        film_key_add_credits(key, film, segment);
    if (end > ends->fade_out_at) {
        digest_add_number(key, ends->n_frames - segment->first);
        digest_add_number(key, ends->n_frames - ends->fade_out_at);
    }
}

/* The digests of the pictures that the segment shows. */
static int film_key_read_pictures(
    struct film *film, const struct timeline_segment *segment, struct error *err)
{
    int rc = film_key_read_picture(film, segment->scene, err);

    if (rc == 0 && segment->is_transition)
        rc = film_key_read_picture(film, segment->scene + 1, err);
    return rc;
}

int film_segment_key(struct film *film, const struct timeline_segment *segment,
    char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    struct digest key;
    int rc = film_key_read_pictures(film, segment, err);

    if (rc < 0)
        return rc;
    digest_start(&key);
    digest_add_text(&key, segment->is_transition ? "fade" : "body");
    digest_add_number(&key, segment->kind);
    digest_add_number(&key, film->timeline->fps);
    digest_add_number(&key, film->record->quality);
    film_key_add_view(&key, film, segment->scene, segment);
    if (segment->is_transition)
        film_key_add_view(&key, film, segment->scene + 1, segment);
    else {
        film_key_add_caption(&key, film, segment);
        film_key_add_ends(&key, film, segment);
    }
    digest_hex(&key, ret_key);
    return 0;
}
