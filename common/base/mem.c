#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *there(void *memory)
{
    if (!memory) {
        fputs("casecast: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *mem_zero(size_t n, size_t size)
{
    return there(calloc(n ? n : 1, size ? size : 1));
}

void *mem_grow(void *old, size_t n, size_t size)
{
    return there(reallocarray(old, n ? n : 1, size ? size : 1));
}

char *mem_copy(const char *s)
{
    return s ? there(strdup(s)) : NULL;
}

char *mem_copy_n(const char *s, size_t len)
{
    char *copy = mem_zero(len + 1, 1);

    memcpy(copy, s, len);
    return copy;
}

char *mem_format(const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0)
        text = NULL;
    va_end(args);
    return there(text);
}
