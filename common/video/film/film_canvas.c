/* film_canvas.c - the picture of a scene, decoded and fitted to the film: see film_private.h.
 *
 * Where several machines make a video, segments of one scene are made on more than one, and each
 * would decode the scene's picture, the dearest work but encoding.  So then the canvas is kept in
 * the cache, and the next machine reads it.  Alone nobody would read it: it is as large as some
 * segments, which would be removed for it. */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "video/film/film_private.h"

/* An entry: this, and the rows of the planes without padding. */
struct canvas_head {
    int32_t width, height, fit, unused;
    double focus_x, focus_y;
};

void film_canvas_key(const struct film *film, int scene, char ret_key[static DIGEST_HEX_LEN + 1])
{
    struct digest key;

    digest_start(&key);
    digest_add_text(&key, "canvas");
    film_key_add_canvas(&key, film, scene);
    digest_hex(&key, ret_key);
}

/* Bytes of all planes. */
static size_t film_canvas_size(const struct yuv *canvas)
{
    return (size_t)canvas->width * (size_t)canvas->height * 3 / 2;
}

/* --- keeping --- */

static void film_canvas_keep(
    struct film *film, const char *key, const struct yuv *canvas, const struct fit *fit)
{
    const struct canvas_head head = {.width = canvas->width,
        .height = canvas->height,
        .fit = fit->kind,
        .focus_x = fit->focus_x,
        .focus_y = fit->focus_y};
    struct buf entry = {0};

    buf_add(&entry, &head, sizeof head);
    for (int plane = 0; plane < 3; plane++)
        for (int y = 0; y < yuv_plane_height(canvas, plane); y++)
            buf_add(&entry, canvas->data[plane] + y * canvas->stride[plane],
                (size_t)yuv_plane_width(canvas, plane));
    cache_put(film->cache, key, entry.data, entry.len);
    buf_free(&entry);
}

/* --- finding --- */

static bool film_canvas_unpack(
    const struct buf *entry, int width, int height, struct fit *fit, struct yuv *canvas)
{
    const char *from = entry->data + sizeof(struct canvas_head);
    struct canvas_head head;
    struct error err;

    if (entry->len < sizeof head)
        return false;
    memcpy(&head, entry->data, sizeof head);
    if (head.width != width || head.height != height || yuv_alloc(canvas, width, height, &err) < 0)
        return false;
    if (entry->len != sizeof head + film_canvas_size(canvas)) {
        yuv_free(canvas);
        return false;
    }
    for (int plane = 0; plane < 3; plane++)
        for (int y = 0; y < yuv_plane_height(canvas, plane); y++) {
            memcpy(canvas->data[plane] + y * canvas->stride[plane], from,
                (size_t)yuv_plane_width(canvas, plane));
            from += yuv_plane_width(canvas, plane);
        }
    *fit = (struct fit){
        .kind = (enum case_fit)head.fit, .focus_x = head.focus_x, .focus_y = head.focus_y};
    return true;
}

static bool film_canvas_find(
    struct film *film, const char *key, int width, int height, struct fit *fit, struct yuv *canvas)
{
    struct buf entry = {0};
    bool is_found = cache_find(film->cache, key, &entry) &&
                    film_canvas_unpack(&entry, width, height, fit, canvas);

    buf_free(&entry);
    return is_found;
}

/* --- loading --- */

static int film_canvas_side(int side)
{
    return (int)(side * MOTION_CANVAS) & ~1;
}

/* A job takes minutes, and the key of its video holds the digest that was read first. */
static int film_check_digest(
    const struct shot *shot, const char *digest, const char *image, struct error *err)
{
    if (!shot->digest[0] || strcmp(shot->digest, digest) == 0)
        return 0;
    return error_set(
        err, ERR_INPUT, "%s: was changed while the video was made; ask for it again", image);
}

static int film_canvas_decode(struct film *film, int scene, int width, int height, struct fit *fit,
    struct yuv *canvas, struct error *err)
{
    const char *image = film->record->scenes[scene].image;
    struct shot *shot = &film->shots[scene];
    char digest[DIGEST_HEX_LEN + 1];
    int rc = media_picture_load(film->media, image, width, height, fit, canvas, digest, err);

    if (rc == 0)
        rc = film_check_digest(shot, digest, image, err);
    if (rc < 0) {
        yuv_free(canvas);
        return film_error_where(scene, "image", err);
    }
    memcpy(shot->digest, digest, sizeof digest);
    return 0;
}

/* The canvas that another machine kept, or the file's, which is kept then. */
static int film_canvas_share(struct film *film, int scene, int width, int height, struct fit *fit,
    struct yuv *canvas, struct error *err)
{
    char key[DIGEST_HEX_LEN + 1];
    int rc;

    film_canvas_key(film, scene, key);
    if (film_canvas_find(film, key, width, height, fit, canvas))
        return 0;
    rc = film_canvas_decode(film, scene, width, height, fit, canvas, err);
    if (rc == 0)
        film_canvas_keep(film, key, canvas, fit);
    return rc;
}

int film_canvas_load_locked(struct film *film, int scene, struct error *err)
{
    int width = film_canvas_side(film->width), height = film_canvas_side(film->height), rc;
    const struct scene *record = &film->record->scenes[scene];
    struct shot *shot = &film->shots[scene];
    struct fit fit = {.kind = record->fit, .focus_x = record->focus_x, .focus_y = record->focus_y};

    if (shot->has_canvas)
        return 0;
    rc = atomic_load(&film->is_shared) && shot->digest[0]
             ? film_canvas_share(film, scene, width, height, &fit, &shot->canvas, err)
             : film_canvas_decode(film, scene, width, height, &fit, &shot->canvas, err);
    if (rc < 0)
        return rc;
    shot->has_canvas = true;
    shot->motion.is_calm = fit.kind == CASE_FIT_BLUR;
    if (record->focus_x >= 0) {
        shot->motion.focus_x = fit.focus_x;
        shot->motion.focus_y = fit.focus_y;
    }
    return 0;
}
