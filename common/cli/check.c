/* check.c - `casecast check`: what this machine, or a case, lacks, and how to mend it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "cli/cli_private.h"
#include "video/machine.h"

static void tell(
    bool is_there, const char *what, const char *text, const char *mend, int *n_missing)
{
    printf("%-8s %-10s %s\n", is_there ? "ok" : "MISSING", what, text);
    if (is_there)
        return;
    printf("%-8s %-10s mend it: %s\n", "", "", mend);
    ++*n_missing;
}

static void count_case(void *ctx, const struct case_summary *summary)
{
    (void)summary;
    ++*(int *)ctx;
}

/* SQLite makes its log beside the file. */
static int check_writable(const char *path, struct error *err)
{
    char *real = realpath(path, NULL), *slash = real ? strrchr(real, '/') : NULL;
    int rc = real ? faccessat(AT_FDCWD, real, W_OK, AT_EACCESS) : -1;

    if (rc == 0) {
        *slash = '\0';
        rc = faccessat(AT_FDCWD, *real ? real : "/", W_OK | X_OK, AT_EACCESS);
    }
    if (rc < 0)
        rc = error_set(err, ERR_IO, "%s can't be written, or not the folder it lies in: %s", path,
            strerror(errno));
    free(real);
    return rc;
}

static void check_database(const struct config *config, int *n_missing)
{
    struct store *store = NULL;
    struct error err;
    int n_cases = 0, answer = cli_open_store(config, STORE_CASES, &store, &err);
    char *text = NULL;

    if (answer == 0)
        answer = store_case_each(store, count_case, &n_cases, &err);
    if (answer == 0)
        answer = check_writable(config->database, &err);
    if (answer == 0)
        text = mem_format("%s can be read and written; %s: %d", config->database,
            store_cases_name(store), n_cases);
    store_close(store);
    tell(answer == 0, "database", answer == 0 ? text : err.text,
        "point CASECAST_DB to a database on a local disk that this user may write", n_missing);
    free(text);
}

/* Opens a file of the folder as a job would, if there is one. */
static int try_a_file(int root_fd, const char *path, struct error *err)
{
    DIR *entries = opendir(path);
    struct dirent *entry;
    int answer = 0, fd;

    while (entries && answer == 0 && (entry = readdir(entries))) {
        if (entry->d_type != DT_REG)
            continue;
        answer = beneath_open(root_fd, entry->d_name, &fd, NULL, err);
        if (answer == 0)
            close(fd);
        break;
    }
    if (entries)
        closedir(entries);
    return answer;
}

static void check_media(const struct config *config, int *n_missing)
{
    struct error err;
    int fd = -1, answer = beneath_root(config->media_root, &fd, &err);
    bool is_walked = answer == 0 && !beneath_is_by_kernel(fd);
    char *text;

    if (answer == 0 && access(config->media_root, R_OK | X_OK) < 0)
        answer = error_set(&err, ERR_IO, "%s: %s", config->media_root, strerror(errno));
    if (answer == 0)
        answer = try_a_file(fd, config->media_root, &err);
    if (fd >= 0)
        close(fd);
    text = mem_format("%s%s", config->media_root,
        is_walked ? " (openat2 is missing or forbidden here: paths are walked name by name)" : "");
    tell(answer == 0, "media", answer == 0 ? text : err.text,
        "point CASECAST_MEDIA_ROOT to the folder of pictures, readable for this user", n_missing);
    free(text);
}

/* The responder makes the folder itself where it may. */
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
    tell(is_there, "output", text,
        "make the folder, or point CASECAST_OUTPUT to one that this user may write", n_missing);
    free(text);
}

static void tell_finding(void *ctx, const struct machine_finding *finding)
{
    tell(finding->is_there, finding->what, finding->text, finding->mend, ctx);
}

static void check_machine(const struct config *config, int *n_missing)
{
    check_database(config, n_missing);
    check_media(config, n_missing);
    check_output(config, n_missing);
    machine_check(tell_finding, n_missing);
}

/* --- one case --- */

struct findings {
    int n_mistakes, n_warnings;
};

static void tell_mistake(void *ctx, const char *place, const char *field, const char *text)
{
    struct findings *findings = ctx;

    printf("mistake  %s%s%s: %s\n", place, place[0] ? "." : "", field, text);
    findings->n_mistakes++;
}

static void tell_warning(void *ctx, const char *place, const char *name, const char *text)
{
    struct findings *findings = ctx;

    printf("warning  %s: %s is used as it is, but %s\n", place, name, text);
    findings->n_warnings++;
}

static int check_case(const struct config *config, const char *id)
{
    struct findings found = {0};
    struct files files = {.ctx = &found, .mistake = tell_mistake, .warning = tell_warning};
    struct case_record *record;
    struct error err;

    if (beneath_root(config->media_root, &files.root_fd, &err) < 0) {
        error_where(&err, "CASECAST_MEDIA_ROOT: ");
        return cli_fail(&err);
    }
    if (cli_load_case(config, id, &record, &err) != 0) {
        close(files.root_fd);
        return cli_fail(&err);
    }
    files_check(&files, record, "");
    printf("case %s: %d %s, %d %s\n", id, found.n_mistakes,
        found.n_mistakes == 1 ? "mistake" : "mistakes", found.n_warnings,
        found.n_warnings == 1 ? "warning" : "warnings");
    files_end(&files);
    case_free(record);
    close(files.root_fd);
    return found.n_mistakes ? EXIT_FAILED : EXIT_DONE;
}

static int run(const struct command *command, const struct config *config, int argc, char **argv)
{
    int n_missing = 0;

    if (argc > 2)
        return cli_misused(command, "takes one case, but got \"%s\", too", argv[2]);
    if (argc == 2)
        return check_case(config, argv[1]);
    check_machine(config, &n_missing);
    if (n_missing)
        printf("\n%d missing\n", n_missing);
    return n_missing ? EXIT_FAILED : EXIT_DONE;
}

const struct command command_check = {"check", " [CASE]",
    "tells what this machine or a case lacks, and how to mend it",
    "\nWith a CASE, every file it names is read as a job would read it: a mistake ends the job, a\n"
    "warning tells what is wrong with a file that is used nevertheless.\n",
    run};
