/* kind_file.c - see kind_file.h: what a file must say, and what may be wrong with it as a whole. */
#include "program/kind_file.h"

#include <errno.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "program/kind_keys.h"
#include "program/kind_syntax.h"

enum {
    KIND_FILE_MAX = 65536, /* bytes */
    PUBLISHED_QUIET_MS = 600000,
};

static const char group[] = "Kind";

/* --- the whole --- */

/* A subject for messages: one that people read as an example, and that the pattern takes. */
static const char *kind_file_example(const struct kind_file *file)
{
    static const char *const examples[] = {
        "7", "A7", "a", "A", "abc", "ABC", "a.txt", "2026-01-31"};

    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        if (kind_file_takes(file, examples[i]))
            return examples[i];
    return "…";
}

/* Without a program there is nothing that these could hold for. */
static int kind_file_check_published(struct kind_file *file, struct error *err)
{
    const struct {
        const char *key;
        bool is_said;
    } idle[] = {{"Files", file->files}, {"Memory", file->memory}, {"Nice", file->nice},
        {"Retry", file->retry}, {"Slots", file->slots}, {"Timeout", file->timeout_ms},
        {"User", file->uid}};

    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (idle[i].is_said)
            return error_set(err, ERR_INPUT,
                "%s is for a program, and Command is missing: name the program, as in "
                "Command=python3 report.py, or leave %s out, and the jobs are published from "
                "outside",
                idle[i].key, idle[i].key);
    if (!file->quiet_ms)
        file->quiet_ms = PUBLISHED_QUIET_MS;
    return 0;
}

static int kind_file_check(struct kind_file *file, struct error *err)
{
    if (!file->subject_name)
        return error_set(err, ERR_INPUT,
            "Subject is missing: the name by which a request says what to work on, as in "
            "Subject=reportId");
    if (!file->argv && kind_file_check_published(file, err) < 0)
        return -(int)err->code;
    if (file->webhook_events && !file->webhook)
        return error_set(err, ERR_INPUT,
            "WebhookEvents are for a webhook, and Webhook is missing: say where to, as in "
            "Webhook=https://hooks.example.org/");
    file->example = mem_copy(kind_file_example(file));
    return 0;
}

static int kind_file_take_key(
    struct kind_file *file, GKeyFile *keys, const char *key, struct error *err)
{
    GError *fault = NULL;
    char *value = g_key_file_get_string(keys, group, key, &fault);
    int rc;

    if (fault)
        rc = error_set(err, ERR_INPUT,
            "%s: a backslash must be written \\\\, unless it begins \\s, \\n, \\t or \\r", key);
    else
        rc = kind_key_take(file, key, g_strchomp(value), err);
    g_clear_error(&fault);
    g_free(value);
    return rc;
}

/* kind_syntax_check() has found no other group and no key twice. */
static int kind_file_take(
    struct kind_file *file, GKeyFile *keys, const char *text, size_t len, struct error *err)
{
    gsize n = 0;
    char **names = g_key_file_get_keys(keys, group, &n, NULL);
    int rc = 0;

    for (gsize i = 0; rc == 0 && i < n; i++) {
        rc = kind_file_take_key(file, keys, names[i], err);
        if (rc < 0)
            error_where(err, "line %d: ", kind_syntax_line(text, len, names[i]));
    }
    g_strfreev(names);
    file->webhook_line = kind_syntax_line(text, len, "Webhook");
    file->webhook_events_line = kind_syntax_line(text, len, "WebhookEvents");
    return rc < 0 ? rc : kind_file_check(file, err);
}

static int kind_file_parse_text(
    struct kind_file *file, const char *text, size_t len, struct error *err)
{
    GKeyFile *keys = g_key_file_new();
    GError *fault = NULL;
    int rc = kind_syntax_check(text, len, group, err);

