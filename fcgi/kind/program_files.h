/* program_files.h - the files of a program (Files=yes): a folder that is hidden while the program
 * writes, and appears under CASECAST_MEDIA_URL when the job is done: whole, or not at all.
 *
 *   CASECAST_OUTPUT/[secret/]KEY/JOB               of the done job, if its first run made them
 *   CASECAST_OUTPUT/[secret/]KEY/JOB-RUN           of the done job, if a later run did
 *   CASECAST_OUTPUT/[secret/]KEY/.JOB.RUN.RANDOM   of an attempt; nginx shows no such name
 *
 * A run removes and replaces only what runs before it have left: it may have been stopped, and go
 * on when a later run of the job is at work.
 *
 * The folder of the key is that which a client secret opens; the job's id makes its URL one that no
 * other content ever has, so that browsers may keep it.  Worker thread, except where noted. */
#pragma once

#include "hub/kind/kind.h"

struct program_files {
    char *shown, *hidden; /* absolute paths: of the done job, and of the attempt */
    char *url;            /* of the folder, with a / at its end */
};

/* Makes an empty folder for an attempt, of this user if `uid` is not 0, and removes what runs
 * before have left.  -ERR_IO names it.  The caller ends it with program_files_end(), also after an
 * error. */
int program_files_begin(struct program_files *files, const struct config *config,
    const struct job *job, uid_t uid, gid_t gid, struct error *err);

/* Shows the folder, once it is whole on the disk.  -ERR_INPUT: the program left something else than
 * files and folders.  -ERR_IO: it can't be shown.  -ERR_CANCELED: see work_may_publish(). */
int program_files_show(struct program_files *files, struct work *work, struct error *err);

/* Removes what was not shown. */
void program_files_end(struct program_files *files);

/* --- functions of a kind: any thread --- */

bool program_files_are_there(const struct config *config, const struct job *done);
void program_files_clear(const struct config *config, const struct job *job);
