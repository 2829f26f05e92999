/* kind_program.h - kinds of job that are files of the folder CASECAST_KINDS: a program does the
 * work, and each line that it prints is a message. */
#pragma once

#include "hub/kind/kind.h"
#include "program/kind_file.h"

struct program_kind {
    struct job_kind kind; /* first: the functions of the kind get it */
    struct kind_file file;
    char *path;                  /* "/create/report" */
    const char *stream_paths[2]; /* that, and NULL */
};

/* Reads all files of the folder, and puts their kinds behind `own` (ends with NULL).  -ERR_INPUT
 * and -ERR_IO name the file and what is wrong with it.  `*ret_kinds` is for the life of the
 * process.  Once, before threads start. */
int kinds_with_programs(const struct config *config, const struct job_kind *const *own,
    const struct job_kind *const **ret_kinds, struct error *err);

/* --- program_run.c: the work --- */

int program_run(struct work *work, char **ret_result, struct error *err);
