/* check.c - `casecast check`: what this machine lacks, and how to mend it; of a case:
 * check_case.h. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/buf.h"
#include "base/mem.h"
#include "cli/check_case.h"
#include "cli/check_deep.h"
#include "cli/check_report.h"
#include "cli/command/options.h"
#include "cli/commands.h"
#include "hooks/hook_wanted.h"
#include "hooks/hooks.h"
#include "program/kind_file.h"
#include "s3/s3.h"
#include "video/machine.h"
#include "video/media/media.h"
#include "video/sealed/seal_program.h"
#include "video/video.h"

static void check_count_case(void *ctx, const struct case_summary *summary)
{
    (void)summary;
    ++*(int *)ctx;
}

/* What is said beside the database itself, after it. */
struct check_lines {
    char *database;
    struct check_line {
        bool is_note;
        char *what, *text;
    } * others;
    size_t n_others;
};

static void check_add_line(
    void *ctx, enum store_finding finding, const char *what, const char *text)
{
    struct check_lines *lines = ctx;

    if (finding == STORE_FOUND)
        lines->database = mem_copy(text);
    else {
        lines->others = mem_grow(lines->others, lines->n_others + 1, sizeof *lines->others);
        lines->others[lines->n_others++] =
            (struct check_line){finding == STORE_NOTE, mem_copy(what), mem_copy(text)};
    }
}

/* Prints them, if `is_wanted`, and frees them. */
static void check_end_lines(struct check_lines *lines, bool is_wanted)
{
    for (size_t i = 0; i < lines->n_others; i++) {
        struct check_line *line = &lines->others[i];

        if (is_wanted && !(term_is_quiet() && !line->is_note))
            check_print(line->is_note ? TERM_WARNING : TERM_GOOD, line->is_note ? "note" : "ok",
                line->what, line->text);
        free(line->what);
        free(line->text);
    }
    free(lines->others);
    free(lines->database);
}

static int check_count_cases(const struct config *config, char **ret_text, struct error *err)
{
    char *name = store_name(config->cases);
    struct store *store;
    int n_cases = 0, rc = cli_open_store(config, STORE_CASES, &store, err);

    if (rc == 0) {
        rc = store_case_each(store, check_count_case, &n_cases, err);
        *ret_text = strcmp(config->cases, config->database) == 0
                        ? mem_format("%s: %d", store_cases_name(store), n_cases)
                        : mem_format("%s of %s: %d", store_cases_name(store), name, n_cases);
        store_close(store);
    }
    free(name);
    return rc;
}

static void check_database(const struct config *config, int *n_missing)
{
    struct check_lines lines = {0};
    char *cases = NULL, *text = NULL;
    struct error err;
    int rc = 0;

    if (store_is_there(config->database))
        rc = store_examine(config->database, check_add_line, &lines, &err);
    if (rc == 0)
        rc = check_count_cases(config, &cases, &err);
    if (rc == 0)
        text = mem_format("%s; %s", lines.database, cases);
    check_report(rc == 0, "database", rc == 0 ? text : err.text,
        "point CASECAST_DB to a database that this user may write: a file on a local disk, or the "
        "address of a PostgreSQL server, prepared by `casecast init`",
        n_missing);
    check_end_lines(&lines, rc == 0);
    free(cases);
    free(text);
}

/* --- other machines --- */

struct engines {
    char own[ENGINE_NAME_LEN + 1];
    char *last; /* the machine that was named last; members are sorted by it */
    int *n_missing;
};

static void check_engine(void *ctx, const struct member_row *row)
{
    struct engines *engines = ctx;
    char *text;

    if (row->silent_ms || row->is_gone || !*row->engine || strcmp(row->engine, engines->own) == 0 ||
        (engines->last && strcmp(engines->last, row->machine) == 0))
        return;
    free(engines->last);
    engines->last = mem_copy(row->machine);
    text = mem_format("%s has another engine, %s, and this machine %s: they don't help each other",
        row->machine, row->engine, engines->own);
    check_report(false, "engine", text,
        "install the same packages, fonts and casecast on both, and start casecast again",
        engines->n_missing);
    free(text);
}

/* Of members that live.  What can't be read was said of the database. */
static void check_engines(const struct config *config, int *n_missing)
{
    struct engines engines = {.n_missing = n_missing};
    struct store *store = NULL;
    struct error err;

    engine_short_name(engines.own);
    if (cli_open_store(config, STORE_JOBS, &store, &err) == 0)
        store_member_each(store, check_engine, &engines, &err);
    free(engines.last);
    store_close(store);
}

/* Open a file of the folder, if there is one, as a job would. */
static int check_one_file(int root_fd, const char *path, struct error *err)
{
    DIR *entries = opendir(path);
    struct dirent *entry;
    int rc = 0, fd;

    while (entries && rc == 0 && (entry = readdir(entries))) {
        if (entry->d_type != DT_REG)
            continue;
        rc = beneath_open(root_fd, entry->d_name, &fd, NULL, err);
        if (rc == 0)
            close(fd);
        break;
    }
    if (entries)
        closedir(entries);
    return rc;
}

