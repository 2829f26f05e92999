/* picture_file.c - see picture_file.h. */
#include "cli/film/picture_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/film/target.h"
#include "cli/term/status.h"

int picture_file_check(const char *path, struct error *err)
{
    static const char *const ends[] = {".jpg", ".jpeg"};
    size_t len = strlen(path);

    if (strcmp(path, "-") == 0)
        return 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (len > strlen(ends[i]) && strcasecmp(path + len - strlen(ends[i]), ends[i]) == 0)
            return 0;
    return error_set(err, ERR_INPUT, "%s: it will be a JPEG: call it .jpg", path);
}

/* The mode that a new file gets. */
static mode_t picture_file_mode(void)
{
    mode_t mask = umask(0);

    umask(mask);
    return 0666 & ~mask;
}

/* Makes a file of a name of its own: `made` ends with XXXXXX and becomes it. */
static int picture_file_make(
    const char *path, const struct buf *jpeg, char *made, struct error *err)
{
    int fd = mkstemp(made), rc = 0;

    if (fd < 0)
        return status_cannot_create(err, "%s: %s", path, strerror(errno));
    if (file_write(fd, jpeg->data, jpeg->len) < 0 || fchmod(fd, picture_file_mode()) < 0)
        rc = error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (close(fd) < 0 && rc == 0)
        rc = error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    if (rc < 0)
        unlink(made);
    return rc;
}

int picture_file_write(
    const char *path, const struct buf *jpeg, bool may_replace, struct error *err)
{
    char *made;
    int rc;

    if (strcmp(path, "-") == 0)
        return file_write(STDOUT_FILENO, jpeg->data, jpeg->len) < 0
                   ? error_set(err, ERR_IO, "standard output: %s", strerror(errno))
                   : 0;
    made = mem_format("%s.XXXXXX", path);
    rc = picture_file_make(path, jpeg, made, err);
    if (rc == 0) {
        rc = target_move(made, path, may_replace, err);
        if (rc < 0)
            unlink(made);
    }
    free(made);
    return rc;
}
