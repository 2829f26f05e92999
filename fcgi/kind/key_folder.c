/* key_folder.c - see key_folder.h. */
#include "kind/key_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/file.h"
#include "base/mem.h"
#include "request/secret.h"
#include "s3/s3.h"

/* With a secret key and without, the folder has different places, and the key may have come or gone
 * since. */
static const char *const shelves[] = {"", SECRET_FOLDER "/"};
enum { N_SHELVES = sizeof shelves / sizeof *shelves };

enum { LEFT_BEHIND_S = 86400, RENAME_TRIES = 3 };

/* Of folders that are to be removed.  Hidden, so nothing serves what is in it. */
#define GONE ".gone"

/* --- what a process left behind that was killed --- */

static void key_folder_remove_old(const char *gone, const char *name)
{
    char *path = mem_format("%s/%s", gone, name);
    struct stat stat;

    if (*name != '.' && lstat(path, &stat) == 0 && time(NULL) - stat.st_ctime >= LEFT_BEHIND_S)
        file_remove_folder(path);
    free(path);
}

static void key_folder_clean(const char *gone)
{
    DIR *entries = opendir(gone);
    struct dirent *entry;

    while (entries && (entry = readdir(entries)))
        key_folder_remove_old(gone, entry->d_name);
    if (entries)
        closedir(entries);
}

/* An older casecast renamed the folder in place, and may have been killed before it was removed. */
static void key_folder_remove_older(const char *shelf, const char *key)
{
    char *path = mem_format("%s.%s.gone", shelf, key);

    file_remove_folder(path);
    free(path);
}

/* --- away, and back --- */

/* The folder of the name it gets may be removed by another process just now. */
static int key_folder_hide(
    const char *gone, const char *folder, const char *hidden, struct error *err)
{
    int why = ENOENT;

    for (int i = 0; i < RENAME_TRIES && why == ENOENT; i++) {
        why = mkdir(gone, 0755) < 0 && errno != EEXIST ? errno : 0;
        if (rename(folder, hidden) == 0 || errno == ENOTDIR || access(folder, F_OK) < 0)
            return 0;
        why = why ? why : errno;
    }
    return error_set(err, ERR_IO, "%s: %s", folder, strerror(why));
}

/* A file that is there already is the newer one. */
static void key_folder_return_file(const char *hidden, const char *folder, const char *name)
{
    char *from = mem_format("%s/%s", hidden, name), *to = mem_format("%s/%s", folder, name);

    if (*name != '.' && link(from, to) < 0 && errno != EEXIST)
        rename(from, to); /* a folder, or the file system has no links */
    free(from);
    free(to);
}

/* The new job may have made a folder of its own meanwhile. */
static void key_folder_return(const char *hidden, const char *folder)
{
    struct dirent *entry;
    DIR *entries;

    if (rename(hidden, folder) == 0 || !(entries = opendir(hidden)))
        return;
    while ((entry = readdir(entries)))
        key_folder_return_file(hidden, folder, entry->d_name);
    closedir(entries);
    file_remove_folder(hidden);
}

/* --- all --- */

/* Who began before the answer may work in the folder; who begins later finds none. */
static int key_folder_end(
    const char *hidden, const char *folder, const struct key_sharing *sharing, struct error *err)
{
    bool shares = true;
    int rc = access(hidden, F_OK) == 0 ? sharing->ask(sharing->ctx, &shares, err) : 0;

    if (rc != 0 || shares)
        key_folder_return(hidden, folder);
    else
        file_remove_folder(hidden);
    return rc;
}

static int key_folder_remove(
    const char *shelf, const char *key, const struct key_sharing *sharing, struct error *err)
{
    char random[17], *gone = mem_format("%s" GONE, shelf), *folder = mem_format("%s%s", shelf, key);
    char *hidden;
    int rc;

    digest_random_name(random, sizeof random - 1);
    hidden = mem_format("%s/%s.%s", gone, key, random);
    key_folder_remove_older(shelf, key);
    key_folder_clean(gone);
    rc = key_folder_hide(gone, folder, hidden, err);
    if (rc == 0)
        rc = key_folder_end(hidden, folder, sharing, err);
    rmdir(gone);
    free(hidden);
    free(folder);
    free(gone);
    return rc;
}

int key_folder_drop(const struct config *config, const struct job *job,
    const struct key_sharing *sharing, struct error *err)
{
    int rc = 0;

    if (s3_is_address(config->output))
        return 0;
    for (int i = 0; rc == 0 && i < N_SHELVES; i++) {
        char *shelf = mem_format("%s/%s", config->output, shelves[i]);

        rc = key_folder_remove(shelf, job->key, sharing, err);
        free(shelf);
    }
    return rc;
}

int64_t key_folder_bytes(const struct config *config, const struct job *done)
{
    int64_t bytes = 0;

    for (int i = 0; i < N_SHELVES && !s3_is_address(config->output); i++) {
        char *folder = mem_format("%s/%s%s", config->output, shelves[i], done->key);

        bytes += file_folder_bytes(folder);
        free(folder);
    }
    return bytes;
}
