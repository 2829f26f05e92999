#include "base/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"

enum {
    ORIGIN_MAX = 280,     /* bytes: the longest host name, with scheme and port */
    CLIENT_STREAMS = 100, /* the default of CASECAST_MAX_STREAMS_CLIENT */
    MACHINE_MAX = 64,     /* bytes: the longest host name of Linux */
    PREFIX_MAX = 128,     /* bytes */
};

/* The defaults of CASECAST_MACHINE, CASECAST_RUN and CASECAST_MEDIA_URL. */
static char config_host[MACHINE_MAX + 1], config_run[64], config_media[PREFIX_MAX + 8];

static const struct {
    const char *name;
    size_t offset;
    const char *fallback;
} config_texts[] = {
    {"CASECAST_CACHE", offsetof(struct config, cache), "cache"},
    {"CASECAST_CASES", offsetof(struct config, cases), ""},
    {"CASECAST_DB", offsetof(struct config, database), "casecast.db"},
    {"CASECAST_KEEP", offsetof(struct config, keep), "30d"},
    {"CASECAST_KINDS", offsetof(struct config, kinds), ""},
    {"CASECAST_LOG", offsetof(struct config, log), "stderr"},
    {"CASECAST_MACHINE", offsetof(struct config, machine), ""},
    {"CASECAST_MEDIA_ROOT", offsetof(struct config, media_root), "."},
    {"CASECAST_MEDIA_URL", offsetof(struct config, media_url), ""},
    {"CASECAST_ORIGINS", offsetof(struct config, origins), ""},
    {"CASECAST_OUTPUT", offsetof(struct config, output), "media"},
    {"CASECAST_PREFIX", offsetof(struct config, prefix), ""},
    {"CASECAST_PUBLISH_KEY", offsetof(struct config, publish_key), ""},
    {"CASECAST_RUN", offsetof(struct config, run), ""},
    {"CASECAST_S3_CREDENTIALS", offsetof(struct config, s3_credentials), ""},
    {"CASECAST_S3_ENDPOINT", offsetof(struct config, s3_endpoint), ""},
    {"CASECAST_S3_REGION", offsetof(struct config, s3_region), "us-east-1"},
    {"CASECAST_S3_STYLE", offsetof(struct config, s3_style), "path"},
    {"CASECAST_SEAL", offsetof(struct config, seal), "try"},
    {"CASECAST_SECRET_KEY", offsetof(struct config, secret_key), ""},
    {"CASECAST_WEBHOOK_HOSTS", offsetof(struct config, webhook_hosts), ""},
    {"CASECAST_WEBHOOK_KEYS", offsetof(struct config, webhook_keys), ""},
    {"CASECAST_WRITE_KEY", offsetof(struct config, write_key), ""},
};

static const struct {
    const char *name;
    size_t offset;
    int lo, hi;
    int fallback; /* config_complete() replaces that of slots and of a client's streams */
} config_numbers[] = {
    {"CASECAST_CACHE_MIB", offsetof(struct config, cache_mib), 0, 1 << 24, 4096},
    {"CASECAST_CANCEL_UNWATCHED_S", offsetof(struct config, cancel_unwatched_s), 0, 86400, 0},
    {"CASECAST_FILES_MIB", offsetof(struct config, files_mib), 0, 1 << 30, 0},
    {"CASECAST_FILES_MIB_CLIENT", offsetof(struct config, files_mib_client), 0, 1 << 30, 0},
    {"CASECAST_HEARTBEAT_MS", offsetof(struct config, heartbeat_ms), 100, 55000, 15000},
    {"CASECAST_HELP", offsetof(struct config, help), 0, 1, 1},
    {"CASECAST_LEASE_MS", offsetof(struct config, lease_ms), 500, 60000, 3000},
    {"CASECAST_MAX_QUEUED", offsetof(struct config, max_queued), 1, 10000, 100},
    {"CASECAST_MAX_QUEUED_CLIENT", offsetof(struct config, max_queued_client), 0, 10000, 0},
    {"CASECAST_MAX_QUEUED_KIND", offsetof(struct config, max_queued_kind), 0, 10000, 0},
    {"CASECAST_MAX_STREAMS", offsetof(struct config, max_streams), 1, 1000000, 15000},
    {"CASECAST_MAX_STREAMS_CLIENT", offsetof(struct config, max_streams_client), 0, 1000000, -1},
    {"CASECAST_MAX_STREAM_KIB", offsetof(struct config, max_stream_kib), 16, 16384, 256},
    {"CASECAST_OUTPUT_MIB", offsetof(struct config, output_mib), 0, 1 << 30, 0},
    {"CASECAST_RESPONDERS", offsetof(struct config, responders), 1, 64, 4},
    {"CASECAST_RETRY_MS", offsetof(struct config, retry_ms), 100, 60000, 1000},
    {"CASECAST_SECRET_TTL_S", offsetof(struct config, secret_ttl_s), 1, 31536000, 3600},
    {"CASECAST_SLOTS", offsetof(struct config, slots), 1, 256, 0},
};

