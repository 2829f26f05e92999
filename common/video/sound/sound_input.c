/* sound_input.c - see sound_input.h. */
#include "video/sound/sound_input.h"

#include <libavutil/mem.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "video/libav/libav_error.h"

enum { IO_BUFFER = 32768 }; /* bytes */

/* --- errors --- */

int sound_input_error(
    const struct sound_input *input, int av_code, const char *what, struct error *err)
{
    if (av_code == AVERROR_EXIT || cancel_is_set(input->cancel))
        return cancel_error(err);
    /* Some demuxers report damage as an I/O error. */
    if (av_code == AVERROR(EIO) && !input->view.has_failed)
        av_code = AVERROR_INVALIDDATA;
    return libav_error(err, ERR_INPUT, av_code, "%s: %s", input->name, what);
}

int sound_input_no_memory(const struct sound_input *input, struct error *err)
{
    return error_set(err, ERR_LIMIT, "no memory for %s", input->name);
}

/* --- libav's reads --- */

/* Puts the patches over the `n` bytes that were read from byte `at` of the file. */
static void sound_input_patch(const struct sound_patches *patches, int64_t at, uint8_t *data, int n)
{
    for (int k = 0; k < patches->n; k++)
        for (int i = 0; i < patches->list[k].n; i++) {
            int64_t offset = patches->list[k].at + i - at;

            if (offset >= 0 && offset < n)
                data[offset] = patches->list[k].bytes[i];
        }
}

static int sound_input_read(void *ctx, uint8_t *data, int len)
{
    struct sound_input *input = ctx;
    int n;

    if (cancel_is_set(input->cancel))
        return AVERROR_EXIT;
    n = file_view_read(&input->view, input->at, data, len);
    if (n <= 0)
        return n < 0 ? AVERROR(EIO) : AVERROR_EOF;
    sound_input_patch(&input->patches, input->at, data, n);
    input->at += n;
    return n;
}

static int64_t sound_input_seek(void *ctx, int64_t offset, int whence)
{
    struct sound_input *input = ctx;
    const struct file_view *view = &input->view;

    if (whence & AVSEEK_SIZE)
        return view->end - view->start;
    whence &= ~AVSEEK_FORCE;
    offset += whence == SEEK_CUR ? input->at : whence == SEEK_END ? view->end : view->start;
    if (offset < view->start)
        return AVERROR(EINVAL);
    input->at = offset;
    return offset - view->start;
}

AVIOContext *sound_input_io(struct sound_input *input)
{
    uint8_t *buffer = av_malloc(IO_BUFFER);
    AVIOContext *io = buffer ? avio_alloc_context(buffer, IO_BUFFER, 0, input, sound_input_read,
                                   NULL, sound_input_seek)
                             : NULL;

    input->at = input->view.start;
    if (!io)
        av_free(buffer);
    return io;
}

void sound_input_io_free(AVIOContext **io)
{
    if (*io)
        av_freep(&(*io)->buffer);
    avio_context_free(io);
}

/* --- streams --- */

static void sound_input_narrow(struct sound_input *input)
{
    input->view.end = input->end;
    input->view.end = sound_kind_stream_end(&input->view, &input->kind);
}

bool sound_input_has_next(const struct sound_input *input)
{
    return input->view.end < input->end && input->kind.layout == SOUND_OGG;
}

void sound_input_next(struct sound_input *input)
{
    input->view.start = input->view.end;
    sound_input_narrow(input);
}

/* --- opening --- */

static int sound_input_probe(struct sound_input *input, struct error *err)
{
    int rc = sound_kind_of(&input->view, input->name, &input->kind, err);

    input->end = input->view.end;
    if (rc == 0)
        rc = sound_kind_check(&input->view, input->name, &input->kind, &input->patches, err);
    if (rc == 0)
        sound_input_narrow(input);
    return rc;
}

int sound_input_open(int fd, int64_t size, const char *name, const atomic_bool *cancel,
    struct sound_input **ret_input, struct error *err)
{
    struct sound_input *input = mem_new(struct sound_input);
    int rc;

    input->name = name;
    input->cancel = cancel;
    input->fd = fd;
    input->view.fd = fd;
    input->view.end = size;
    input->view.cancel = cancel;
    rc = sound_input_probe(input, err);
    if (rc < 0)
        sound_input_close(input);
    else
        *ret_input = input;
    return rc;
}

void sound_input_close(struct sound_input *input)
{
    if (!input)
        return;
    close(input->fd);
    free(input);
}
