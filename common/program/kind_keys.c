/* kind_keys.c - see kind_keys.h. */
#include "program/kind_keys.h"

#include <glib.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

enum { RETRY_AFTER_MS = 2000 };
#define DEFAULT_PATTERN "[A-Za-z0-9_-]{1,64}"

/* --- numbers with a unit --- */

struct unit {
    const char *name;
    int64_t size;
};

static const struct unit spans[] = {
    {"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}, {NULL, 0}};
static const struct unit sizes[] = {{"M", 1 << 20}, {"G", 1 << 30}, {NULL, 0}};

/* A whole number and a unit, in lo…hi. */
static bool kind_key_measure(
    const char *value, const struct unit *units, int64_t lo, int64_t hi, int64_t *ret_measure)
{
    size_t digits = strspn(value, "0123456789");
    char *number = mem_copy_n(value, digits);
    long long n = 0;
    bool is_number = text_number(number, 1, 1000000000, &n);

    free(number);
    while (units->name && strcmp(units->name, value + digits) != 0)
        units++;
    if (!is_number || !units->name)
        return false;
    *ret_measure = n * units->size;
    return *ret_measure >= lo && *ret_measure <= hi;
}

/* --- each key --- */

static int key_subject(struct kind_file *file, const char *value, struct error *err)
{
    static const char *const taken[] = {"id", "kind", "state", "position", "createdMs", "startedMs",
        "endedMs", "progress", "result", "error", "events", "input", "client_secret", "metadata",
        "priority", "traceparent", "webhook"};
    size_t len = strlen(value);

    if (len < 3 || len > KIND_NAME_MAX + 2 || strcmp(value + len - 2, "Id") != 0 ||
        !text_is_name(value))
        return error_set(err, ERR_INPUT,
            "must be a name that ends with Id, as reportId, of at most %d letters",
            KIND_NAME_MAX + 2);
    file->subject_name = mem_copy_n(value, len - 2);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        if (strcmp(file->subject_name, taken[i]) == 0)
            return error_set(err, ERR_INPUT,
                "every job has a member \"%s\" of its own: take another name, as reportId",
                file->subject_name);
    return 0;
}

static int key_pattern(struct kind_file *file, const char *value, struct error *err)
{
    char *whole = mem_format("^(?:%s)\\z", value);
    GError *fault = NULL;

    if (file->regex)
        g_regex_unref(file->regex);
    file->regex = g_regex_new(whole, G_REGEX_DOLLAR_ENDONLY, 0, &fault);
    free(whole);
    free(file->pattern);
    file->pattern = mem_copy(value);
    if (file->regex)
        return 0;
    error_set(err, ERR_INPUT, "must be a regular expression as Perl's: %s", fault->message);
    g_clear_error(&fault);
    return -ERR_INPUT;
}

static int kind_key_argv(const char *value, char ***ret_argv, struct error *err)
{
    GError *fault = NULL;

    if (!g_shell_parse_argv(value, NULL, ret_argv, &fault)) {
        error_set(err, ERR_INPUT, "must be a program and its arguments, quoted as for a shell: %s",
            fault->message);
        g_clear_error(&fault);
        return -ERR_INPUT;
    }
    if (!***ret_argv)
        return error_set(err, ERR_INPUT, "must begin with a program");
    return 0;
}

static int key_command(struct kind_file *file, const char *value, struct error *err)
{
    return kind_key_argv(value, &file->argv, err);
}

static int key_same(struct kind_file *file, const char *value, struct error *err)
{
    static const char *const names[] = {
        [SAME_SUBJECT] = "subject", [SAME_INPUT] = "input", [SAME_NEVER] = "never"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(value, names[i]) == 0) {
            file->same = (enum kind_same)i;
            return 0;
        }
    if (strpbrk(value, " /")) {
        file->same = SAME_COMMAND;
        return kind_key_argv(value, &file->same_argv, err);
    }
    return error_set(err, ERR_INPUT,
        "must be subject (one job for a subject), input (one for a subject and an input), never "
        "(a job for each request) or a command that prints a key, as ./key or python3 key.py");
}

static int key_span(const char *value, int64_t *ret_ms, struct error *err)
{
    if (kind_key_measure(value, spans, 100, (int64_t)7 * 86400000, ret_ms))
        return 0;
    return error_set(err, ERR_INPUT,
        "must be a time from 100ms to 7d: a whole number and ms, s, min, h or d, as 10min");
}

static int key_timeout(struct kind_file *file, const char *value, struct error *err)
{
    return key_span(value, &file->timeout_ms, err);
}

static int key_quiet(struct kind_file *file, const char *value, struct error *err)
{
    return key_span(value, &file->quiet_ms, err);
}

static int key_memory(struct kind_file *file, const char *value, struct error *err)
{
    if (kind_key_measure(value, sizes, 16 << 20, (int64_t)1 << 42, &file->memory))
        return 0;
    return error_set(
        err, ERR_INPUT, "must be a size from 16M to 4096G: a whole number and M or G, as 512M");
}

static int key_nice(struct kind_file *file, const char *value, struct error *err)
{
    long long nice;

    if (!text_number(value, 0, 19, &nice))
        return error_set(err, ERR_INPUT, "must be a whole number from 0 to 19 (19: goes last)");
    file->nice = (int)nice;
    return 0;
}

static int key_retry(struct kind_file *file, const char *value, struct error *err)
{
    long long retry;

    if (!text_number(value, 0, 100, &retry))
        return error_set(err, ERR_INPUT, "must be a whole number from 0 to 100");
    file->retry = (int)retry;
    return 0;
}

static int key_retry_after(struct kind_file *file, const char *value, struct error *err)
{
    return key_span(value, &file->retry_after_ms, err);
}

static int key_slots(struct kind_file *file, const char *value, struct error *err)
{
    long long slots;

    if (!text_number(value, 1, 256, &slots))
        return error_set(err, ERR_INPUT, "must be a whole number from 1 to 256");
    file->slots = (int)slots;
    return 0;
}

static int key_user(struct kind_file *file, const char *value, struct error *err)
{
    const struct passwd *user;

    if (geteuid() != 0)
        return error_set(err, ERR_INPUT,
            "only root may start a program as another user, and this is user %u: leave it out",
            (unsigned)geteuid());
    user = getpwnam(value);
    if (!user)
        return error_set(err, ERR_INPUT, "must be a user of this machine");
    file->uid = user->pw_uid;
    file->gid = user->pw_gid;
    file->home = mem_copy(user->pw_dir);
    return 0;
}

static int key_files(struct kind_file *file, const char *value, struct error *err)
{
    file->files = strcmp(value, "yes") == 0;
    if (file->files || strcmp(value, "no") == 0)
        return 0;
    return error_set(err, ERR_INPUT, "must be yes or no");
}

static int key_webhook(struct kind_file *file, const char *value, struct error *err)
{
    (void)err;
    file->webhook = mem_copy(value);
    return 0;
}

static int key_webhook_events(struct kind_file *file, const char *value, struct error *err)
{
    (void)err;
    file->webhook_events = mem_copy(value);
    return 0;
}

/* --- the table --- */

static const struct {
    const char *name;
    int (*take)(struct kind_file *file, const char *value, struct error *err);
} kind_keys[] = {
    {"Command", key_command},
    {"Files", key_files},
    {"Memory", key_memory},
    {"Nice", key_nice},
    {"Quiet", key_quiet},
    {"Retry", key_retry},
    {"RetryAfter", key_retry_after},
    {"Same", key_same},
    {"Slots", key_slots},
    {"Subject", key_subject},
    {"SubjectPattern", key_pattern},
    {"Timeout", key_timeout},
    {"User", key_user},
    {"Webhook", key_webhook},
    {"WebhookEvents", key_webhook_events},
};
enum { N_KEYS = sizeof kind_keys / sizeof *kind_keys };

static int kind_key_refuse(const char *key, struct error *err)
{
    const char *known[N_KEYS + 1] = {0}, *nearest;
    char all[200] = "";

    for (size_t i = 0; i < N_KEYS; i++) {
        known[i] = kind_keys[i].name;
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s%s", i ? ", " : "", known[i]);
    }
    nearest = text_nearest(key, known);
    if (nearest)
        return error_set(
            err, ERR_INPUT, "there is no key \"%.60s\": did you mean %s?", key, nearest);
    return error_set(err, ERR_INPUT, "there is no key \"%.60s\": there are %s", key, all);
}

void kind_keys_default(struct kind_file *file)
{
    key_pattern(file, DEFAULT_PATTERN, NULL);
    file->retry_after_ms = RETRY_AFTER_MS;
}

int kind_key_take(struct kind_file *file, const char *key, const char *value, struct error *err)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(kind_keys[i].name, key) == 0) {
            int rc = kind_keys[i].take(file, value, err);

            return rc < 0 ? error_where(err, "%s=%.80s: ", key, value) : 0;
        }
    return kind_key_refuse(key, err);
}
