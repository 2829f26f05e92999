/* settings.c - see settings.h. */
#include "settings/settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "settings/settings_file.h"

enum { SETTINGS_MAX = 64 };

/* What the last settings_read() found. */
static struct {
    char *path, *text; /* of the file; NULL: there is none */
    bool is_open;      /* everybody may read it */
    int lines[SETTINGS_MAX];
} found;

/* --- what a setting may be in a file --- */

bool settings_is_secret(size_t i, const char *value)
{
    const char *address = strstr(value, "://"), *at, *colon;

    if (strcmp(config_name(i), "CASECAST_SECRET_KEY") == 0 ||
        strcmp(config_name(i), "CASECAST_PUBLISH_KEY") == 0 ||
        strcmp(config_name(i), "CASECAST_WRITE_KEY") == 0)
        return *value;
    if (!address)
        return false;
    at = memchr(address + 3, '@', strcspn(address + 3, "/?#"));
    colon = at ? memchr(address + 3, ':', (size_t)(at - address - 3)) : NULL;
    return colon || strstr(address, "password=");
}

/* The service and a terminal stand in different folders. */
static int settings_check_path(size_t i, const char *value, struct error *err)
{
    static const char *const paths[] = {"CASECAST_CACHE", "CASECAST_CASES", "CASECAST_DB",
        "CASECAST_KINDS", "CASECAST_MEDIA_ROOT", "CASECAST_OUTPUT", "CASECAST_RUN",
        "CASECAST_S3_CREDENTIALS", "CASECAST_WEBHOOK_KEYS"};

    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++)
        if (strcmp(paths[k], config_name(i)) == 0 && *value && *value != '/' &&
            !strstr(value, "://"))
            return error_set(err, ERR_INPUT,
                "%s: in a file of settings a path must begin with /, because its readers stand in "
                "different folders",
                paths[k]); /* the value may hold a password */
    return 0;
}

static int settings_find(const char *name, size_t *ret_i, struct error *err)
{
    const char *known[SETTINGS_MAX + 1] = {NULL}, *nearest;

    for (size_t i = 0; i < SETTINGS_MAX && config_name(i); i++) {
        known[i] = config_name(i);
        if (strcmp(known[i], name) == 0) {
            *ret_i = i;
            return 0;
        }
    }
    nearest = text_nearest(name, known);
    return error_set(err, ERR_INPUT, "%.60s: there is no such setting%s%s%s", name,
        nearest ? " (did you mean " : "", nearest ? nearest : "", nearest ? "?)" : "");
}

static int settings_take(const struct settings_line *line, struct error *err)
{
    size_t i;

    if (settings_find(line->name, &i, err) < 0 || settings_check_path(i, line->value, err) < 0)
        return -ERR_INPUT;
    if (found.lines[i])
        return error_set(
            err, ERR_INPUT, "%s: is set in line %d already", line->name, found.lines[i]);
    if (found.is_open && settings_is_secret(i, line->value))
        return error_set(err, ERR_INPUT,
            "%s: is a secret, and everybody may read this file: `chmod o-r %s`, with a group that "
            "may read it",
            line->name, found.path);
    found.lines[i] = line->number;
    config_give(i, line->value);
    return 0;
}

/* --- the file --- */

static void settings_forget(void)
{
    for (size_t i = 0; config_name(i); i++)
        config_give(i, NULL);
    free(found.path);
    free(found.text);
    memset(&found, 0, sizeof found);
}

static int settings_parse(struct error *err)
{
    struct settings_line line = {0};
    char *at = found.text;
    int rc;

    if (strncmp(at, "\xEF\xBB\xBF", 3) == 0)
        at += 3;
    while ((rc = settings_file_next(&at, &line, err)) == 1)
        if ((rc = settings_take(&line, err)) < 0)
            break;
    return rc < 0 ? error_where(err, "%s:%d: ", found.path, line.number) : 0;
}

static int settings_load(struct error *err)
{
    const char *named = getenv("CASECAST_CONFIG");
    const char *path = named && *named ? named : SETTINGS_PATH;
    int rc;

    settings_forget();
    if (strcmp(path, "/dev/null") == 0)
        return 0;
    rc = settings_file_read(path, &found.text, &found.is_open, err);
    if (rc == SETTINGS_E_NO_FILE)
        return path == named ? error_where(err, "CASECAST_CONFIG: ") : 0;
    if (rc < 0)
        return rc;
    found.path = mem_copy(path);
    return settings_parse(err);
}

/* --- all settings --- */

/* config_read() begins each error with the name of the setting. */
static int settings_place(struct error *err)
{
    for (size_t i = 0; config_name(i); i++) {
        size_t len = strlen(config_name(i));

        if (strncmp(err->text, config_name(i), len) == 0 && strchr("=: ", err->text[len]) &&
            settings_line(i))
            return error_where(err, "%s:%d: ", found.path, settings_line(i));
    }
    return -(int)err->code;
}

int settings_read(struct config *ret_config, struct error *err)
{
    int rc = settings_load(err);

    if (rc < 0)
        return rc;
    rc = config_read(ret_config, err);
    return rc < 0 ? settings_place(err) : 0;
}

const char *settings_path(void)
{
    return found.path;
}

int settings_line(size_t i)
{
    return config_variable(i) ? 0 : found.lines[i];
}
