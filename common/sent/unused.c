/* unused.c - see unused.h. */
#include "sent/unused.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "case/case.h"
#include "sent/senders.h"
#include "store/store.h"

/* A file that is old enough to be looked for. */
struct unused_file {
    char digest[BENEATH_DIGEST_LEN + 1];
    int64_t bytes, age_s;
    bool is_named;
};

struct unused_files {
    int folder_fd;
    time_t now;
    size_t n;
    struct unused_file *at;
    struct map by_digest; /* of `at`, when all are there */
};

/* --- the files --- */

static void unused_add(void *ctx, const char *digest, const struct stat *stat)
{
    struct unused_files *files = ctx;
    struct unused_file *file;

    if (stat->st_mtim.tv_sec >= files->now - UNUSED_LOOK_S)
        return;
    files->at = mem_grow(files->at, files->n + 1, sizeof *files->at);
    file = &files->at[files->n++];
    *file =
        (struct unused_file){.bytes = stat->st_size, .age_s = files->now - stat->st_mtim.tv_sec};
    strcpy(file->digest, digest);
}

static void unused_find(struct unused_files *files)
{
    files->now = time(NULL);
    sent_each(files->folder_fd, ".", unused_add, files);
    for (size_t i = 0; i < files->n; i++)
        map_put(&files->by_digest, files->at[i].digest, &files->at[i]);
}

static void unused_clear(struct unused_files *files)
{
    map_clear(&files->by_digest, NULL);
    free(files->at);
    if (files->folder_fd >= 0)
        close(files->folder_fd);
}

/* --- what names them --- */

/* Marks all files whose names stand anywhere in a text. */
static void unused_mark(struct unused_files *files, const char *text)
{
    char digest[BENEATH_DIGEST_LEN + 1];
    struct unused_file *file;

    while ((text = strstr(text, BENEATH_SENT))) {
        text += strlen(BENEATH_SENT);
        snprintf(digest, sizeof digest, "%.*s", BENEATH_DIGEST_LEN, text);
        file = map_get(&files->by_digest, digest);
        if (file)
            file->is_named = true;
    }
}

struct unused_ids {
    size_t n;
    char **at;
};

static void unused_add_id(struct unused_ids *ids, const char *id)
{
    ids->at = mem_grow(ids->at, ids->n + 1, sizeof *ids->at);
    ids->at[ids->n++] = mem_copy(id);
}

static void unused_add_case(void *ctx, const struct case_summary *summary)
{
    unused_add_id(ctx, summary->id);
}

static void unused_add_job(void *ctx, const struct job *job)
{
    unused_add_id(ctx, job->id);
}

static void unused_clear_ids(struct unused_ids *ids)
{
    for (size_t i = 0; i < ids->n; i++)
        free(ids->at[i]);
    free(ids->at);
}

/* A case that is gone meanwhile names nothing. */
static int unused_mark_case(
    struct unused_files *files, struct store *store, const char *id, struct error *err)
{
    struct case_record *record;
    int rc = store_case_get(store, id, &record, err);
    json_t *json;
    char *text;

    if (rc == STORE_E_NOT_FOUND)
        return 0;
    if (rc < 0)
        return rc;
    json = case_to_json(record);
    text = mem_there(json_dumps(json, JSON_COMPACT));
    unused_mark(files, text);
    free(text);
    json_decref(json);
    case_free(record);
    return 0;
}

static int unused_mark_job(
    struct unused_files *files, struct store *store, const char *id, struct error *err)
{
    char *input;
    int rc = store_job_input(store, id, &input, err);

    if (rc == STORE_E_NOT_FOUND)
        return 0;
    if (rc == 0) {
        unused_mark(files, input);
        free(input);
    }
    return rc;
}

typedef int unused_marker(
    struct unused_files *files, struct store *store, const char *id, struct error *err);

static int unused_mark_each(struct unused_files *files, struct store *store, int rc,
    struct unused_ids *ids, unused_marker *mark, struct error *err)
{
    for (size_t i = 0; rc == 0 && i < ids->n; i++)
        rc = mark(files, store, ids->at[i], err);
    unused_clear_ids(ids);
    return rc;
}

