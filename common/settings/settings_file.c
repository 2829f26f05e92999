/* settings_file.c - see settings_file.h. */
#include "settings/settings_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"

enum { FILE_MAX = 64 << 10 }; /* bytes */

/* --- the file --- */

static int file_check(const char *path, const struct stat *stat, struct error *err)
{
    if (!S_ISREG(stat->st_mode))
        return error_set(err, ERR_INPUT, "%s: must be a regular file", path);
    if (stat->st_size > FILE_MAX)
        return error_set(err, ERR_INPUT, "%s: has %lld bytes; settings may have %d", path,
            (long long)stat->st_size, FILE_MAX);
    if (geteuid() == 0 && (stat->st_uid != 0 || stat->st_mode & 022))
        return error_set(err, ERR_INPUT,
            "%s: others than root may write to it, so root does not use it: `chown root %s` and "
            "`chmod go-w %s` mend that",
            path, path, path);
    return 0;
}

static int file_read_whole(int fd, const char *path, char **ret_text, struct error *err)
{
    char *text = mem_zero(FILE_MAX + 1, 1);
    ssize_t n = file_read(fd, text, FILE_MAX);

    if (n >= 0 && strlen(text) == (size_t)n && text_is_utf8(text, (size_t)n, NULL)) {
        *ret_text = text;
        return 0;
    }
    free(text);
    return n < 0 ? error_set(err, ERR_IO, "%s: %s", path, strerror(errno))
                 : error_set(err, ERR_INPUT, "%s: must be text in UTF-8", path);
}

int settings_file_read(const char *path, char **ret_text, bool *ret_is_open, struct error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc;
    struct stat stat;

    if (fd < 0) {
        rc = error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
        return errno == ENOENT || errno == ENOTDIR ? SETTINGS_E_NO_FILE : rc;
    }
    if (fstat(fd, &stat) < 0)
        rc = error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    else
        rc = file_check(path, &stat, err);
    if (rc == 0)
        rc = file_read_whole(fd, path, ret_text, err);
    if (rc == 0)
        *ret_is_open = stat.st_mode & S_IROTH;
    close(fd);
    return rc;
}

/* --- its lines --- */

static char *line_trim(char *text)
{
    size_t len = strlen(text);
    const char *from = text_trim(text, &len);

    text += from - text;
    text[len] = '\0';
    return text;
}

/* A value with a # in it is meant, or the # begins a comment: nobody can know. */
static int line_unquote(struct settings_line *line, struct error *err)
{
    size_t len = strlen(line->value);
    bool is_quoted = *line->value && strchr("\"'", *line->value);

    if (is_quoted && len >= 2 && line->value[len - 1] == *line->value) {
        line->value[len - 1] = '\0';
        line->value++;
    } else if (is_quoted) {
        return error_set(
            err, ERR_INPUT, "%s: a value that begins with a quote must end with it", line->name);
    } else if (strstr(line->value, " #") || strstr(line->value, "\t#")) {
        return error_set(err, ERR_INPUT,
            "%s: a comment must stand on a line of its own; quotes around the value keep its #",
            line->name);
    }
    if (text_find_control(line->value, strlen(line->value), "") >= 0)
        return error_set(
            err, ERR_INPUT, "%s: the value must hold no control character", line->name);
    return 1;
}

static int line_parse(char *text, struct settings_line *line, struct error *err)
{
    char *equals = strchr(text, '=');

    if (!equals) /* the line may hold a secret */
        return error_set(err, ERR_INPUT, "must be NAME=value, or begin with # as a comment");
    *equals = '\0';
    line->name = line_trim(text);
    line->value = line_trim(equals + 1);
    return line_unquote(line, err);
}

int settings_file_next(char **text, struct settings_line *line, struct error *err)
{
    while (**text) {
        char *begin = *text, *end = begin + strcspn(begin, "\n");

        *text = *end ? end + 1 : end;
        *end = '\0';
        line->number++;
        begin = line_trim(begin);
        if (*begin && *begin != '#')
            return line_parse(begin, line, err);
    }
    return 0;
}
