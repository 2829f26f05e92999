/* fonts.h - the fonts of this machine, and a Pango context to set text with them.
 *
 * A font may be installed while the process runs; later work uses it.  A `struct fonts` is the set
 * of fonts at one time: all text that is set with it has the same letters.
 *
 * Thread-safety: any thread; several threads may share a set. */
#pragma once

#include <pango/pango.h>

#include "base/digest.h"
#include "base/error.h"

struct fonts;

/* The fonts as they are now, checked once a second at most.  The caller owns a reference and ends
 * it with fonts_release().  Out of memory: ends the process. */
struct fonts *fonts_acquire(void);
void fonts_release(struct fonts *fonts); /* takes NULL */

int fonts_count(const struct fonts *fonts); /* faces; a file may hold several */

/* Add to `digest` what decides the letters: fontconfig's configuration and the font files. */
void fonts_add(const struct fonts *fonts, struct digest *digest);

/* Pango serves one thread at a time: lock the set and get its context, which stays the set's and is
 * valid until fonts_unlock().  Font sizes are pixels. */
PangoContext *fonts_lock(struct fonts *fonts);
void fonts_unlock(struct fonts *fonts);

/* How many characters of `text` no font of the set has. */
int fonts_count_unseen(struct fonts *fonts, const char *text);

/* Whether text that was set since fonts_lock() has the letters it should have.  Fontconfig and
 * Pango do not fail: they go on with other fonts, and say so in a warning.  -ERR_IO: fontconfig's
 * settings, or a font, could not be read; the next fonts_acquire() reads all of them anew. */
int fonts_check_locked(struct fonts *fonts, struct error *err);
