/* spool.c - see spool.h. */
#include "video/kept/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { SAMPLE = sizeof(int16_t) };

/* For file systems without O_TMPFILE. */
static int spool_open_unlinked(const char *dir)
{
    char *path = mem_format("%s/.sound-XXXXXX", dir);
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd >= 0)
        unlink(path);
    free(path);
    return fd;
}

int spool_open(const char *dir, struct spool *ret_spool, struct error *err)
{
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL))
        fd = spool_open_unlinked(dir);
    if (fd < 0)
        return error_set(
            err, ERR_IO, "%s: no temporary file for the sound: %s", dir, strerror(errno));
    *ret_spool = (struct spool){.fd = fd};
    return 0;
}

void spool_close(struct spool *spool)
{
    if (spool->fd >= 0)
        close(spool->fd);
    spool->fd = -1;
}

int spool_add(struct spool *spool, const int16_t *samples, int64_t n, struct error *err)
{
    if (file_write_at(spool->fd, samples, (size_t)n * SAMPLE, spool->n * SAMPLE) < 0)
        return error_set(err, ERR_IO, "the sound can't be written: %s", strerror(errno));
    spool->n += n;
    return 0;
}

int spool_read(
    const struct spool *spool, int64_t at, int16_t *samples, int64_t n, struct error *err)
{
    ssize_t len = (ssize_t)n * SAMPLE,
            did = file_read_at(spool->fd, samples, (size_t)len, at * SAMPLE);

    if (did < len)
        return error_set(err, ERR_IO, "the sound can't be read back: %s",
            did < 0 ? strerror(errno) : "the file was truncated");
    return 0;
}
