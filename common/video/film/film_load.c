/* film_load.c - loads what a scene shows: its picture and its words.  See film_private.h. */
#include <stdlib.h>

#include "video/draw/credits.h"
#include "video/film/film_private.h"

/* Type sizes, relative to a caption's. */
#define TITLE_SIZE 1.8
#define CREDITS_SIZE 0.75

static struct caption_style film_caption_style(const struct film *film)
{
    struct caption_style style = caption_style_of(film->record);

    style.fonts = film->fonts;
    return style;
}

static int film_load_caption(struct film *film, int scene, struct error *err)
{
    struct caption_style style = film_caption_style(film);
    const char *text = film->record->scenes[scene].caption;
    int rc = text ? caption_new(text, &style, film->timeline->scenes[scene].caption_n,
                        &film->shots[scene].caption, err)
                  : 0;

    return rc < 0 ? film_error_where(scene, "caption", err) : 0;
}

/* Where the focus of the first picture lies in the frame half way through the title: 0 (top) … 1
 * (bottom); -1 if the case names no focus. */
static double film_focus_under_title(const struct film *film)
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

static int film_load_title(struct film *film, struct error *err)
{
    struct caption_style style = film_caption_style(film);

    style.size *= TITLE_SIZE;
    style.position = ends_title_position(film_focus_under_title(film));
    return caption_new(film->record->title, &style, film->ends.title_n, &film->shots[0].title, err);
}

static int film_load_credits(struct film *film, struct shot *shot, struct error *err)
{
    struct caption_style style = film_caption_style(film);
    char *credits = credits_of(film->record);
    int rc;

    style.size *= CREDITS_SIZE;
    style.position = CASE_MIDDLE;
    style.page_lines = CREDITS_LINES;
    style.box[3] = 0; /* the picture behind them is dark enough */
    rc = caption_new(
        credits, &style, film->ends.n_frames - film->ends.credits_at, &shot->credits, err);
    free(credits);
    return rc;
}

/* The title and the credits, in the scenes that show them. */
static int film_load_ends(struct film *film, int scene, struct error *err)
{
    int rc = 0;

    if (scene == 0 && film->ends.title_n)
        rc = film_load_title(film, err);
    if (rc == 0 && scene == film->record->n_scenes - 1 &&
        film->ends.credits_at < film->ends.n_frames)
        rc = film_load_credits(film, &film->shots[scene], err);
    return rc;
}

int film_shot_load_locked(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    int rc;

    if (shot->is_loaded)
        return 0;
    rc = film_canvas_load_locked(film, scene, err);
    if (rc == 0)
        rc = film_load_caption(film, scene, err);
    if (rc == 0)
        rc = film_load_ends(film, scene, err);
    if (rc < 0)
        film_shot_unload_locked(shot);
    else
        shot->is_loaded = true;
    return rc;
}

void film_shot_unload_locked(struct shot *shot)
{
    yuv_free(&shot->canvas);
    caption_free(shot->caption);
    caption_free(shot->title);
    caption_free(shot->credits);
    shot->caption = shot->title = shot->credits = NULL;
    shot->has_canvas = shot->is_loaded = false;
}
