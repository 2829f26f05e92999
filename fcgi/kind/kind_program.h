/* kind_program.h - kinds of job that are files of the folder CASECAST_KINDS: a program does the
 * work, and each line that it prints is a message. */
#pragma once

#include "hooks/hook_wanted.h"
#include "hub/kind/kind.h"
#include "program/kind_file.h"

struct program_kind {
    struct job_kind kind; /* first: the functions of the kind get it */
    struct kind_file file;
    char *path;                                      /* "/create/report" */
    const char *stream_paths[2];                     /* that, and NULL */
    char hook_host[HOOK_HOST_MAX + 1], *hook_events; /* of Webhook; as in struct job_kind */
};

/* Reads all files of the folder, and puts their kinds behind `own` (ends with NULL).  Of a file
 * that is as it was in the list `before`, which begins with `own`, too, the kind stays the same.
 * -ERR_INPUT and -ERR_IO name the file and what is wrong with it.  `*ret_kinds` is for the life of
 * the process.  One thread at a time; it waits for a disk. */
int kinds_with_programs(const struct config *config, const struct job_kind *const *own,
    const struct job_kind *const *before, const struct job_kind *const **ret_kinds,
    struct error *err);

/* --- program_run.c: the work --- */

int program_run(struct work *work, char **ret_result, struct error *err);

/* What every program of the kind gets: PATH, HOME, LANG and PYTHONUNBUFFERED.  The caller frees the
 * texts. */
enum { PROGRAM_ENV_BASE = 4 };
void program_env_base(const struct kind_file *file, char *ret_env[static PROGRAM_ENV_BASE]);

/* --- program_same.c: the key of a request --- */

enum { PROGRAM_SAME_MAX = 1024 /* bytes of a key */ };

/* Runs the command of Same, for some seconds at most.  `*ret_key`: its line, which the caller
 * frees.  KIND_E_REFUSED: it refuses this request; -ERR_BUSY: it takes too long, or too many
 * requests wait for such commands; -ERR_IO: it does not do what it should. */
int program_same(const struct kind_file *file, const struct config *config,
    const struct job_ask *ask, char **ret_key, struct error *err);
