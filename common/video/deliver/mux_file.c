/* mux_file.c - see mux_file.h. */
#include "video/deliver/mux_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

enum { BUFFER_BYTES = 64 << 10 };

/* --- bytes --- */

static int mux_file_write(void *ctx, uint8_t *data, int size)
{
    struct mux_file *file = ctx;

    for (int done = 0; done < size;) {
        ssize_t n;

        if (file->is_interrupted(file->ctx))
            return AVERROR_EXIT;
        n = pwrite(file->fd, data + done, (size_t)(size - done), file->at);
        if (n < 0 && errno != EINTR)
            return AVERROR(errno);
        if (n > 0) {
            done += (int)n;
            file->at += n;
        }
    }
    return size;
}

static int mux_file_read(void *ctx, uint8_t *data, int size)
{
    struct mux_file *file = ctx;
    ssize_t n;

    do {
        if (file->is_interrupted(file->ctx))
            return AVERROR_EXIT;
        n = pread(file->fd, data, (size_t)size, file->at);
    } while (n < 0 && errno == EINTR);
    if (n < 0)
        return AVERROR(errno);
    file->at += n;
    return n ? (int)n : AVERROR_EOF;
}

static int64_t mux_file_seek(void *ctx, int64_t offset, int whence)
{
    struct mux_file *file = ctx;
    struct stat status;

    whence &= ~AVSEEK_FORCE;
    if ((whence == AVSEEK_SIZE || whence == SEEK_END) && fstat(file->fd, &status) < 0)
        return AVERROR(errno);
    if (whence == AVSEEK_SIZE)
        return status.st_size;
    offset += whence == SEEK_CUR ? file->at : whence == SEEK_END ? status.st_size : 0;
    if (offset < 0)
        return AVERROR(EINVAL);
    file->at = offset;
    return offset;
}

/* --- libav's contexts --- */

/* NULL: no memory. */
static AVIOContext *mux_file_io(struct mux_file *file, bool writes)
{
    uint8_t *buffer = av_malloc(BUFFER_BYTES);
    AVIOContext *io = buffer ? avio_alloc_context(buffer, BUFFER_BYTES, writes, file, mux_file_read,
                                   mux_file_write, mux_file_seek)
                             : NULL;

    if (!io)
        av_free(buffer);
    return io;
}

static void mux_file_io_free(AVIOContext **io)
{
    if (*io)
        av_freep(&(*io)->buffer);
    avio_context_free(io);
}

/* A reader of the same file, with a place of its own: the muxer moves its media behind the header
 * with it. */
static int mux_file_open_again(AVFormatContext *format, AVIOContext **ret_io, const char *url,
    int flags, AVDictionary **options)
{
    const struct mux_file *file = format->opaque;
    struct mux_file *reader;

    (void)url;
    (void)options;
    if (flags != AVIO_FLAG_READ)
        return AVERROR(ENOSYS);
    reader = mem_new(struct mux_file);
    *reader = *file;
    reader->at = 0;
    *ret_io = mux_file_io(reader, false);
    if (!*ret_io)
        free(reader);
    return *ret_io ? 0 : AVERROR(ENOMEM);
}

static int mux_file_close_again(AVFormatContext *format, AVIOContext *io)
{
    (void)format;
    free(io->opaque);
    mux_file_io_free(&io);
    return 0;
}

/* --- opening and closing --- */

int mux_file_open(struct mux_file *file, int dir_fd, const char *name, AVFormatContext *format)
{
    file->fd = openat(dir_fd, name, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file->fd < 0)
        return AVERROR(errno);
    format->opaque = file;
    format->io_open = mux_file_open_again;
    format->io_close2 = mux_file_close_again;
    format->pb = mux_file_io(file, true);
    return format->pb ? 0 : AVERROR(ENOMEM);
}

int mux_file_close(struct mux_file *file, AVFormatContext *format, bool drop)
{
    int rc = 0;

    if (format && format->pb) {
        if (!drop)
            avio_flush(format->pb);
        rc = drop ? 0 : format->pb->error;
        mux_file_io_free(&format->pb);
    }
    if (file->fd >= 0 && close(file->fd) < 0 && rc == 0 && errno != EINTR)
        rc = AVERROR(errno);
    file->fd = -1;
    return rc;
}
