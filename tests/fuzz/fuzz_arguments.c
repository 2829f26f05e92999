/* fuzz_arguments.c - libFuzzer target: a query string is refused, or gives arguments that are no
 * longer than the string. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "request/arguments.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_arguments(const struct arguments *arguments, const char *raw)
{
    assert(arguments->n <= ARGUMENTS_MAX);
    for (int i = 0; i < arguments->n; i++) {
        const struct argument *argument = &arguments->at[i];

        assert(strlen(argument->name) <= strlen(raw));
        assert(argument->value_len <= strlen(raw));
        assert(argument->value[argument->value_len] == '\0');
        assert(arguments_find(arguments, argument->name));
    }
}

static void check_number(const struct arguments *arguments)
{
    long long number;
    struct error err;

    if (arguments_number(arguments, "count", 1, 86400, 5, &number, &err) == 0)
        assert(number >= 1 && number <= 86400);
    else
        assert(strstr(err.text, "count"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *raw = mem_zero(1, size + 1);
    struct arguments arguments;
    struct error err;

    memcpy(raw, data, size);
    if (arguments_parse(raw, &arguments, &err) == 0) {
        check_arguments(&arguments, raw);
        check_number(&arguments);
    } else {
        assert(*err.text);
    }
    arguments_free(&arguments);
    free(raw);
    return 0;
}
