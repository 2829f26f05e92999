/* faces.h - the fonts of this machine as fontconfig knows them in this process, and a Pango context
 * to set text with them.  Only a process that sets text opens them: fontconfig, Pango and GLib end
 * a process that has no memory left.  For all others there is fonts.h.
 *
 * Thread-safety: any thread; functions named _locked: between faces_lock() and faces_unlock(). */
#pragma once

#include <limits.h>
#include <pango/pango.h>
#include <stdbool.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"

struct faces;

/* What others may know of them. */
struct faces_facts {
    int n;                          /* faces; a file may hold several */
    char name[DIGEST_HEX_LEN + 1];  /* the digest of what decides the letters */
    char stamp[DIGEST_HEX_LEN + 1]; /* faces_stamp() of … */
    struct buf paths; /* … the files and folders whose change may change `name`, each with a NUL */
    char unread[PATH_MAX]; /* a file of settings that could not be read; often empty */
};

/* The fonts as they are now.  The caller closes them, and frees `ret_facts->paths`.  Out of memory:
 * ends the process. */
struct faces *faces_open(struct faces_facts *ret_facts);
void faces_close(struct faces *faces); /* takes NULL */

/* Pango, which opens the current fonts of its process before it is told which to use, takes these.
 */
void faces_make_current(const struct faces *faces);

/* fontconfig's own check (FcConfigUptoDate) compares the folders' times with the clock, which may
 * be set back, and misses a file that was overwritten. */
void faces_stamp(const struct buf *paths, char ret_stamp[static DIGEST_HEX_LEN + 1]);

/* Each file of fonts; one that holds several faces several times. */
void faces_each_file(
    const struct faces *faces, void (*each)(void *ctx, const char *path), void *ctx);

/* Pango serves one thread at a time: lock the set and get its context, which stays the set's and is
 * valid until faces_unlock().  Font sizes are pixels. */
PangoContext *faces_lock(struct faces *faces);
void faces_unlock(struct faces *faces);

/* How many characters of `text` no font has. */
int faces_count_unseen_locked(struct faces *faces, const char *text);
/* Is there a font family of that name?  Capitals do not count. */
bool faces_has_family_locked(struct faces *faces, const char *family);

/* Whether text that was set since faces_lock() has the letters it should have.  Fontconfig and
 * Pango do not fail: they go on with other fonts, and say so in a warning.  -ERR_IO: fontconfig's
 * settings, or a font, could not be read. */
int faces_check_locked(const struct faces *faces, struct error *err);
