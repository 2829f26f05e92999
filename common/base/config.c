#include "base/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"

static const struct {
    const char *name;
    size_t offset;
    const char *normally;
} texts[] = {
    {"CASECAST_CACHE", offsetof(struct config, cache), "cache"},
    {"CASECAST_DB", offsetof(struct config, database), "casecast.db"},
    {"CASECAST_LOG", offsetof(struct config, log), "stderr"},
    {"CASECAST_MEDIA_ROOT", offsetof(struct config, media_root), "."},
    {"CASECAST_MEDIA_URL", offsetof(struct config, media_url), "/media/"},
    {"CASECAST_OUTPUT", offsetof(struct config, output), "media"},
    {"CASECAST_SECRET_KEY", offsetof(struct config, secret_key), ""},
};

static const struct {
    const char *name;
    size_t offset;
    int lo, hi, normally; /* normally 0: see config_read() */
} numbers[] = {
    {"CASECAST_CACHE_MIB", offsetof(struct config, cache_mib), 0, 1 << 24, 4096},
    {"CASECAST_CANCEL_UNWATCHED_S", offsetof(struct config, cancel_unwatched_s), 0, 86400, 0},
    {"CASECAST_HEARTBEAT_MS", offsetof(struct config, heartbeat_ms), 100, 55000, 15000},
    {"CASECAST_LEASE_MS", offsetof(struct config, lease_ms), 500, 60000, 3000},
    {"CASECAST_MAX_QUEUED", offsetof(struct config, max_queued), 1, 10000, 100},
    {"CASECAST_MAX_STREAMS", offsetof(struct config, max_streams), 1, 1000000, 15000},
    {"CASECAST_MAX_STREAMS_CLIENT", offsetof(struct config, max_streams_client), 0, 1000000, 0},
    {"CASECAST_MAX_STREAM_KIB", offsetof(struct config, max_stream_kib), 16, 16384, 256},
    {"CASECAST_RESPONDERS", offsetof(struct config, responders), 1, 64, 4},
    {"CASECAST_RETRY_MS", offsetof(struct config, retry_ms), 100, 60000, 1000},
    {"CASECAST_SECRET_TTL_S", offsetof(struct config, secret_ttl_s), 1, 31536000, 3600},
    {"CASECAST_SLOTS", offsetof(struct config, slots), 1, 256, 0},
};

static const char *set(const char *name)
{
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

static int check(const struct config *config, struct error *err)
{
    size_t len = strlen(config->media_url);

    if (strcmp(config->log, "stderr") != 0 && strcmp(config->log, "syslog") != 0)
        return error_set(err, ERR_INPUT, "CASECAST_LOG=%s: must be stderr or syslog", config->log);
    if (config->media_url[len - 1] != '/' || strpbrk(config->media_url, " \t\r\n\"<>"))
        return error_set(err, ERR_INPUT,
            "CASECAST_MEDIA_URL=%s: must end with / and hold no space or quote", config->media_url);
    /* The key itself is never quoted. */
    if (*config->secret_key && strlen(config->secret_key) < 16)
        return error_set(
            err, ERR_INPUT, "CASECAST_SECRET_KEY: must be at least 16 characters long");
    return 0;
}

int config_read(struct config *ret_config, struct error *err)
{
    struct config config = {0};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *value = set(texts[i].name);

        *(const char **)((char *)&config + texts[i].offset) = value ? value : texts[i].normally;
    }
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const char *value = set(numbers[i].name);
        long long number = numbers[i].normally;

        if (value && !text_number(value, numbers[i].lo, numbers[i].hi, &number))
            return error_set(err, ERR_INPUT, "%s=%s: must be a whole number from %d to %d",
                numbers[i].name, value, numbers[i].lo, numbers[i].hi);
        *(int *)((char *)&config + numbers[i].offset) = (int)number;
    }
    if (!config.slots) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);

        config.slots = cores > 0 && cores < 256 ? (int)cores : 1;
    }
    if (check(&config, err) < 0)
        return -(int)err->code;
    *ret_config = config;
    return 0;
}

char *config_cores_file(const struct config *config)
{
    return mem_format("%s-cores", config->database);
}
