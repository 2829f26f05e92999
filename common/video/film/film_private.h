/* film_private.h - what the files of a film share: see film.h.  Functions named _locked: the caller
 * holds the lock of the scene's shot. */
#pragma once

#include "video/film/film.h"

/* --- film_canvas.c --- */

/* Load the scene's picture into its canvas, if it is not there. */
int film_canvas_load_locked(struct film *film, int scene, struct error *err);

/* The cache entry of the canvas.  The picture's digest is known: no lock is needed. */
void film_canvas_key(const struct film *film, int scene, char ret_key[static DIGEST_HEX_LEN + 1]);

/* --- film_load.c --- */

/* Load all that the scene shows: picture, caption, title, credits. */
int film_shot_load_locked(struct film *film, int scene, struct error *err);
/* Free it. */
void film_shot_unload_locked(struct shot *shot);

/* --- film_key.c --- */

/* Read the digest of the scene's picture file, if it is not known. */
int film_picture_digest_locked(struct film *film, int scene, struct error *err);

/* Add all that decides a scene's canvas.  The picture's digest is known: no lock is needed. */
void film_key_add_canvas(struct digest *key, const struct film *film, int scene);
