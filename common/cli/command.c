/* command.c - what the commands share: see cli_private.h. */
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/text.h"
#include "cli/options.h"

int cli_fail(const struct error *err)
{
    fprintf(stderr, "casecast: %s\n", err->text);
    return EXIT_FAILED;
}

int cli_misused(const struct command *command, const char *fmt, ...)
{
    struct error err;
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    error_set(&err, ERR_INPUT, "%s: %s", command->name, text);
    cli_fail(&err);
    cli_format_usage(command, text, sizeof text);
    fprintf(stderr, "usage: %s\n", text);
    return EXIT_USAGE;
}

void cli_format_usage(const struct command *command, char *text, size_t size)
{
    snprintf(text, size, "casecast %s%s%s%s", command->name, command->options ? " [OPTION…]" : "",
        *command->arguments ? " " : "", command->arguments);
}

int cli_only_options(const struct command *command, const struct options *given)
{
    if (given->n_rest)
        return cli_misused(command, "takes %s, got \"%.60s\"",
            command->options ? "only options" : "no argument", given->rest[0]);
    return EXIT_DONE;
}

int cli_open_store(
    const struct config *config, enum store_part part, struct store **ret_store, struct error *err)
{
    const char *address = part == STORE_CASES ? config->cases : config->database;

    if (!store_is_there(address))
        return error_set(err, ERR_INPUT,
            "%s: no database here; `casecast import FILE` makes one, or set CASECAST_DB to yours",
            address);
    return store_open_to_read(address, part, ret_store, err);
}

int cli_load_case(
    const struct config *config, const char *id, struct case_record **ret_record, struct error *err)
{
    struct store *store;
    int rc;

    if (case_id_check(id, err) < 0)
        return error_where(err, "case ");
    rc = cli_open_store(config, STORE_CASES, &store, err);
    if (rc < 0)
        return rc;
    rc = store_case_get(store, id, ret_record, err);
    store_close(store);
    if (rc == STORE_E_NOT_FOUND)
        return error_set(err, ERR_INPUT, "case %s not found; `casecast cases` lists them", id);
    return rc;
}

void cli_format_span(int64_t ms, char *text, size_t size)
{
    static const struct {
        int64_t ms;
        const char *unit;
    } units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "min"}, {1000, "s"}};
    size_t i = 0;

    while (i < 3 && ms < units[i].ms)
        i++;
    snprintf(text, size, "%lld %s", (long long)((ms > 0 ? ms : 0) / units[i].ms), units[i].unit);
}

int cli_width(const char *text)
{
    /* A locale of our own, because terminals show UTF-8 whatever locale this process runs in. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), old;
    mbstate_t state = {0};
    int width = 0;

    if (!utf8)
        return (int)text_chars(text);
    old = uselocale(utf8);
    for (wchar_t c; *text;) {
        size_t n = mbrtowc(&c, text, strlen(text), &state);

        if (n == 0 || n > 4)
            break;
        width += wcwidth(c) > 0 ? wcwidth(c) : 0;
        text += n;
    }
    uselocale(old);
    freelocale(utf8);
    return width;
}
