/* error.h - why something failed, in words for the person who can mend it.  A struct error belongs
 * to one thread at a time.
 *
 * Return codes: 0 done; negative (-ERR_…) failed, pass it up; positive a named result that the
 * caller handles (STORE_E_NOT_FOUND), listed in the header of its function.  The message is written
 * where the error happens, with the value that was wrong.
 *
 * Room: what every room needs: errors, memory, texts, files, clocks, digests.
 * May use: nothing.
 * Used by: case, cli, cli/command, cli/create, cli/film, cli/jobs, cli/term, fcgi, fcgi/cases,
 * fcgi/files, fcgi/kind, fcgi/maker, fcgi/monitor, fcgi/operators, fcgi/publish, fcgi/request, fcgi/route,
 * fcgi/stream, hooks, hub, hub/clerk, hub/helper, hub/inbox, hub/kind, hub/pruner, hub/viewers,
 * hub/works, job, loop, program, publisher, s3, sent, settings, site, sse, store, store/engine,
 * store/postgres, store/postgres/cases, store/postgres/jobs, store/postgres/link,
 * store/postgres/schema, store/rows, store/sqlite, store/sqlite/cases, store/sqlite/db,
 * store/sqlite/jobs, video, video/canary, video/deliver, video/draw, video/encode, video/film,
 * video/frame, video/kept, video/language, video/libav, video/media, video/mix, video/picture,
 *     video/plan, video/sealed, video/sound, video/soundtrack, video/text, video/voice,
 *     video/watch. */
#pragma once

enum err_code {
    ERR_INPUT = 1, /* the input is wrong: the message says what would be right */
    ERR_IO,        /* a file, a disk or a socket failed */
    ERR_LIMIT,     /* a named limit is reached */
    ERR_BUSY,      /* not possible now, try again: the database is locked, all slots are in use */
    ERR_CANCELED,  /* the job was canceled or the process is stopping */
    ERR_LIBRARY,   /* a library failed, and not because of the input */
};

struct error {
    enum err_code code;
    /* What clients read in place of `text`, a constant; NULL: `text`.  A function whose text holds
     * a path, a host or a library's message sets it. */
    const char *public_text;
    char text[600]; /* one line, valid UTF-8, no secret */
};

/* Fill `err` (may be NULL) and return -code: `return error_set(…);`. */
int error_set(struct error *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The text for clients: `public_text`, else `text`. */
const char *error_public_text(const struct error *err);

/* Put the place of the error in front of its text.  Returns -err->code. */
int error_where(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
