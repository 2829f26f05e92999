/* film_thumbnails.c - the thumbnails and the preview of a video: see film.h. */
#include <stdlib.h>

#include "base/mem.h"
#include "video/film/film_private.h"
#include "video/frame/jpeg.h"

enum { THUMBNAIL_WIDTH = 480, PREVIEW_SIDE = 1280 /* the longer one */ };

char *film_thumbnail_name(int scene)
{
    return mem_format("scene-%d.jpg", scene + 1);
}

/* Make the JPEG of a scene's picture and keep it under `key`. */
static int film_jpeg_make(
    struct film *film, int scene, int width, const char *key, struct buf *jpeg, struct error *err)
{
    int rc = film_canvas_load_locked(film, scene, err);

    if (rc < 0)
        return rc;
    rc = jpeg_write(&film->shots[scene].canvas, width, JPEG_SMALL, jpeg, err);
    if (rc < 0)
        return film_error_where(scene, "thumbnail", err);
    cache_put(film->cache, key, jpeg->data, jpeg->len);
    return 0;
}

/* Write it into the output folder, from the cache or made anew. */
static int film_jpeg_write(
    struct film *film, int scene, int width, const char *name, struct error *err)
{
    char hex[DIGEST_HEX_LEN + 1];
    struct buf jpeg = {0};
    struct digest key;
    int rc = 0;

    digest_start(&key);
    digest_add_text(&key, "jpeg");
    film_key_add_canvas(&key, film, scene);
    digest_add_number(&key, width);
    digest_hex(&key, hex);
    if (!cache_find(film->cache, hex, &jpeg))
        rc = film_jpeg_make(film, scene, width, hex, &jpeg, err);
    if (rc == 0 && film->dir) {
        rc = outdir_write(film->dir, name, jpeg.data, jpeg.len, err);
        rc = rc < 0 ? film_error_where(scene, "thumbnail", err) : 0;
    }
    buf_free(&jpeg);
    return rc;
}

static int film_preview_width(const struct film *film)
{
    int longer = film->width > film->height ? film->width : film->height;

    return film->width * PREVIEW_SIDE / longer & ~1;
}

static int film_write_thumbnail(struct film *film, int scene, struct error *err)
{
    char *name = film_thumbnail_name(scene);
    int rc = film_jpeg_write(film, scene, THUMBNAIL_WIDTH, name, err);

    free(name);
    if (rc == 0)
        atomic_store(&film->shots[scene].has_thumbnail, true);
    return rc;
}

static int film_write_preview(struct film *film, struct error *err)
{
    int rc = film_jpeg_write(film, 0, film_preview_width(film), FILM_PREVIEW_NAME, err);

    if (rc == 0)
        atomic_store(&film->has_preview, true);
    return rc;
}

/* After an error the next call tries again, so a caller may ignore it. */
int film_thumbnail_write(struct film *film, int scene, struct error *err)
{
    struct shot *shot = &film->shots[scene];
    int rc;

    pthread_mutex_lock(&shot->lock);
    rc = film_picture_digest_locked(film, scene, err);
    if (rc == 0 && !atomic_load(&shot->has_thumbnail))
        rc = film_write_thumbnail(film, scene, err);
    if (rc == 0 && scene == 0 && !atomic_load(&film->has_preview))
        rc = film_write_preview(film, err);
    pthread_mutex_unlock(&shot->lock);
    return rc;
}
