/* case_files.h - the files of a case, read as a job would, so that the job does not fail because of
 * one.  One thread. */
#pragma once

#include "base/map.h"
#include "case/case.h"

struct media;

struct case_files {
    struct media *media; /* which the caller opens and closes */
    bool only_heads;     /* formats and limits of pictures, without decoding them: for a caller who
                            must answer soon */
    void *ctx;
    void (*mistake)(void *ctx, const char *place, const char *field, const char *text);
    void (*warning)(
        void *ctx, const char *place, const char *name, const char *text); /* NULL: not wanted */
    struct map checked; /* pictures by name; freed by case_files_end() */
};

/* Read each file that `record` names.  Calls `mistake` for a file that a job could not use, and
 * `warning` for a fault of a file that it can use.  `place` stands before "scenes[0]". */
void case_files_check(
    struct case_files *files, const struct case_record *record, const char *place);
void case_files_end(struct case_files *files);
