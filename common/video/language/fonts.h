/* fonts.h - the fonts of this machine: which they are, and Pango's way to set words with them.  Any
 * thread.
 *
 * A font may be installed while we run, and what is made from then on shall have it.  A set of
 * fonts is what was there at one time: who holds it gets the same letters from its first word to
 * its last. */
#pragma once

#include <pango/pango.h>

#include "base/digest.h"

struct fonts;

/* As they are now (looked at once a second at most); fonts_release() ends it. */
struct fonts *fonts_acquire(void);
void fonts_release(struct fonts *fonts); /* takes NULL */

int fonts_count(const struct fonts *fonts); /* files, and faces in files */

/* Add all that tells this set from another: what fontconfig was told, and the fonts' files. */
void fonts_add(const struct fonts *fonts, struct digest *digest);

/* Pango works for one thread at a time.  The context is the set's; its sizes are pixels. */
PangoContext *fonts_lock(struct fonts *fonts);
void fonts_unlock(struct fonts *fonts);
