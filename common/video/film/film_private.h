/* film_private.h - what film.c (pictures and frames), film_key.c (digests) and thumbnails.c share.
 * The shot of `scene` is locked by the caller. */
#pragma once

#include "video/film/film.h"

/* Its canvas is there, if it was not. */
int film_canvas_load_locked(struct film *film, int scene, struct error *err);
/* Its caption is, too. */
int film_scene_load_locked(struct film *film, int scene, struct error *err);
/* Its picture's digest is. */
int film_picture_digest_locked(struct film *film, int scene, struct error *err);

/* --- once the digest is known, without the lock --- */

/* Add all that shapes a scene's canvas. */
void film_key_add_canvas(struct digest *key, const struct film *film, int scene);
