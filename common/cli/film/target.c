/* target.c - see target.h. */
#include "cli/film/target.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/term/status.h"

static const struct {
    const char *name, *ending;
} sides[N_TARGET_SIDES] = {{"captions", ".vtt"}, {"poster", ".jpg"}, {"chapters", ".chapters.vtt"}};

const char *target_side_name(enum target_side side)
{
    return sides[side].name;
}

int target_read_with(const char *with, bool ret_wanted[static N_TARGET_SIDES], struct error *err)
{
    while (*with) {
        size_t len = strcspn(with, ","), i = 0;

        while (i < N_TARGET_SIDES &&
               (strlen(sides[i].name) != len || strncmp(with, sides[i].name, len) != 0))
            i++;
        if (i == N_TARGET_SIDES)
            return error_set(err, ERR_INPUT,
                "--with %.*s: must be captions, poster or chapters, with commas between them",
                (int)(len < 60 ? len : 60), with);
        ret_wanted[i] = true;
        with += len + (with[len] == ',');
    }
    return 0;
}

/* --- names --- */

static bool target_is_stdout(const struct target *target)
{
    return strcmp(target->path, "-") == 0;
}

static const char *target_ending(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');

    return dot ? dot : path + strlen(path);
}

/* A film under the name of another format would be taken for one. */
static int target_check_ending(const char *path, struct error *err)
{
    static const char *const others[] = {".mkv", ".webm", ".mov", ".avi", ".gif", ".ogv", ".ogg",
        ".wmv", ".flv", ".mpg", ".mpeg", ".ts", ".m2ts", ".mts", ".3gp", ".mp3", ".m4a", ".wav",
        ".aac", ".vob", ".m3u8", ".mpd", ".jpg", ".png", ".webp", ".vtt", ".json", NULL};
    const char *ending = target_ending(path);

    for (int i = 0; others[i]; i++)
        if (strcasecmp(ending, others[i]) == 0)
            return error_set(err, ERR_INPUT,
                "-o %s: casecast makes MP4, no %s: name it %.*s.mp4, and convert that", path,
                ending + 1, (int)(ending - path), path);
    return 0;
}

static int target_check_path(const char *path, struct error *err)
{
    size_t len = strlen(path);
    struct stat stat_;

    if (len == 0)
        return error_set(err, ERR_INPUT, "-o: the name of a file must not be empty");
    if (stat(path, &stat_) == 0 && S_ISDIR(stat_.st_mode))
        return status_cannot_create(err, "-o %s: is a folder; name the file in it", path);
    if (path[len - 1] == '/')
        return status_cannot_create(err, "-o %s: no such folder", path);
    return target_check_ending(path, err);
}

static int target_refuse_there(const char *path, struct error *err)
{
    return status_cannot_create(err, "%s: is there already; --force replaces it", path);
}

/* Before the work begins, so that it is not done in vain. */
static int target_check_free(const struct target *target, struct error *err)
{
    struct stat stat_;

    if (target->may_replace)
        return 0;
    if (lstat(target->path, &stat_) == 0)
        return target_refuse_there(target->path, err);
    for (int i = 0; i < N_TARGET_SIDES; i++)
        if (target->sides[i] && lstat(target->sides[i], &stat_) == 0)
            return target_refuse_there(target->sides[i], err);
    return 0;
}

/* --- the hidden folder --- */

static int target_make_work_folder(struct target *target, struct error *err)
{
    struct stat stat_;

    if (stat(target->folder, &stat_) < 0)
        return status_cannot_create(
            err, "%s: %s: %s", target->path, target->folder, strerror(errno));
    if (!S_ISDIR(stat_.st_mode))
        return status_cannot_create(err, "%s: %s is not a folder", target->path, target->folder);
    target->work = mem_format("%s/.casecast-XXXXXX", target->folder);
    if (!mkdtemp(target->work)) {
        int rc = status_cannot_create(
            err, "%s: can't write in %s: %s", target->path, target->folder, strerror(errno));

        free(target->work);
        target->work = NULL;
        return rc;
    }
    return 0;
}

static int target_init_stdout(struct target *target, struct error *err)
{
    const char *folder = getenv("TMPDIR");

    if (isatty(STDOUT_FILENO))
        return status_cannot_create(err, "-o -: standard output is a terminal; name a file");
    for (int i = 0; i < N_TARGET_SIDES; i++)
        if (target->is_wanted[i])
            return error_set(err, ERR_INPUT, "--with: needs a file, not -o -");
    target->folder = mem_copy(folder && *folder ? folder : "/tmp");
    return target_make_work_folder(target, err);
}

