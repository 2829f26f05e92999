/* config.c - `casecast config`: which settings are in force, and where each comes from. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command/options.h"
#include "cli/commands.h"
#include "settings/settings.h"

enum { SETTINGS_MAX = 64 };

static int config_compare(const void *a, const void *b)
{
    return strcmp(config_name(*(const size_t *)a), config_name(*(const size_t *)b));
}

/* The settings in the order of their names; returns how many they are. */
static size_t config_sort(size_t ret_order[static SETTINGS_MAX])
{
    size_t n = 0;

    for (; n < SETTINGS_MAX && config_name(n); n++)
        ret_order[n] = n;
    qsort(ret_order, n, sizeof *ret_order, config_compare);
    return n;
}

/* --- as a table --- */

/* A password of an address is left out, other secrets are hidden whole. */
static char *config_format_value(const struct config *config, size_t i)
{
    int number;
    const char *text = config_text(config, i, &number);

    if (!text)
        return mem_format("%d", number);
    if (text == config->database || text == config->cases)
        return store_name(text);
    return mem_copy(settings_is_secret(i, text) ? "(hidden)" : text);
}

static char *config_format_source(size_t i)
{
    if (config_variable(i))
        return mem_copy("environment");
    return settings_line(i) ? mem_format("%s:%d", settings_path(), settings_line(i))
                            : mem_copy("default");
}

static void config_add_row(const struct config *config, size_t i, struct table *table)
{
    char *value = config_format_value(config, i), *source = config_format_source(i);

    table_add(table, (const char *[]){config_name(i), value, source}, 3);
    free(value);
    free(source);
}

/* --- as JSON --- */

static json_t *config_json_value(const struct config *config, size_t i)
{
    int number;
    const char *text = config_text(config, i, &number);

    if (!text)
        return json_integer(number);
    return settings_is_secret(i, text) ? json_null() : json_string(text);
}

static void config_print_json(const struct config *config, size_t i)
{
    int line = settings_line(i), number;
    const char *text = config_text(config, i, &number);
    json_t *json = json_pack("{s:s, s:o, s:b, s:s, s:s?, s:o}", "name", config_name(i), "value",
        config_json_value(config, i), "hidden", text && settings_is_secret(i, text), "from",
        config_variable(i) ? "environment"
        : line             ? "file"
                           : "default",
        "file", line ? settings_path() : NULL, "line", line ? json_integer(line) : json_null());

    term_print_json(json);
}

static int config_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    struct table table = {0};
    size_t order[SETTINGS_MAX], n = config_sort(order);

    if (cli_only_options(command, given) != EXIT_DONE)
        return EXIT_USAGE;
    table_add(&table, (const char *[]){"SETTING", "VALUE", "FROM"}, 3);
    for (size_t i = 0; i < n; i++)
        if (term_is_json())
            config_print_json(config, order[i]);
        else
            config_add_row(config, order[i], &table);
    if (!term_is_json())
        table_print(&table, term_columns(stdout), stdout);
    table_free(&table);
    return EXIT_DONE;
}

const struct command command_config = {"config", "",
    "shows which settings are in force, and where each comes from",
    "\nThe environment wins over the file, which is CASECAST_CONFIG or, if it is "
    "there,\n" SETTINGS_PATH ".  Keys and passwords are hidden.\n",
    config_run, NULL};
