/* json_file.c - see json_file.h. */
#include "cli/film/json_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "cli/term/status.h"

enum { JSON_FILE_MAX = 64 << 20 /* bytes */ };

const char *json_file_name(const char *path)
{
    return strcmp(path, "-") == 0 ? "standard input" : path;
}

static int json_file_fail(const char *path, struct error *err)
{
    return errno == ENOENT || errno == ENOTDIR
               ? status_missing(err, "%s: %s", path, strerror(errno))
               : error_set(err, ERR_IO, "%s: %s", json_file_name(path), strerror(errno));
}

static int json_file_load(int fd, const char *path, struct buf *buf, struct error *err)
{
    char block[65536];
    ssize_t n = 0;

    while (buf->len <= JSON_FILE_MAX && (n = file_read(fd, block, sizeof block)) > 0)
        buf_add(buf, block, (size_t)n);
    if (n < 0)
        return json_file_fail(path, err);
    if (buf->len > JSON_FILE_MAX)
        return error_set(err, ERR_LIMIT, "%s: is larger than %d MiB; split it into several files",
            json_file_name(path), JSON_FILE_MAX >> 20);
    return 0;
}

static int json_file_parse(
    const char *path, const struct buf *buf, json_t **ret_json, struct error *err)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* a byte order mark, which some editors write */
    size_t skip = buf->len >= 3 && memcmp(buf->data, mark, 3) == 0 ? 3 : 0;
    const char *name = json_file_name(path);
    json_error_t mistake;

    if (buf->len == skip)
        return error_set(err, ERR_INPUT, "%s: is empty; it must hold {\"cases\": […]}", name);
    *ret_json = json_loadb(buf->data + skip, buf->len - skip, JSON_REJECT_DUPLICATES, &mistake);
    if (!*ret_json)
        return error_set(
            err, ERR_INPUT, "%s:%d:%d: %s", name, mistake.line, mistake.column, mistake.text);
    return 0;
}

int json_file_read(const char *path, json_t **ret_json, struct error *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC), rc;
    struct buf buf = {0};

    if (fd < 0)
        return json_file_fail(path, err);
    rc = json_file_load(fd, path, &buf, err);
    if (!is_stdin)
        close(fd);
    if (rc == 0)
        rc = json_file_parse(path, &buf, ret_json, err);
    buf_free(&buf);
    return rc;
}
