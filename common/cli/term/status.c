/* status.c - see status.h. */
#include "cli/term/status.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

/* Codes beside those of base/error.h, which tell apart what only the exit status does. */
enum { STATUS_ERR_MISSING = 100, STATUS_ERR_CREATE };

const struct status_row status_rows[] = {
    {EXIT_DONE, "all went well"},
    {EXIT_NO, "it was done, and the answer is no: check found something, or the job that was "
              "watched failed or was canceled"},
    {EXIT_USAGE, "the command line is wrong"},
    {EXIT_DATA, "a case or a file has mistakes"},
    {EXIT_MISSING, "a file, case, job or database is not there"},
    {EXIT_UNAVAILABLE, "a limit is reached"},
    {EXIT_LIBRARY, "a library failed"},
    {EXIT_CREATE, "the output can't be made, or is there already"},
    {EXIT_IO, "a disk or a connection failed"},
    {EXIT_BUSY, "not possible now: try again"},
    {EXIT_CONFIG, "a setting is wrong"},
    {EXIT_SIGNAL + SIGINT, "Ctrl-C ended it"},
    {0, NULL},
};

static int status_set(struct error *err, int code, const char *fmt, va_list args)
{
    char text[sizeof err->text];

    vsnprintf(text, sizeof text, fmt, args);
    return error_set(err, (enum err_code)code, "%s", text);
}

int status_missing(struct error *err, const char *fmt, ...)
{
    va_list args;
    int rc;

    va_start(args, fmt);
    rc = status_set(err, STATUS_ERR_MISSING, fmt, args);
    va_end(args);
    return rc;
}

int status_cannot_create(struct error *err, const char *fmt, ...)
{
    va_list args;
    int rc;

    va_start(args, fmt);
    rc = status_set(err, STATUS_ERR_CREATE, fmt, args);
    va_end(args);
    return rc;
}

int status_of(const struct error *err)
{
    static const int statuses[] = {[ERR_INPUT] = EXIT_DATA,
        [ERR_IO] = EXIT_IO,
        [ERR_LIMIT] = EXIT_UNAVAILABLE,
        [ERR_BUSY] = EXIT_BUSY,
        [ERR_CANCELED] = EXIT_SIGNAL + SIGINT,
        [ERR_LIBRARY] = EXIT_LIBRARY,
        [STATUS_ERR_MISSING] = EXIT_MISSING,
        [STATUS_ERR_CREATE] = EXIT_CREATE};

    return statuses[err->code];
}
