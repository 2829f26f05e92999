/* command.c - what the commands share: see command.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/options.h"

static void cli_complain(const char *text)
{
    fprintf(
        stderr, "%scasecast:%s %s\n", term_on(stderr, TERM_BAD), term_off(stderr, TERM_BAD), text);
}

int cli_fail(const struct error *err)
{
    cli_complain(err->text);
    return status_of(err);
}

int cli_misused(const struct command *command, const char *fmt, ...)
{
    struct error err;
    char text[400];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    error_set(&err, ERR_INPUT, "%s%s%s", command ? command->name : "", command ? ": " : "", text);
    cli_complain(err.text);
    cli_format_usage(command, text, sizeof text);
    fprintf(stderr, "usage: %s\n", text);
    return EXIT_USAGE;
}

void cli_format_usage(const struct command *command, char *text, size_t size)
{
    if (command)
        snprintf(text, size, "casecast %s [OPTION…]%s%s", command->name,
            *command->arguments ? " " : "", command->arguments);
    else
        snprintf(text, size, "casecast COMMAND …");
}

int cli_only_options(const struct command *command, const struct options *given)
{
    if (given->n_rest)
        return cli_misused(command, "takes only options, got \"%.60s\"", given->rest[0]);
    return EXIT_DONE;
}

int cli_show_table(struct table *table, int rc, const char *nothing, const struct error *err)
{
    if (rc >= 0 && table->n_rows > 1)
        table_print(table, term_columns(stdout), stdout);
    else if (rc >= 0)
        term_say("%s\n", nothing);
    table_free(table);
    return rc < 0 ? cli_fail(err) : EXIT_DONE;
}

int cli_find_job(struct store *store, const char *id, struct job *ret_job, struct error *err)
{
    int rc = job_id_is_wellformed(id) ? store_job_get(store, id, ret_job, err) : STORE_E_NOT_FOUND;

    if (rc == STORE_E_NOT_FOUND)
        rc = status_missing(err, "job %.64s not found; `casecast jobs` lists them", id);
    return rc;
}

int cli_open_store(
    const struct config *config, enum store_part part, struct store **ret_store, struct error *err)
{
    const char *address = part == STORE_CASES ? config->cases : config->database;

    if (!store_is_there(address))
        return status_missing(err,
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
        return status_missing(err, "case %s not found; `casecast cases` lists them", id);
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
