/* case_mistakes.c - see case_mistakes.h. */
#include "case/case_mistakes.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

void case_mistake(
    struct case_mistakes *mistakes, const char *where, const char *field, const char *fmt, ...)
{
    char reason[400];
    struct error err;
    va_list args;

    va_start(args, fmt);
    vsnprintf(reason, sizeof reason, fmt, args);
    va_end(args);
    text_one_line(reason);
    error_set(&err, ERR_INPUT, "%s%s%s%s%s", where, *where && *field ? "." : "", field,
        *where || *field ? ": " : "", reason);
    mistakes->n++;
    mistakes->report(mistakes->ctx, err.text);
}

void case_mistakes_first(void *ctx, const char *text)
{
    struct error *err = ctx;

    if (!err->text[0])
        error_set(err, ERR_INPUT, "%s", text);
}