    if (rc == 0 && len > 0 && !g_key_file_load_from_data(keys, text, len, 0, &fault))
        rc = error_set(err, ERR_INPUT, "%s", fault->message);
    if (rc == 0)
        rc = kind_file_take(file, keys, text, len, err);
    g_clear_error(&fault);
    g_key_file_free(keys);
    return rc;
}

/* --- its name --- */

/* The name stands in paths, in the journal and in metrics. */
static int kind_file_name(struct kind_file *file, struct error *err)
{
    static const char suffix[] = ".kind";
    const char *slash = strrchr(file->path, '/'), *base = slash ? slash + 1 : file->path;
    size_t len = strlen(base), end = strlen(suffix);

    file->folder = slash ? mem_copy_n(file->path, (size_t)(slash - file->path)) : mem_copy(".");
    if (len > end && strcmp(base + len - end, suffix) == 0)
        file->name = mem_copy_n(base, len - end);
    if (file->name && text_is_name(file->name) && strlen(file->name) <= KIND_NAME_MAX)
        return 0;
    return error_set(err, ERR_INPUT,
        "the name of the file must be that of the kind, 1 to %d of A-Z a-z 0-9 _ and -, and .kind "
        "after it, as report.kind",
        KIND_NAME_MAX);
}

/* The same text may name another user now. */
static void kind_file_digest(struct kind_file *file, const char *text, size_t len)
{
    struct digest digest;

    digest_start(&digest);
    digest_add(&digest, text, len);
    digest_add_number(&digest, file->uid);
    digest_add_number(&digest, file->gid);
    digest_add_text(&digest, file->home);
    digest_hex(&digest, file->digest);
}

int kind_file_parse(
    const char *path, const char *text, size_t len, struct kind_file *ret_file, struct error *err)
{
    struct kind_file file = {.path = mem_copy(path)};
    int rc = kind_file_name(&file, err);

    kind_keys_default(&file);
    if (rc == 0)
        rc = kind_file_parse_text(&file, text, len, err);
    if (rc < 0) {
        kind_file_clear(&file);
        return error_where(err, "%s: ", path);
    }
    kind_file_digest(&file, text, len);
    *ret_file = file;
    return 0;
}

int kind_file_read(const char *path, struct kind_file *ret_file, struct error *err)
{
    char *text = mem_zero(KIND_FILE_MAX + 1, 1);
    FILE *stream = fopen(path, "re");
    size_t len = stream ? fread(text, 1, KIND_FILE_MAX + 1, stream) : 0;
    int rc = 0;

    if (!stream || ferror(stream))
        rc = error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    else if (len > KIND_FILE_MAX)
        rc = error_set(err, ERR_INPUT, "%s: longer than %d bytes: this is no file of a kind", path,
            KIND_FILE_MAX);
    if (stream)
        fclose(stream);
    if (rc == 0)
        rc = kind_file_parse(path, text, len, ret_file, err);
    free(text);
    return rc;
}

void kind_file_clear(struct kind_file *file)
{
    free(file->path);
    free(file->folder);
    free(file->name);
    free(file->subject_name);
    free(file->example);
    free(file->pattern);
    free(file->home);
    free(file->webhook);
    free(file->webhook_events);
    if (file->regex)
        g_regex_unref(file->regex);
    g_strfreev(file->argv);
    g_strfreev(file->same_argv);
    *file = (struct kind_file){0};
}

/* --- use --- */

bool kind_file_takes(const struct kind_file *file, const char *subject)
{
    return g_utf8_validate(subject, -1, NULL) && g_regex_match(file->regex, subject, 0, NULL);
}

char *kind_file_program(const struct kind_file *file, const char *name)
{
    char *path, *found;

    if (!strchr(name, '/')) {
        found = g_find_program_in_path(name);
        path = found ? mem_copy(found) : NULL;
        g_free(found);
        return path;
    }
    path = *name == '/' ? mem_copy(name) : mem_format("%s/%s", file->folder, name);
    if (access(path, X_OK) == 0 && !g_file_test(path, G_FILE_TEST_IS_DIR))
        return path;
    free(path);
    return NULL;
}
