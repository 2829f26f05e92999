/* folder.h - a case made of a folder of photos: a scene each, with the voice or the words beside
 * it.  Main thread.
 *
 * Room: what a film is made of and where it goes: cases in JSON files, folders of photos, targets.
 * May use: base, case, cli/term, video/media.
 * Used by: cli, cli/create, fcgi/maker. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* Reads the folder and makes its case, as a file of cases has it; the id and the title come from
 * the name of the folder.  The scenes stand in the natural order of their names ("2" before "10"),
 * or `by_date`: by the time at which they were taken, and those without one behind the others.
 * Beside "a.jpg" the sound "a.mp3" is its voice, and "a.txt" the text that is spoken.  Calls
 * `left_out` for each file that is not used.  STATUS: the folder, or a picture in it, is missing.
 * The caller drops `*ret_case`. */
int folder_read(const char *path, bool by_date, void (*left_out)(const char *name, const char *why),
    json_t **ret_case, struct error *err);

/* Does `a` stand before `b` in the natural order?  As strcmp(). */
int folder_compare_names(const char *a, const char *b);