static void check_media(const struct config *config, int *n_missing)
{
    struct error err;
    int fd = -1, rc = beneath_root(config->media_root, &fd, &err);
    bool is_walked = rc == 0 && !beneath_is_by_kernel(fd);
    char *text;

    if (rc == 0 && access(config->media_root, R_OK | X_OK) < 0)
        rc = error_set(&err, ERR_IO, "%s: %s", config->media_root, strerror(errno));
    if (rc == 0)
        rc = check_one_file(fd, config->media_root, &err);
    if (fd >= 0)
        close(fd);
    text = mem_format("%s%s", config->media_root,
        is_walked ? " (openat2 is missing or forbidden here: paths are walked name by name)" : "");
    check_report(rc == 0, "media", rc == 0 ? text : err.text,
        "point CASECAST_MEDIA_ROOT to the folder of pictures, readable for this user", n_missing);
    free(text);
}

/* Reads, and changes nothing: the object need not be there. */
static void check_bucket(const char *setting, const char *address, const char *what, int *n_missing)
{
    const struct s3_object object = {.address = address, .name = "ready.txt"};
    struct buf data = {0};
    struct error err;
    int rc = s3_get(&object, 1024, &data, NULL, &err);
    char *text = rc < 0 ? mem_copy(err.text) : mem_format("%s can be read", address);
    char *mend = mem_format("change %s, its bucket or its keys", setting);

    check_report(rc >= 0, what, text, mend, n_missing);
    buf_free(&data);
    free(mend);
    free(text);
}

static void check_storage(const struct config *config, int *n_missing)
{
    struct error err;

    if (s3_start(config, &err) < 0) {
        check_report(false, "storage", err.text, "change that setting", n_missing);
        return;
    }
    if (s3_is_address(config->output))
        check_bucket("CASECAST_OUTPUT", config->output, "output", n_missing);
    if (s3_is_address(config->cache))
        check_bucket("CASECAST_CACHE", config->cache, "cache", n_missing);
    s3_stop();
}

/* The responder creates a missing folder if it may, but this command changes nothing. */
static void check_output(const struct config *config, int *n_missing)
{
    struct stat stat_;
    struct statvfs disk;
    char *text;
    bool is_there = stat(config->output, &stat_) == 0 && S_ISDIR(stat_.st_mode) &&
                    access(config->output, W_OK | X_OK) == 0;

    if (is_there && statvfs(config->output, &disk) == 0)
        text = mem_format("%s can be written, %.1f GB free", config->output,
            (double)disk.f_bavail * (double)disk.f_frsize / 1e9);
    else
        text = mem_format("%s: %s", config->output, is_there ? "can be written" : strerror(errno));
    check_report(is_there, "output", text,
        "make the folder, or point CASECAST_OUTPUT to one that this user may write", n_missing);
    free(text);
}

static void check_run_folder(const struct config *config, int *n_missing)
{
    struct stat stat_;
    bool is_there = stat(config->run, &stat_) == 0 && S_ISDIR(stat_.st_mode) &&
                    access(config->run, W_OK | X_OK) == 0;
    char *text = mem_format("%s: %s", config->run, is_there ? "can be written" : strerror(errno));

    check_report(is_there, "run", text,
        "make the folder, or point CASECAST_RUN to one on a local disk that this user may write",
        n_missing);
    free(text);
}

static void check_report_finding(void *ctx, const struct machine_finding *finding)
{
    check_report(finding->is_there, finding->what, finding->text, finding->mend, ctx);
}

/* --- kinds that are files --- */

static int check_published(
    const struct config *config, const struct kind_file *file, char **ret_text, struct error *err)
{
    if (!*config->publish_key)
        return error_set(err, ERR_INPUT, KIND_FILE_NO_KEY, file->path);
    *ret_text = mem_format("%s: %s, as {\"%sId\":\"%s\"}; its jobs are published from outside",
        file->path, file->name, file->subject_name, file->example);
    return 0;
}

static int check_same(const struct kind_file *file, struct error *err)
{
    char *program = file->same_argv ? kind_file_program(file, file->same_argv[0]) : NULL;
    bool is_good = !file->same_argv || program;

    free(program);
    return is_good ? 0
                   : error_set(err, ERR_INPUT, "%s: Same: %s: this user can start no such program",
                         file->path, file->same_argv[0]);
}

static int check_hook_of(
    const struct config *config, const struct kind_file *file, struct error *err)
{
    struct hook_wanted wanted = {.path = file->path,
        .url = file->webhook,
        .events = file->webhook_events,
        .url_line = file->webhook_line,
        .events_line = file->webhook_events_line};
    char host[HOOK_HOST_MAX + 1], *events = NULL;
    int rc = file->webhook ? hook_wanted_read(config, &wanted, host, &events, err) : 0;

    free(events);
    return rc;
}

