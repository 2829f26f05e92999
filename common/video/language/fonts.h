/* fonts.h - the fonts of this machine, and the process that sets text with them.
 *
 * A font may be installed while the process runs; later work uses it.  A `struct fonts` is the set
 * of fonts at one time: all text that is set with it has the same letters.
 *
 * Text is set in a sealed process of its own (sealed.h): fontconfig, Pango and GLib end a process
 * that has no memory left, and texts come from outside.  It may open files of fonts and nothing
 * else.  Where it ends, the question has an error, and the next one gets a new process.  After
 * work has asked it, it ends with that work.  With CASECAST_SEAL=off this process sets text.
 *
 * Thread-safety: any thread; several threads may share a set. */
#pragma once

#include "base/buf.h"
#include "base/digest.h"
#include "base/error.h"

struct fonts;
struct faces; /* faces.h */

/* The fonts as they are now, checked once a second at most.  The caller owns a reference and ends
 * it with fonts_release().  If they can't be read, all text that is set with them is an error. */
struct fonts *fonts_acquire(void);
void fonts_release(struct fonts *fonts); /* takes NULL */

int fonts_count(const struct fonts *fonts); /* faces; a file may hold several */

/* Add to `digest` what decides the letters: fontconfig's configuration and the font files. */
void fonts_add(const struct fonts *fonts, struct digest *digest);

/* How many characters of `text` no font of the set has.  Errors as fonts_ask(). */
int fonts_count_unseen(struct fonts *fonts, const char *text, struct error *err);

/* 0, or -ERR_INPUT: there is no font family of that name (capitals do not count); the text is the
 * caller's to write.  Other errors as fonts_ask(). */
int fonts_check_family(struct fonts *fonts, const char *family, struct error *err);

/* --- for those who set text --- */

/* The faces in this process; NULL: text is set in another. */
struct faces *fonts_faces(struct fonts *fonts);

/* What came of setting text in this process.  -ERR_IO: the next fonts_acquire() reads all fonts
 * anew. */
int fonts_judge(struct fonts *fonts, int rc);

/* What the process is asked: a number of these, then what the function takes.  What it answers: 0,
 * then what the function gives; or -ERR_…, then the error's text.  See pack.h. */
enum fonts_question {
    FONTS_FACTS,   /* faces_open() */
    FONTS_UNSEEN,  /* faces_count_unseen_locked() */
    FONTS_FAMILY,  /* faces_has_family_locked() */
    FONTS_CAPTION, /* caption_new() and caption_plan() */
};

/* Asks it.  `ret_answer`: what follows the 0, for an unpack from `*ret_at` on; the caller frees it,
 * in any case.  Errors are those of the answer, and of sealed_ask(). */
int fonts_ask(struct fonts *fonts, const struct buf *question, struct buf *ret_answer,
    size_t *ret_at, struct error *err);

#define FONTS_ROLE "typesetter"
