/* program_files.c - see program_files.h. */
#include "kind/program_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/mem.h"
#include "request/secret.h"

enum { NAME_LEN = 12, OPEN_MOST = 16 };

static const char *files_shelf(const struct config *config)
{
    return secret_is_needed(config) ? SECRET_FOLDER "/" : "";
}

/* The folder of the key. */
static char *files_folder(const struct config *config, const struct job *job)
{
    return mem_format("%s/%s%s", config->output, files_shelf(config), job->key);
}

static int files_fail(const char *path, struct error *err)
{
    return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
}

/* --- an attempt --- */

/* The name that a run's folder gets when it is shown. */
static char *files_name_shown(const char *folder, const char *job_id, int64_t run)
{
    return run > 1 ? mem_format("%s/%s-%" PRId64, folder, job_id, run)
                   : mem_format("%s/%s", folder, job_id);
}

/* The run of this job whose hidden folder has the name; 0: it has none of this job. */
static int64_t files_hidden_run(const char *name, const char *job_id)
{
    size_t len = strlen(job_id);
    bool is_of_job = name[0] == '.' && strncmp(name + 1, job_id, len) == 0 && name[1 + len] == '.';

    return is_of_job ? strtoll(name + len + 2, NULL, 10) : 0;
}

static void files_remove_hidden(const char *folder, const char *job_id, int64_t before)
{
    DIR *entries = opendir(folder);
    struct dirent *entry;

    while (entries && (entry = readdir(entries))) {
        int64_t run = files_hidden_run(entry->d_name, job_id);
        char *path = mem_format("%s/%s", folder, entry->d_name);

        if (run > 0 && run < before)
            file_remove_folder(path);
        free(path);
    }
    if (entries)
        closedir(entries);
}

/* What the runs of the job before the run `before` have left.  A later one may be at work, as this
 * one may have been stopped since it was the last. */
static void files_remove_earlier(const char *folder, const char *job_id, int64_t before)
{
    files_remove_hidden(folder, job_id, before);
    for (int64_t run = 1; run < before; run++) {
        char *path = files_name_shown(folder, job_id, run);

        file_remove_folder(path);
        free(path);
    }
}

static int files_make_folder(const char *path, struct error *err)
{
    return mkdir(path, 0755) == 0 || errno == EEXIST ? 0 : files_fail(path, err);
}

/* The output folder itself is there: the server made it. */
static int files_make_folders(const struct config *config, const char *folder, struct error *err)
{
    char *shelf = mem_format("%s/%s", config->output, files_shelf(config));
    int rc = files_make_folder(shelf, err);

    free(shelf);
    return rc == 0 ? files_make_folder(folder, err) : rc;
}

/* The program runs in another folder: its paths are absolute. */
static int files_name(
    struct program_files *files, const char *folder, const struct job *job, struct error *err)
{
    char random[NAME_LEN + 1], *path = realpath(folder, NULL);

    if (!path)
        return files_fail(folder, err);
    digest_random_name(random, NAME_LEN);
    files->shown = files_name_shown(path, job->id, job->run);
    files->hidden = mem_format("%s/.%s.%" PRId64 ".%s", path, job->id, job->run, random);
    free(path);
    return mkdir(files->hidden, 0755) < 0 ? files_fail(files->hidden, err) : 0;
}

static char *files_url(const struct config *config, const struct job *job)
{
    char *folder = mem_format("%s%s%s", config->media_url, files_shelf(config), job->key);
    char *name = files_name_shown(folder, job->id, job->run), *url = mem_format("%s/", name);

    free(name);
    free(folder);
    return url;
}

int program_files_begin(struct program_files *files, const struct config *config,
    const struct job *job, uid_t uid, gid_t gid, struct error *err)
{
    char *folder = files_folder(config, job);
    int rc = files_make_folders(config, folder, err);

    if (rc == 0) {
        files_remove_earlier(folder, job->id, job->run);
        rc = files_name(files, folder, job, err);
    }
    if (rc == 0 && uid && chown(files->hidden, uid, gid) < 0)
        rc = files_fail(files->hidden, err);
    files->url = files_url(config, job);
    free(folder);
    return rc;
}

void program_files_end(struct program_files *files)
{
    if (files->hidden)
        file_remove_folder(files->hidden);
    free(files->shown);
    free(files->hidden);
    free(files->url);
    *files = (struct program_files){0};
}

/* --- showing --- */

/* nginx would follow a link to any file that it may read. */
static int files_is_plain(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)path, (void)ftw;
    return type == FTW_D || (type == FTW_F && S_ISREG(stat->st_mode)) ? 0 : 1;
}

static int files_check(const struct program_files *files, struct error *err)
{
    int rc = nftw(files->hidden, files_is_plain, OPEN_MOST, FTW_PHYS);

    if (rc < 0)
        return files_fail(files->hidden, err);
    return rc == 0 ? 0
                   : error_set(err, ERR_INPUT,
                         "it left something in CASECAST_OUT that is no file and no folder, or "
                         "can't be read");
}

/* All files of the disk at once: the program may have left thousands. */
static int files_flush(const char *path, int (*flush)(int fd), struct error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 || flush(fd) < 0 ? files_fail(path, err) : 0;

    if (fd >= 0)
        close(fd);
    return rc;
}

static int files_flush_parent(const struct program_files *files, struct error *err)
{
    char *parent = mem_copy_n(files->shown, (size_t)(strrchr(files->shown, '/') - files->shown));
    int rc = files_flush(parent, fsync, err);

    free(parent);
    return rc;
}

int program_files_show(struct program_files *files, struct work *work, struct error *err)
{
    int rc = files_check(files, err);

    if (rc == 0)
        rc = files_flush(files->hidden, syncfs, err);
    if (rc == 0)
        rc = work_may_publish(work, err);
    if (rc == 0 && rename(files->hidden, files->shown) < 0)
        rc = files_fail(files->shown, err);
    return rc == 0 ? files_flush_parent(files, err) : rc;
}

/* --- functions of a kind --- */

bool program_files_are_there(const struct config *config, const struct job *done)
{
    char *folder = files_folder(config, done);
    char *path = files_name_shown(folder, done->id, done->run);
    struct stat stat_;
    bool is_there = stat(path, &stat_) == 0 && S_ISDIR(stat_.st_mode);

    free(path);
    free(folder);
    return is_there;
}

void program_files_clear(const struct config *config, const struct job *job)
{
    char *folder = files_folder(config, job);

    files_remove_earlier(folder, job->id, job->run + 1);
    free(folder);
}
