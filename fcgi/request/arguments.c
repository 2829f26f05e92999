/* arguments.c - see arguments.h. */
#include "request/arguments.h"

#include <stdlib.h>
#include <string.h>
#include <uriparser/Uri.h>

#include "base/mem.h"
#include "base/text.h"

/* Decodes in place; returns the length.  uriparser's own list of arguments would end a value at a
 * %00. */
static size_t arguments_decode(char *text)
{
    const char *end = uriUnescapeInPlaceExA(text, URI_TRUE, URI_BR_DONT_TOUCH);

    return (size_t)(end - text);
}

static void arguments_add(struct arguments *arguments, char *text)
{
    struct argument *argument = &arguments->at[arguments->n++];
    char *value = strchr(text, '=');

    if (value)
        *value++ = '\0';
    else
        value = text + strlen(text);
    argument->value_len = arguments_decode(value);
    argument->value = value;
    arguments_decode(text);
    argument->name = text;
}

int arguments_parse(const char *raw, struct arguments *ret_arguments, struct error *err)
{
    char *rest, *piece;

    *ret_arguments = (struct arguments){0};
    if (!raw)
        return 0;
    if (strlen(raw) > ARGUMENTS_BYTES_MAX)
        return error_set(err, ERR_INPUT, "the arguments are %zu bytes long: at most %d are taken",
            strlen(raw), ARGUMENTS_BYTES_MAX);
    rest = ret_arguments->text = mem_copy(raw);
    while ((piece = strsep(&rest, "&"))) {
        if (!*piece)
            continue;
        if (ret_arguments->n == ARGUMENTS_MAX)
            return error_set(err, ERR_INPUT, "more than %d arguments", ARGUMENTS_MAX);
        arguments_add(ret_arguments, piece);
    }
    return 0;
}

void arguments_free(struct arguments *arguments)
{
    free(arguments->text);
    *arguments = (struct arguments){0};
}

const struct argument *arguments_find(const struct arguments *arguments, const char *name)
{
    for (int i = 0; i < arguments->n; i++)
        if (strcmp(arguments->at[i].name, name) == 0)
            return &arguments->at[i];
    return NULL;
}

int arguments_number(const struct arguments *arguments, const char *name, long long lo,
    long long hi, long long normally, long long *ret_number, struct error *err)
{
    const struct argument *argument = arguments_find(arguments, name);

    *ret_number = normally;
    if (!argument || text_number(argument->value, lo, hi, ret_number))
        return 0;
    return error_set(err, ERR_INPUT, "%s \"%.40s\": must be a whole number from %lld to %lld", name,
        argument->value, lo, hi);
}
