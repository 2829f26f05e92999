/* case_mistakes.c - see case_mistakes.h. */
#include "case/case_mistakes.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

void case_mistake(
    struct case_mistakes *mistakes, const char *where, const char *field, const char *fmt, ...)
{
    char reason[400];
    struct error err, place;
    va_list args;

    va_start(args, fmt);
    vsnprintf(reason, sizeof reason, fmt, args);
    va_end(args);
    text_one_line(reason);
    error_set(&place, ERR_INPUT, "%s%s%s", where, *where && *field ? "." : "", field);
    error_set(&err, ERR_INPUT, "%s%s%s", place.text, *place.text ? ": " : "", reason);
    mistakes->n++;
    mistakes->report(mistakes->ctx, place.text, err.text);
}

void case_mistakes_first(void *ctx, const char *place, const char *text)
{
    struct error *err = ctx;

    (void)place;
    if (!err->text[0])
        error_set(err, ERR_INPUT, "%s", text);
}

/* The names of fields hold no character that a pointer writes in another way. */
void case_place_pointer(const char *place, char *ret_pointer)
{
    if (*place)
        *ret_pointer++ = '/';
    for (; *place; place++)
        if (*place == '.' || *place == '[')
            *ret_pointer++ = '/';
        else if (*place != ']')
            *ret_pointer++ = *place;
    *ret_pointer = '\0';
}