enum {
    N_TEXTS = sizeof config_texts / sizeof *config_texts,
    N_NUMBERS = sizeof config_numbers / sizeof *config_numbers,
};

static const char *config_given[N_TEXTS + N_NUMBERS]; /* by config_give() */

const char *config_name(size_t i)
{
    return i < N_TEXTS               ? config_texts[i].name
           : i < N_TEXTS + N_NUMBERS ? config_numbers[i - N_TEXTS].name
                                     : NULL;
}

const char *config_variable(size_t i)
{
    const char *value = getenv(config_name(i));

    return value && *value ? value : NULL;
}

void config_give(size_t i, const char *value)
{
    config_given[i] = value && *value ? value : NULL;
}

/* NULL: the default holds. */
static const char *config_value(size_t i)
{
    const char *value = config_variable(i);

    return value ? value : config_given[i];
}

const char *config_text(const struct config *config, size_t i, int *ret_number)
{
    if (i < N_TEXTS)
        return *(const char *const *)((const char *)config + config_texts[i].offset);
    *ret_number = *(const int *)((const char *)config + config_numbers[i - N_TEXTS].offset);
    return NULL;
}

/* An origin as browsers send it: scheme, host, and the port unless it is the scheme's default. */
static bool config_is_origin(const char *text, size_t len)
{
    const char *host = len > 7 && strncmp(text, "http://", 7) == 0    ? text + 7
                       : len > 8 && strncmp(text, "https://", 8) == 0 ? text + 8
                                                                      : NULL;

    if (!host || len > ORIGIN_MAX)
        return false;
    for (; host < text + len; host++)
        if (!isalnum((unsigned char)*host) && !strchr("-._:[]", *host))
            return false;
    return true;
}

static int config_check_origins(const char *origins, struct error *err)
{
    if (strcmp(origins, "*") == 0)
        return 0;
    for (const char *at = origins + strspn(origins, CONFIG_ORIGIN_GAPS); *at;
         at += strspn(at, CONFIG_ORIGIN_GAPS)) {
        size_t len = strcspn(at, CONFIG_ORIGIN_GAPS);

        if (!config_is_origin(at, len))
            return error_set(err, ERR_INPUT,
                "CASECAST_ORIGINS: %.*s: must be an origin, as https://HOST or http://HOST:PORT "
                "and nothing after it; several origins are separated by spaces; * alone allows "
                "every site",
                (int)(len < ORIGIN_MAX ? len : ORIGIN_MAX), at);
        at += len;
    }
    return 0;
}

static bool config_is_machine_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("-._", c));
}

static int config_check_machine(const char *name, struct error *err)
{
    const char *at = name;

    while (config_is_machine_char(*at))
        at++;
    if (*at || at - name > MACHINE_MAX)
        return error_set(err, ERR_INPUT,
            "CASECAST_MACHINE=%.80s: must be 1 to %d letters, digits and -._", name, MACHINE_MAX);
    return 0;
}

/* --- the prefix --- */

static bool config_is_prefix_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("-._~", c));
}

/* Of a folder at `at`, which begins with a slash: its length with the slash; 0: it is none. A
 * folder "media" would look like that of the videos (http.conf). */
static size_t config_prefix_step(const char *at)
{
    size_t len = 1;

    if (*at != '/' || at[1] == '.')
        return 0;
    while (config_is_prefix_char(at[len]))
        len++;
    return len == 1 || (len == 6 && memcmp(at, "/media", 6) == 0) ? 0 : len;
}