static int check_kind(
    const struct config *config, const char *path, char **ret_text, struct error *err)
{
    struct kind_file file;
    char *program;
    int rc = kind_file_read(path, &file, err);

    if (rc < 0)
        return rc;
    program = file.argv ? kind_file_program(&file, file.argv[0]) : NULL;
    if (check_same(&file, err) < 0 || check_hook_of(config, &file, err) < 0)
        rc = -ERR_INPUT;
    else if (!file.argv)
        rc = check_published(config, &file, ret_text, err);
    else if (program)
        *ret_text = mem_format("%s: %s, as {\"%sId\":\"%s\"}; it runs %s", path, file.name,
            file.subject_name, file.example, program);
    else
        rc = error_set(err, ERR_INPUT, "%s: Command: %s: this user can start no such program", path,
            file.argv[0]);
    free(program);
    kind_file_clear(&file);
    return rc;
}

static void check_report_kind(const struct config *config, const char *path, int *n_missing)
{
    struct error err;
    char *text = NULL;
    int rc = check_kind(config, path, &text, &err);

    check_report(
        rc == 0, "kind", rc == 0 ? text : err.text, "change the file, or move it away", n_missing);
    free(text);
}

static void check_kinds(const struct config *config, int *n_missing)
{
    struct error err;
    char **paths;
    int n;

    if (kind_folder_list(config->kinds, &paths, &n, &err) < 0) {
        check_report(false, "kinds", err.text,
            "point CASECAST_KINDS to a folder with files NAME.kind, or set it to nothing",
            n_missing);
        return;
    }
    for (int i = 0; i < n; i++) {
        check_report_kind(config, paths[i], n_missing);
        free(paths[i]);
    }
    free(paths);
}

static void check_hooks(const struct config *config, int *n_missing)
{
    struct error err;
    int rc = hooks_check(config, &err);
    char *text = mem_format("webhooks may go to %s", config->webhook_hosts);

    check_report(rc == 0, "webhooks", rc == 0 ? text : err.text, "change that setting", n_missing);
    free(text);
}

/* Without the seal casecast works, so it is missing only if it is required. */
static void check_seal(const struct config *config, int *n_missing)
{
    struct error err;
    bool is_off = strcmp(config->seal, "off") == 0;
    bool is_sealed = !is_off && media_check_seal(&err) == 0;
    bool is_voice_sealed = is_off || seal_program_is_possible();
    char *text = mem_format(
        "CASECAST_SEAL=%s: pictures and sounds are decoded, and texts set, %s%s", config->seal,
        is_sealed ? "in processes that may do nothing else"
        : is_off  ? "in the process itself, with all its rights"
                  : "in processes of their own, but this kernel does not seal them",
        is_voice_sealed ? "" : "; espeak-ng may read all files, as this kernel has no Landlock");

    check_report((is_sealed && is_voice_sealed) || strcmp(config->seal, "require") != 0, "decoders",
        text, "allow casecast seccomp and Landlock, or set CASECAST_SEAL=try", n_missing);
    free(text);
}

static void check_machine(const struct config *config, int *n_missing)
{
    check_database(config, n_missing);
    check_media(config, n_missing);
    check_storage(config, n_missing);
    if (!s3_is_address(config->output))
        check_output(config, n_missing);
    if (*config->run)
        check_run_folder(config, n_missing);
    if (*config->kinds)
        check_kinds(config, n_missing);
    if (*config->webhook_hosts)
        check_hooks(config, n_missing);
    check_seal(config, n_missing);
    machine_check(check_report_finding, n_missing);
    check_engines(config, n_missing);
}

enum { CHECK_DEEP };

static const struct option_row check_options[] = {
    {0, "deep", NULL, "reads the whole database, all videos and the cache: is a byte another one?",
        NULL},
    {0, NULL, NULL, NULL, NULL},
};

static int check_run(
    const struct command *command, const struct config *config, const struct options *given)
{
    int n_missing = 0;

    if (given->n_rest > 1)
        return cli_misused(
            command, "takes at most one case, got \"%.60s\" as well", given->rest[1]);
    if (given->n_rest == 1 && given->values[CHECK_DEEP])
        return cli_misused(command, "--deep reads all that was made, and takes no case");
    if (given->n_rest == 1)
        return check_case(config, given->rest[0]);
    check_machine(config, &n_missing);
    if (given->values[CHECK_DEEP])
        check_deep(config, &n_missing);
    if (n_missing)
        term_say("\n%d missing\n", n_missing);
    return n_missing ? EXIT_NO : EXIT_DONE;
}

const struct command command_check = {"check", "[CASE]",
    "shows what this machine or a case lacks, and how to mend it",
    "\nWith a CASE, each file that it names is read as a job would read it, each text is spoken, "
    "and\n"
    "the length of the video is told, with the size and the time that the videos before it make\n"
    "likely.  A mistake makes the job fail.  A warning is a fault of what is used nevertheless.\n",
    check_run, check_options};
