/* target.h - where a film goes: a file, with others beside it, or standard output.  The work is
 * done in a hidden folder beside the file, and files get their names when the film is complete.
 * Main thread. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"

enum target_side { TARGET_CAPTIONS, TARGET_POSTER, TARGET_CHAPTERS, N_TARGET_SIDES };

struct target {
    char *path;   /* of the film, as given by the user; "-": standard output */
    char *folder; /* of the film */
    char *work;   /* the hidden folder in it; NULL: not made */
    bool may_replace;
    bool is_wanted[N_TARGET_SIDES];
    char *sides[N_TARGET_SIDES]; /* paths of those that are wanted */
};

/* The name of a side as --with has it: "captions". */
const char *target_side_name(enum target_side side);

/* Reads "captions,poster".  -ERR_INPUT names the word. */
int target_read_with(const char *with, bool ret_wanted[static N_TARGET_SIDES], struct error *err);

/* Makes the hidden folder.  `wanted` NULL: the film alone.  -ERR_INPUT: `path` is no name for an
 * MP4; else the file is there already and may not be replaced, or can't be made.  The caller calls
 * target_deinit(), after an error, too. */
int target_init(struct target *target, const char *path, bool may_replace, const bool *wanted,
    struct error *err);
void target_deinit(struct target *target);

/* Gives the file `name` of the hidden folder its place. */
int target_publish(
    const struct target *target, const char *name, off_t *ret_size, struct error *err);
/* The same beside the film.  `name` NULL: there is nothing of the kind, and so no file. */
int target_publish_side(
    const struct target *target, enum target_side side, const char *name, struct error *err);
/* A new text beside the film. */
int target_write_side(
    const struct target *target, enum target_side side, const char *text, struct error *err);

/* Gives `made` the name `path` in the same folder.  A file that is there, or came meanwhile, stays
 * unless it may be replaced. */
int target_move(const char *made, const char *path, bool may_replace, struct error *err);