bool config_is_prefix(const char *prefix)
{
    const char *at = prefix;
    size_t len;

    while (*at && (len = config_prefix_step(at)) > 0)
        at += len;
    return !*at && at - prefix <= PREFIX_MAX;
}

const char *config_below(const char *prefix, const char *path)
{
    size_t len = strlen(prefix);

    return strncmp(path, prefix, len) == 0 && path[len] == '/' ? path + len : path;
}

/* --- checks --- */

/* From a second on: what was just made must not go before its viewer has seen it. */
static int config_read_keep(struct config *config, struct error *err)
{
    if (strcmp(config->keep, "ever") == 0)
        return 0;
    if (text_span(config->keep, &config->keep_ms) && config->keep_ms >= 1000)
        return 0;
    return error_set(err, ERR_INPUT,
        "CASECAST_KEEP=%.40s: must be a time of at least 1s, as 30d, 12h or 90min, or the word "
        "ever",
        config->keep);
}

/* No message quotes the key. */
static int config_check_key(const char *name, const char *key, struct error *err)
{
    if (!*key || strlen(key) >= 16)
        return 0;
    return error_set(err, ERR_INPUT, "%s: must be at least 16 characters long", name);
}

static int config_check(const struct config *config, struct error *err)
{
    size_t len = strlen(config->media_url);

    if (!config_is_prefix(config->prefix))
        return error_set(err, ERR_INPUT,
            "CASECAST_PREFIX=%.160s: must be a folder of the site, as /films or /our/films, of "
            "letters, digits and -._~ and at most %d bytes; no folder is called media or begins "
            "with a dot",
            config->prefix, PREFIX_MAX);
    if (strcmp(config->seal, "off") != 0 && strcmp(config->seal, "try") != 0 &&
        strcmp(config->seal, "require") != 0)
        return error_set(
            err, ERR_INPUT, "CASECAST_SEAL=%s: must be require, try or off", config->seal);
    if (strcmp(config->log, "stderr") != 0 && strcmp(config->log, "syslog") != 0)
        return error_set(err, ERR_INPUT, "CASECAST_LOG=%s: must be stderr or syslog", config->log);
    if (config->media_url[len - 1] != '/' || strpbrk(config->media_url, " \t\r\n\"<>"))
        return error_set(err, ERR_INPUT,
            "CASECAST_MEDIA_URL=%s: must end with / and hold no space or quote", config->media_url);
    if (config_check_key("CASECAST_SECRET_KEY", config->secret_key, err) < 0 ||
        config_check_key("CASECAST_PUBLISH_KEY", config->publish_key, err) < 0 ||
        config_check_key("CASECAST_WRITE_KEY", config->write_key, err) < 0)
        return -(int)err->code;
    if (config_check_machine(config->machine, err) < 0)
        return -(int)err->code;
    return config_check_origins(config->origins, err);
}

static void config_read_texts(struct config *config)
{
    for (size_t i = 0; i < N_TEXTS; i++) {
        const char *value = config_value(i);

        *(const char **)((char *)config + config_texts[i].offset) =
            value ? value : config_texts[i].fallback;
    }
}

static int config_read_numbers(struct config *config, struct error *err)
{
    for (size_t i = 0; i < N_NUMBERS; i++) {
        const char *value = config_value(N_TEXTS + i);
        long long number = config_numbers[i].fallback;

        if (value && !text_number(value, config_numbers[i].lo, config_numbers[i].hi, &number))
            return error_set(err, ERR_INPUT, "%s=%s: must be a whole number from %d to %d",
                config_numbers[i].name, value, config_numbers[i].lo, config_numbers[i].hi);
        *(int *)((char *)config + config_numbers[i].offset) = (int)number;
    }
    return 0;
}

/* Beside SQLite's file and in an output folder there is a place that is this machine's alone,
 * beside an address there is none.  Unfinished videos are large: so the default is not in /run,
 * which is memory. */
static const char *config_default_run(const struct config *config)
{
    if (!strstr(config->database, "://") && !strstr(config->output, "://") &&
        !strstr(config->cache, "://"))
        return "";
    snprintf(config_run, sizeof config_run, "/var/tmp/casecast-%u", (unsigned)geteuid());
    return config_run;
}

static const char *config_default_machine(void)
{
    if (gethostname(config_host, sizeof config_host - 1) < 0 || !*config_host)
        return "localhost";
    for (char *at = config_host; *at; at++)
        if (!config_is_machine_char(*at))
            *at = '-';
    return config_host;
}

