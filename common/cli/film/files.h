/* files.h - the files of a case, read as a job would, so that the job does not fail because of one.
 * Main thread.
 *
 * Room: the files of a case, and cases in JSON files.
 * May use: base, case, cli/term, video/media, video/mix.
 * Used by: cli. */
#pragma once

#include "base/map.h"
#include "case/case.h"

struct files {
    struct media *media; /* which the caller opens and closes */
    void *ctx;
    void (*mistake)(void *ctx, const char *place, const char *field, const char *text);
    void (*warning)(
        void *ctx, const char *place, const char *name, const char *text); /* NULL: not wanted */
    struct map checked; /* pictures by name; freed by files_end() */
};

/* Read each file that `record` names as a job would.  Calls `mistake` for a file that a job could
 * not use, and `warning` for a fault of a file that it can use.  `place` stands before "scenes[0]".
 */
void files_check(struct files *files, const struct case_record *record, const char *place);
void files_end(struct files *files);
