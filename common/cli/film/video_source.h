/* video_source.h - the case that a film is made of, from a file or a folder.  Main thread. */
#pragma once

#include <stdbool.h>

#include "case/case.h"

struct video_source {
    struct case_record *record;
    char *media_root; /* NULL: that of the settings */
    char *case_file;  /* to be written once the film is there; NULL: none */
    json_t *json;     /* what is written to it */
};

struct video_source_options {
    const char *media_root; /* of the settings */
    const char *case_id;    /* which one of the file; NULL: its only one */
    bool by_date;           /* folder_read() */
};

/* Is it the name of a file or a folder rather than the id of a case? */
bool video_source_is_file(const char *name);

/* Reads the case.  A file is one of cases, or a single case; "-" is standard input.  Its pictures
 * lie beside it, or if the first of them does not, below the media root of the settings.  A folder
 * is read from its case.json if that is there, else by folder_read(), and then case.json is to be
 * written.  Mistakes of a file are told on stderr, all of them.  The caller calls
 * video_source_free(), after an error, too. */
int video_source_read(const char *name, const struct video_source_options *options,
    struct video_source *ret_source, struct error *err);
void video_source_free(struct video_source *source);

/* Writes case.json beside the photos.  -ERR_IO: this user may not, or the disk is full. */
int video_source_write(const struct video_source *source, struct error *err);