static int target_init_file(struct target *target, struct error *err)
{
    int stem = (int)(target_ending(target->path) - target->path), rc;
    char *copy;

    rc = target_check_path(target->path, err);
    if (rc < 0)
        return rc;
    for (int i = 0; i < N_TARGET_SIDES; i++)
        if (target->is_wanted[i])
            target->sides[i] = mem_format("%.*s%s", stem, target->path, sides[i].ending);
    copy = mem_copy(target->path);
    target->folder = mem_copy(dirname(copy));
    free(copy);
    rc = target_check_free(target, err);
    return rc < 0 ? rc : target_make_work_folder(target, err);
}

int target_init(struct target *target, const char *path, bool may_replace, const bool *wanted,
    struct error *err)
{
    *target = (struct target){.path = mem_copy(path), .may_replace = may_replace};
    for (int i = 0; wanted && i < N_TARGET_SIDES; i++)
        target->is_wanted[i] = wanted[i];
    return target_is_stdout(target) ? target_init_stdout(target, err)
                                    : target_init_file(target, err);
}

void target_deinit(struct target *target)
{
    if (target->work)
        file_remove_folder(target->work);
    for (int i = 0; i < N_TARGET_SIDES; i++)
        free(target->sides[i]);
    free(target->work);
    free(target->folder);
    free(target->path);
}

/* --- publishing --- */

static int target_copy_to_stdout(int fd, off_t *ret_size, struct error *err)
{
    char block[65536];
    ssize_t n;

    for (*ret_size = 0; (n = file_read(fd, block, sizeof block)) > 0; *ret_size += n)
        if (file_write(STDOUT_FILENO, block, (size_t)n) < 0)
            return error_set(err, ERR_IO, "standard output: %s", strerror(errno));
    return n < 0 ? error_set(err, ERR_IO, "standard output: %s", strerror(errno)) : 0;
}

static int target_print(const char *made, off_t *ret_size, struct error *err)
{
    int fd = open(made, O_RDONLY | O_CLOEXEC), rc;

    if (fd < 0)
        return error_set(err, ERR_IO, "%s: %s", made, strerror(errno));
    rc = target_copy_to_stdout(fd, ret_size, err);
    close(fd);
    return rc;
}

/* A file system without RENAME_NOREPLACE is asked once more. */
int target_move(const char *made, const char *path, bool may_replace, struct error *err)
{
    struct stat stat_;
    int rc;

    if (may_replace) {
        rc = rename(made, path);
    } else {
        rc = renameat2(AT_FDCWD, made, AT_FDCWD, path, RENAME_NOREPLACE);
        if (rc < 0 && errno == EINVAL && lstat(path, &stat_) < 0)
            rc = rename(made, path);
    }
    if (rc < 0 && errno == EEXIST)
        return target_refuse_there(path, err);
    return rc < 0 ? error_set(err, ERR_IO, "%s: %s", path, strerror(errno)) : 0;
}

static int target_place(
    const struct target *target, const char *made, off_t *ret_size, struct error *err)
{
    struct stat stat_;
    int rc, fd;

    if (stat(made, &stat_) < 0)
        return error_set(err, ERR_IO, "%s: %s", target->path, strerror(errno));
    rc = target_move(made, target->path, target->may_replace, err);
    if (rc < 0)
        return rc;
    *ret_size = stat_.st_size;
    /* The rename is durable once its folder is flushed. */
    fd = open(target->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    return 0;
}

int target_publish(
    const struct target *target, const char *name, off_t *ret_size, struct error *err)
{
    char *made = mem_format("%s/%s", target->work, name);
    int rc = target_is_stdout(target) ? target_print(made, ret_size, err)
                                      : target_place(target, made, ret_size, err);

    free(made);
    return rc;
}

int target_publish_side(
    const struct target *target, enum target_side side, const char *name, struct error *err)
{
    char *made;
    int rc;

    if (!target->sides[side] || !name)
        return 0;
    made = mem_format("%s/%s", target->work, name);
    rc = target_move(made, target->sides[side], target->may_replace, err);
    free(made);
    return rc;
}

int target_write_side(
    const struct target *target, enum target_side side, const char *text, struct error *err)
{
    char *made;
    int fd, rc = 0;

    if (!target->sides[side])
        return 0;
    made = mem_format("%s/side", target->work);
    fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0 || file_write(fd, text, strlen(text)) < 0)
        rc = error_set(err, ERR_IO, "%s: %s", target->sides[side], strerror(errno));
    if (fd >= 0)
        close(fd);
    free(made);
    return rc < 0 ? rc : target_publish_side(target, side, "side", err);
}
