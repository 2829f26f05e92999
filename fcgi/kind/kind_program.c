/* kind_program.c - see kind_program.h: from files to kinds, and from requests to jobs. */
#include "kind/kind_program.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "kind/key_folder.h"
#include "kind/program_files.h"
#include "kind/writable.h"

/* --- what a kind says --- */

static int kind_program_check(const struct job_kind *kind, const char *subject, struct error *err)
{
    const struct kind_file *file = &((const struct program_kind *)kind)->file;

    if (kind_file_takes(file, subject))
        return 0;
    return error_set(err, ERR_INPUT, "\"%.64s\" must be as %.200s (SubjectPattern of the kind %s)",
        subject, file->pattern, kind->name);
}

/* The program gets what it needs when it starts: the job's input is that of the request. */
static int kind_program_prepare(const struct job_kind *kind, struct store *store,
    const struct config *config, const struct job_ask *ask, char **ret_input,
    char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    const struct kind_file *file = &((const struct program_kind *)kind)->file;
    char random[JOB_ID_LEN + 1], *said = NULL;
    struct digest key;
    int rc;

    (void)store;
    if (file->same == SAME_COMMAND && (rc = program_same(file, config, ask, &said, err)) != 0)
        return rc;
    digest_start(&key);
    digest_add_text(&key, kind->name);
    digest_add_text(&key, ask->subject);
    if (file->same == SAME_INPUT)
        digest_add_text(&key, ask->input);
    if (file->same == SAME_COMMAND)
        digest_add_text(&key, said);
    free(said);
    if (file->same == SAME_NEVER) {
        digest_random_name(random, JOB_ID_LEN);
        digest_add_text(&key, random);
    }
    digest_hex(&key, ret_key);
    if (ret_input)
        *ret_input = mem_copy(ask->input ? ask->input : "null");
    return 0;
}

/* --- from files to kinds --- */

/* Takes the file and `*events`, which belong to its webhook. */
static struct program_kind *kind_program_new(
    struct kind_file *file, const char *host, char **events)
{
    struct program_kind *program = mem_new(struct program_kind);

    program->file = *file;
    program->hook_events = *events;
    *events = NULL;
    strcpy(program->hook_host, host);
    program->path = mem_format("/create/%s", file->name);
    program->stream_paths[0] = program->path;
    program->kind = (struct job_kind){.name = file->name,
        .subject_name = file->subject_name,
        .slots = file->slots,
        .subject_example = file->example,
        .stream_paths = program->stream_paths,
        .subject_check = kind_program_check,
        .hook_url = file->webhook,
        .hook_host = program->hook_host,
        .hook_events = program->hook_events,
        .takes_input = true,
        .prepare = kind_program_prepare,
        .run = file->argv ? program_run : NULL,
        .quiet_ms = file->quiet_ms,
        .finish = last_events_add_plain};
    if (file->files) {
        program->kind.still_good = program_files_are_there;
        program->kind.may_run = writable_check;
        program->kind.clear = program_files_clear;
        program->kind.drop = key_folder_drop;
        program->kind.bytes = key_folder_bytes;
    }
    return program;
}

/* A request names the subject, and so the kind; the database and the path have its name. */
static int kinds_check_new(
    const struct job_kind *const *kinds, const struct kind_file *file, struct error *err)
{
    for (; *kinds; kinds++) {
        if (strcmp((*kinds)->name, file->name) == 0)
            return error_set(err, ERR_INPUT,
                "%s: there is a kind \"%s\" already: give the file another name", file->path,
                file->name);
        if (strcmp((*kinds)->subject_name, file->subject_name) == 0)
            return error_set(err, ERR_INPUT,
                "%s: Subject=%sId: the kind \"%s\" has this subject: take another, so that a "
                "request names one kind",
                file->path, file->subject_name, (*kinds)->name);
    }
    return 0;
}

/* A program writes to a folder of this machine. */
static int kinds_check_files(
    const struct config *config, const struct kind_file *file, struct error *err)
{
    if (!file->files || !strstr(config->output, "://"))
        return 0;
    return error_set(err, ERR_INPUT,
        "%s: Files=yes needs a folder, and CASECAST_OUTPUT is an address: set it to no, and let "
        "the program store its files itself",
        file->path);
}

