#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

int error_set(struct error *err, enum err_code code, const char *fmt, ...)
{
    if (err) {
        va_list args;

        err->code = code;
        err->public_text = NULL;
        va_start(args, fmt);
        vsnprintf(err->text, sizeof err->text, fmt, args);
        va_end(args);
        text_one_line(err->text);
    }
    return -(int)code;
}

const char *error_public_text(const struct error *err)
{
    return err->public_text ? err->public_text : err->text;
}

int error_where(struct error *err, const char *fmt, ...)
{
    char was[sizeof err->text];
    va_list args;
    int len;

    memcpy(was, err->text, sizeof was);
    va_start(args, fmt);
    len = vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    if (len >= 0 && (size_t)len < sizeof err->text)
        snprintf(err->text + len, sizeof err->text - (size_t)len, "%s", was);
    text_one_line(err->text);
    return -(int)err->code;
}
