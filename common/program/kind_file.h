/* kind_file.h - a kind of job that is a file: NAME.kind says which program does its work, or that
 * its jobs are published from outside.
 *
 *   [Kind]
 *   Subject=reportId
 *   Command=python3 report.py
 *
 * The file is a GKeyFile of GLib.  Any thread.
 *
 * Room: any program as a job: its file, its process, its lines.
 * May use: base.
 * Used by: cli, fcgi, fcgi/kind, fcgi/publish, publisher. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/digest.h"
#include "base/error.h"

struct _GRegex;

/* What makes two requests one job. */
enum kind_same { SAME_SUBJECT, SAME_INPUT, SAME_NEVER, SAME_COMMAND };

enum { KIND_NAME_MAX = 31 };

struct kind_file {
    char digest[DIGEST_HEX_LEN + 1]; /* of its text */
    char *path;                      /* of the file */
    char *folder;                    /* in which it lies: the program starts there */
    char *name;                      /* "report", of report.kind */
    char *subject_name;              /* "report", of Subject=reportId */
    char *example;                   /* a subject, for messages */
    char *pattern;                   /* SubjectPattern */
    struct _GRegex *regex;
    char **argv; /* of Command; ends with NULL.  NULL: its jobs are published from outside */
    enum kind_same same;
    char **same_argv;             /* of SAME_COMMAND, which prints a key; ends with NULL */
    int64_t timeout_ms, quiet_ms; /* of one attempt; 0: no limit */
    int64_t memory;               /* bytes; 0: no limit */
    int slots;                    /* jobs that run at once on a machine; 0: no limit of its own */
    int nice;                     /* added to that of the server */
    int retry;                    /* further attempts of a job after a failure that may pass */
    uid_t uid;                    /* of User; 0: that of the server */
    gid_t gid;
    char *home;             /* of User; NULL: that of the server */
    bool files;             /* it leaves a folder of files */
    int64_t retry_after_ms; /* before the first of them */
    char *webhook;          /* the URL of a webhook that each job gets; NULL: none.  Whether one may
                               go there, the room of hooks knows */
    char *webhook_events;   /* words; NULL: those that webhooks normally get */
    int webhook_line, webhook_events_line; /* where both stand in the file */
};

/* Reads a file, or `len` bytes as if they were the file `path`.  -ERR_INPUT names the file, the
 * line or the key, the value and what would be right.  -ERR_IO: the file can't be read.  On 0 the
 * caller clears `*ret_file`. */
int kind_file_read(const char *path, struct kind_file *ret_file, struct error *err);
int kind_file_parse(
    const char *path, const char *text, size_t len, struct kind_file *ret_file, struct error *err);
/* An error text: a kind without Command, and nobody may publish. */
#define KIND_FILE_NO_KEY                                                                           \
    "%s: Command is missing: name the program, as in Command=python3 report.py; or set "           \
    "CASECAST_PUBLISH_KEY, and the jobs are published from outside"
void kind_file_clear(struct kind_file *file);

/* Does the pattern take all of this text? */
bool kind_file_takes(const struct kind_file *file, const char *subject);

/* Where a program of the kind is (`name`: argv[0] of a command): found as a shell would, from
 * `folder`.  NULL: there is none that this user may start.  The caller frees it. */
char *kind_file_program(const struct kind_file *file, const char *name);

/* --- the folder CASECAST_KINDS --- */

enum { KIND_FILES_MAX = 64 };

/* The paths of the files NAME.kind in the folder, sorted, `*ret_n` of them, at most KIND_FILES_MAX.
 * The caller frees them and the list.  -ERR_IO names the folder.  -ERR_LIMIT: there are more. */
int kind_folder_list(const char *folder, char ***ret_paths, int *ret_n, struct error *err);