static int kinds_check_publishers(
    const struct config *config, const struct kind_file *file, struct error *err)
{
    if (file->argv || *config->publish_key)
        return 0;
    return error_set(err, ERR_INPUT, KIND_FILE_NO_KEY, file->path);
}

/* `*ret_events` NULL: it has no webhook. */
static int kinds_read_hook(const struct config *config, const struct kind_file *file,
    char ret_host[static HOOK_HOST_MAX + 1], char **ret_events, struct error *err)
{
    struct hook_wanted wanted = {.path = file->path,
        .url = file->webhook,
        .events = file->webhook_events,
        .url_line = file->webhook_line,
        .events_line = file->webhook_events_line};

    *ret_events = NULL;
    return file->webhook ? hook_wanted_read(config, &wanted, ret_host, ret_events, err) : 0;
}

/* --- lists --- */

/* Lists and kinds stay for the life of the process, as a job, a stream or a request may have one. A
 * file that was changed costs some 2 KB.  Changed by one thread at a time. */
struct kind_list {
    struct kind_list *before;
    const struct job_kind *at[];
};
static struct kind_list *kind_lists;

static void kind_program_free(struct program_kind *program)
{
    kind_file_clear(&program->file);
    free(program->path);
    free(program->hook_events);
    free(program);
}

static bool kind_is_listed(const struct job_kind *const *list, const struct job_kind *kind)
{
    while (*list && *list != kind)
        list++;
    return *list;
}

/* The list was not shown to anybody. */
static void kind_list_free(struct kind_list *list, const struct job_kind *const *before)
{
    for (const struct job_kind *const *kind = list->at; *kind; kind++)
        if (!kind_is_listed(before, *kind))
            kind_program_free((struct program_kind *)*kind);
    free(list);
}

/* The kind of a file that is as it was; takes the file, and `*events` if it is another one. */
static const struct job_kind *kind_program_of(
    struct kind_file *file, const char *host, char **events, const struct job_kind *const *before)
{
    const struct job_kind *kind = kind_find_in(before, file->name);

    if (!kind || kind->prepare != kind_program_prepare ||
        strcmp(((const struct program_kind *)kind)->file.digest, file->digest) != 0)
        return &kind_program_new(file, host, events)->kind;
    kind_file_clear(file);
    return kind;
}

static int kinds_add_file(const struct config *config, const struct job_kind **kinds,
    const struct job_kind *const *before, const char *path, struct error *err)
{
    char host[HOOK_HOST_MAX + 1] = "", *events = NULL;
    struct kind_file file;
    int n = 0, rc = kind_file_read(path, &file, err);

    if (rc == 0 && ((rc = kinds_check_new(kinds, &file, err)) < 0 ||
                       (rc = kinds_check_files(config, &file, err)) < 0 ||
                       (rc = kinds_check_publishers(config, &file, err)) < 0 ||
                       (rc = kinds_read_hook(config, &file, host, &events, err)) < 0))
        kind_file_clear(&file);
    while (kinds[n])
        n++;
    if (rc == 0)
        kinds[n] = kind_program_of(&file, host, &events, before);
    free(events);
    return rc;
}

int kinds_with_programs(const struct config *config, const struct job_kind *const *own,
    const struct job_kind *const *before, const struct job_kind *const **ret_kinds,
    struct error *err)
{
    struct kind_list *list;
    char **paths = NULL;
    int n_own = 0, n = 0, rc = 0;

    if (*config->kinds)
        rc = kind_folder_list(config->kinds, &paths, &n, err);
    while (own[n_own])
        n_own++;
    list = mem_zero(1, sizeof *list + (size_t)(n_own + n + 1) * sizeof *list->at);
    memcpy(list->at, own, (size_t)n_own * sizeof *own);
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = kinds_add_file(config, list->at, before, paths[i], err);
        free(paths[i]);
    }
    free(paths);
    if (rc < 0) {
        kind_list_free(list, before);
        return rc;
    }
    list->before = kind_lists;
    kind_lists = list;
    *ret_kinds = list->at;
    return 0;
}