static const char *config_default_media_url(const struct config *config)
{
    snprintf(config_media, sizeof config_media, "%.*s/media/", PREFIX_MAX, config->prefix);
    return config_media;
}

/* The defaults that depend on the machine or on other settings. */
static void config_complete(struct config *config)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (!*config->cases)
        config->cases = config->database;
    if (!*config->media_url)
        config->media_url = config_default_media_url(config);
    if (!*config->machine)
        config->machine = config_default_machine();
    if (!*config->run)
        config->run = config_default_run(config);
    if (!config->slots)
        config->slots = cores > 0 && cores < 256 ? (int)cores : 1;
    if (config->max_streams_client < 0)
        config->max_streams_client = number_least(CLIENT_STREAMS, (config->max_streams + 1) / 2);
}

int config_read(struct config *ret_config, struct error *err)
{
    struct config config = {0};
    int rc;

    config_read_texts(&config);
    rc = config_read_numbers(&config, err);
    if (rc < 0)
        return rc;
    config_complete(&config);
    rc = config_read_keep(&config, err);
    if (rc == 0)
        rc = config_check(&config, err);
    if (rc == 0)
        *ret_config = config;
    return rc;
}

/* --- the folder of this machine --- */

int config_check_own_folder(const char *path, struct error *err)
{
    struct stat stat;

    if (lstat(path, &stat) < 0)
        return error_set(err, ERR_IO, "CASECAST_RUN: %s: %s", path, strerror(errno));
    if (!S_ISDIR(stat.st_mode) || stat.st_uid != geteuid() || stat.st_mode & 022)
        return error_set(err, ERR_IO,
            "CASECAST_RUN: %s must be a folder of this user that nobody else may write to: remove "
            "it, or set CASECAST_RUN to another",
            path);
    return 0;
}

int config_make_run(const struct config *config, struct error *err)
{
    const char *path = config->run;

    if (!*path)
        return 0;
    if (mkdir(path, 0700) < 0 && errno != EEXIST)
        return error_set(err, ERR_IO, "CASECAST_RUN: %s: %s", path, strerror(errno));
    if (path == config_run)
        return config_check_own_folder(path, err);
    if (access(path, W_OK | X_OK) < 0)
        return error_set(err, ERR_IO, "CASECAST_RUN: %s: %s", path, strerror(errno));
    return 0;
}

char *config_cores_file(const struct config *config)
{
    return *config->run ? mem_format("%s/cores", config->run)
                        : mem_format("%s-cores", config->database);
}

/* --- hiding paths --- */

static bool config_is_path_char(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("_-./", c));
}

/* A relative path may look like a word of the sentence: it counts as a path only if a slash follows
 * it. */
static char *config_find_path(char *text, const char *path)
{
    size_t len = path ? strlen(path) : 0;

    for (char *at = text; len > 1 && (at = strstr(at, path)); at++) {
        char next = at[len];

        if ((at == text || !config_is_path_char(at[-1])) &&
            (next == '/' ||
                (path[0] == '/' && (!config_is_path_char(next) || next == '-' || next == '.'))))
            return at;
    }
    return NULL;
}

static void config_hide_path(struct error *err, const char *path, const char *name)
{
    char *at;

    while ((at = config_find_path(err->text, path))) {
        char *text =
            mem_format("%.*s%s%s", (int)(at - err->text), err->text, name, at + strlen(path));

        snprintf(err->text, sizeof err->text, "%s", text);
        text_one_line(err->text); /* the text may be longer now, and cut within a character */
        free(text);
    }
}

bool config_hide_paths(const struct config *config, struct error *err, char *ret_was)
{
    memcpy(ret_was, err->text, sizeof err->text);
    config_hide_path(err, config->output, "CASECAST_OUTPUT");
    config_hide_path(err, config->media_root, "CASECAST_MEDIA_ROOT");
    config_hide_path(err, config->cache, "CASECAST_CACHE");
    config_hide_path(err, config->kinds, "CASECAST_KINDS");
    config_hide_path(err, config->run, "CASECAST_RUN");
    config_hide_path(err, config->database, "CASECAST_DB");
    return err->public_text || strcmp(ret_was, err->text) != 0;
}