static int unused_mark_jobs(
    struct unused_files *files, struct store *store, enum job_state state, struct error *err)
{
    const struct job_filter filter = {.most = INT_MAX, .state = job_state_name(state)};
    struct unused_ids ids = {0};
    int rc = store_job_each(store, &filter, unused_add_job, &ids, err);

    return unused_mark_each(files, store, rc, &ids, unused_mark_job, err);
}

static int unused_mark_cases(struct unused_files *files, struct store *store, struct error *err)
{
    struct unused_ids ids = {0};
    int rc = store_case_each(store, unused_add_case, &ids, err);

    return unused_mark_each(files, store, rc, &ids, unused_mark_case, err);
}

/* A queued job that starts meanwhile is found as a running one. */
static int unused_mark_live(struct unused_files *files, struct store *store, struct error *err)
{
    int rc = unused_mark_jobs(files, store, JOB_QUEUED, err);

    return rc == 0 ? unused_mark_jobs(files, store, JOB_RUNNING, err) : rc;
}

static int unused_mark_in(struct unused_files *files, const char *address, enum store_part part,
    int (*mark)(struct unused_files *files, struct store *store, struct error *err),
    struct error *err)
{
    struct store *store;
    int rc = store_open_to_read(address, part, &store, err);

    if (rc < 0)
        return rc;
    rc = mark(files, store, err);
    store_close(store);
    return rc;
}

/* --- a look --- */

/* On 0 the caller calls unused_clear(). */
static int unused_look(
    const struct config *config, struct unused_files *ret_files, struct error *err)
{
    struct unused_files files = {0};
    int rc = 0;

    if (sent_open_folder(config->media_root, &files.folder_fd) < 0)
        files.folder_fd = -1; /* nothing was ever sent */
    else
        unused_find(&files);
    if (files.n)
        rc = unused_mark_in(&files, config->cases, STORE_CASES, unused_mark_cases, err);
    if (rc == 0 && files.n)
        rc = unused_mark_in(&files, config->database, STORE_JOBS, unused_mark_live, err);
    *ret_files = files;
    if (rc != 0)
        unused_clear(ret_files);
    return rc;
}

static bool unused_is_to_go(const struct unused_file *file)
{
    return !file->is_named && file->age_s > UNUSED_KEPT_S;
}

int unused_each(const struct config *config,
    void (*each)(void *ctx, const char *digest, int64_t bytes, int64_t age_s), void *ctx,
    struct error *err)
{
    struct unused_files files;
    int rc = unused_look(config, &files, err);

    if (rc != 0)
        return rc;
    for (size_t i = 0; i < files.n; i++)
        if (unused_is_to_go(&files.at[i]))
            each(ctx, files.at[i].digest, files.at[i].bytes, files.at[i].age_s);
    unused_clear(&files);
    return 0;
}

/* Somebody may send the file, or be told that it is there, at this moment.  So it becomes a part
 * again, and gets its name back if its day has begun anew.  Should this process end in between,
 * an old part goes as all old parts do. */
static bool unused_remove_one(const struct unused_files *files, const char *digest)
{
    char name[sizeof "parts/" + BENEATH_DIGEST_LEN];
    struct stat stat;

    strcpy(stpcpy(name, "parts/"), digest);
    if (renameat(files->folder_fd, digest, files->folder_fd, name) < 0)
        return false;
    if (fstatat(files->folder_fd, name, &stat, AT_SYMLINK_NOFOLLOW) == 0 &&
        stat.st_mtim.tv_sec >= files->now - UNUSED_KEPT_S) {
        renameat(files->folder_fd, name, files->folder_fd, digest);
        return false;
    }
    unlinkat(files->folder_fd, name, 0);
    senders_forget(files->folder_fd, digest);
    log_info("file %s: removed, no case names it and nobody has asked for it in a day", digest);
    return true;
}

int unused_remove(const struct config *config, int *ret_n, struct error *err)
{
    struct unused_files files;
    int rc = unused_look(config, &files, err), n = 0;

    *ret_n = 0;
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < files.n && n < UNUSED_MOST; i++)
        if (files.at[i].is_named)
            sent_renew(files.folder_fd, files.at[i].digest);
        else if (unused_is_to_go(&files.at[i]))
            n += unused_remove_one(&files, files.at[i].digest);
    unused_clear(&files);
    *ret_n = n;
    return 0;
}
