/* check_deep.c - see check_deep.h. */
#include "cli/check_deep.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/check_report.h"
#include "cli/command/command.h"
#include "s3/s3.h"
#include "video/kept/cache.h"
#include "video/kept/file_sum.h"

/* --- the database --- */

static void deep_check_database(const struct config *config, struct store *store, int *n_missing)
{
    char *name = store_name(config->database), *told = NULL, *text;
    struct error err;
    int rc = store_read_whole(store, &told, &err);

    text = rc == 0 ? mem_format("%s: %s", name, told) : NULL;
    check_report(rc == 0, "pages", rc == 0 ? text : err.text,
        "stop casecast and put the last backup in place (nginx/operating.md)", n_missing);
    free(text);
    free(told);
    free(name);
}

/* --- the files of videos --- */

struct deep_films {
    const struct config *config;
    int *n_missing;
    int n_files;
    int n_unknown; /* videos without sums */
};

/* The folder that the URL of a video names; NULL: it is none of ours.  The caller frees it. */
static char *deep_folder_of(const struct config *config, const json_t *result)
{
    const char *url = json_string_value(json_object_get(result, "video"));
    size_t len = strlen(config->media_url);
    const char *slash = url ? strrchr(url, '/') : NULL;

    if (!slash || strncmp(url, config->media_url, len) != 0 || slash < url + len ||
        strstr(url, "/../"))
        return NULL;
    return mem_format("%s/%.*s", config->output, (int)(slash - url - (ptrdiff_t)len), url + len);
}

/* A file that is gone is made again when it is asked for. */
static void deep_check_file(
    struct deep_films *films, const char *folder, const char *name, const char *wanted)
{
    char sum[FILE_SUM_LEN + 1], *text;
    bool is_read = !strchr(name, '/') && file_sum(folder, name, sum);

    if (!is_read && errno == ENOENT)
        return;
    films->n_files++;
    if (is_read && wanted && strcmp(sum, wanted) == 0)
        return;
    text = mem_format("%s/%s %s%s", folder, name,
        is_read ? "has other bytes than it was made with" : "can't be read: ",
        is_read ? "" : strerror(errno));
    check_report(false, "films", text,
        "remove this file: the video is made again when somebody asks for it", films->n_missing);
    free(text);
}

static void deep_check_film(void *ctx, const struct job *job)
{
    struct deep_films *films = ctx;
    json_t *result = job->result ? json_loads(job->result, 0, NULL) : NULL, *sum;
    json_t *sums = json_object_get(result, "sums");
    char *folder = deep_folder_of(films->config, result);
    const char *name;

    if (!folder || !json_object_size(sums))
        films->n_unknown++;
    else
        json_object_foreach(sums, name, sum)
            deep_check_file(films, folder, name, json_string_value(sum));
    free(folder);
    json_decref(result);
}

static void deep_check_films(const struct config *config, struct store *store, int *n_missing)
{
    const struct job_filter done = {
        .most = INT_MAX, .state = job_state_name(JOB_DONE), .kind = "video"};
    struct deep_films films = {.config = config, .n_missing = n_missing};
    int n_before = *n_missing;
    struct error err;
    char *text;

    if (store_job_each(store, &done, deep_check_film, &films, &err) < 0) {
        check_report(false, "films", err.text, "see what is said of the database", n_missing);
        return;
    }
    text = mem_format("%d files of videos have the bytes that they were made with%s", films.n_files,
        films.n_unknown ? "; videos without sums (of an older version, or on S3) were not read"
                        : "");
    if (*n_missing == n_before)
        check_report(true, "films", text, NULL, n_missing);
    free(text);
}

/* --- the cache --- */

struct deep_cache {
    const char *path;
    int *n_missing;
};

static void deep_report_entry(void *ctx, const char *name)
{
    struct deep_cache *cache = ctx;
    char *text = mem_format("%s/%s is damaged", cache->path, name);

    check_report(false, "cache", text,
        "look after the disk; casecast removes this entry when it reads it, and uses no byte of it",
        cache->n_missing);
    free(text);
}

static void deep_check_cache(const struct config *config, int *n_missing)
{
    char *path = s3_is_address(config->cache) ? mem_format("%s/cache", config->run)
                                              : mem_copy(config->cache),
         *text;
    struct deep_cache cache = {.path = path, .n_missing = n_missing};
    int n_before = *n_missing;
    struct error err;
    int64_t n = cache_check(path, deep_report_entry, &cache, &err);

    text = n < 0 ? NULL
                 : mem_format("%s: all %lld entries have the bytes that they were made with", path,
                       (long long)n);
    if (n < 0 || *n_missing == n_before)
        check_report(n >= 0, "cache", n < 0 ? err.text : text,
            "point CASECAST_CACHE to a folder that this user may read", n_missing);
    free(text);
    free(path);
}

void check_deep(const struct config *config, int *n_missing)
{
    struct store *store = NULL;
    struct error err;

    if (cli_open_store(config, STORE_JOBS, &store, &err) == 0) {
        deep_check_database(config, store, n_missing);
        deep_check_films(config, store, n_missing);
    }
    store_close(store);
    if (config->cache && *config->cache)
        deep_check_cache(config, n_missing);
}
