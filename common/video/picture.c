/* picture.c - see picture.h. */
#include "video/picture.h"

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavutil/imgutils.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "video/picture_head.h"
#include "video/planes.h"
#include "video/words.h"

static int read_all(int fd, const char *name, uint8_t *data, size_t size, struct error *err)
{
    for (size_t at = 0; at < size;) {
        ssize_t n = read(fd, data + at, size - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_set(err, ERR_IO, "%s: %s", name, strerror(errno));
        if (n == 0)
            return error_set(err, ERR_INPUT, "%s: became shorter while it was read", name);
        at += (size_t)n;
    }
    return 0;
}

/* The whole file with the zeros behind it that libav's decoders read over.  The caller frees
 * `*ret_data` with av_free(). */
static int read_file(
    int root_fd, const char *name, uint8_t **ret_data, size_t *ret_size, struct error *err)
{
    struct stat stat;
    uint8_t *data;
    int fd, rc;

    rc = beneath_open(root_fd, name, &fd, &stat, err);
    if (rc < 0)
        return rc;
    if (stat.st_size > PICTURE_BYTES_MAX) {
        close(fd);
        return error_set(err, ERR_INPUT, "%s: %lld bytes is too large, %d MiB is the limit", name,
            (long long)stat.st_size, PICTURE_BYTES_MAX >> 20);
    }
    data = av_mallocz((size_t)stat.st_size + AV_INPUT_BUFFER_PADDING_SIZE);
    rc = data ? read_all(fd, name, data, (size_t)stat.st_size, err)
              : error_set(err, ERR_LIMIT, "no memory for %s", name);
    close(fd);
    if (rc < 0) {
        av_free(data);
        return rc;
    }
    *ret_data = data;
    *ret_size = (size_t)stat.st_size;
    return 0;
}

static int check_size(const char *name, const struct picture_head *head, struct error *err)
{
    if ((int64_t)head->width * head->height > PICTURE_PIXELS_MAX)
        return error_set(err, ERR_INPUT,
            "%s: %d×%d pixels are too many, %d megapixels is the limit", name, head->width,
            head->height, PICTURE_PIXELS_MAX / 1000000);
    return 0;
}

/* Read the file and judge it.  The caller frees `*ret_data` with av_free(). */
static int read_picture(int root_fd, const char *name, uint8_t **ret_data, size_t *ret_size,
    struct picture_head *ret_head, struct error *err)
{
    int rc = read_file(root_fd, name, ret_data, ret_size, err);

    if (rc < 0)
        return rc;
    rc = picture_head_read(name, *ret_data, *ret_size, ret_head, err);
    if (rc == 0)
        rc = check_size(name, ret_head, err);
    if (rc < 0)
        av_freep(ret_data);
    return rc;
}

static void free_pixels(void *opaque, uint8_t *pixels)
{
    (void)opaque;
    free(pixels);
}

static size_t aligned(size_t n)
{
    return (n + YUV_ALIGN - 1) / YUV_ALIGN * YUV_ALIGN;
}

/* Bytes of a frame's planes, and of their rows. */
static int measure_planes(AVCodecContext *decoder, AVFrame *frame, size_t ret_sizes[4])
{
    int width = frame->width, height = frame->height, aligns[AV_NUM_DATA_POINTERS], rc;
    ptrdiff_t strides[4];

    avcodec_align_dimensions2(decoder, &width, &height, aligns);
    /* Chroma is up to four times as narrow, and its rows, too, are to be aligned. */
    width = (int)aligned((size_t)width / 4 + 1) * 4;
    rc = av_image_fill_linesizes(frame->linesize, frame->format, width);
    for (int i = 0; i < 4; i++)
        strides[i] = frame->linesize[i];
    return rc < 0 ? rc : av_image_fill_plane_sizes(ret_sizes, frame->format, height, strides);
}

/* libav's own memory for a picture is filled with zeros first, small page by small page: a fifth of
 * the time of loading a large JPEG, its page faults not counted.  What a damaged file leaves out is
 * not seen: it is refused. */
static int give_pixels(AVCodecContext *decoder, AVFrame *frame, int flags)
{
    size_t sizes[4], size = 0, at = 0;
    int rc = measure_planes(decoder, frame, sizes);
    uint8_t *pixels;

    (void)flags;
    if (rc < 0)
        return rc;
    /* Decoders write a little beyond the end. */
    for (int i = 0; i < 4; i++)
        size += sizes[i] ? aligned(sizes[i] + YUV_ALIGN) : 0;
    pixels = mem_large(size);
    frame->buf[0] = pixels ? av_buffer_create(pixels, size, free_pixels, NULL, 0) : NULL;
    if (!frame->buf[0]) {
        free(pixels);
        return AVERROR(ENOMEM);
    }
    for (int i = 0; i < 4 && sizes[i]; i++) {
        frame->data[i] = pixels + at;
        at += aligned(sizes[i] + YUV_ALIGN);
    }
    frame->extended_data = frame->data;
    return 0;
}

static int open_decoder(enum picture_kind kind, AVCodecContext **ret_decoder, struct error *err)
{
    static const enum AVCodecID ids[] = {
        AV_CODEC_ID_MJPEG, AV_CODEC_ID_PNG, AV_CODEC_ID_WEBP, AV_CODEC_ID_GIF};
    const AVCodec *codec = avcodec_find_decoder(ids[kind]);
    AVCodecContext *decoder = codec ? avcodec_alloc_context3(codec) : NULL;
    int rc;

    if (!decoder)
        return error_set(err, ERR_LIBRARY, "libavcodec has no %s decoder", picture_kind_name(kind));
    decoder->thread_count = 1;
    decoder->thread_type = 0; /* or it would be afraid for give_pixels() */
    if (codec->capabilities & AV_CODEC_CAP_DR1)
        decoder->get_buffer2 = give_pixels;
    decoder->max_pixels = PICTURE_PIXELS_MAX;
    /* Decoders paint over what is missing unless told that damage is an error. */
    decoder->err_recognition = AV_EF_EXPLODE | AV_EF_CRCCHECK;
    rc = avcodec_open2(decoder, codec, NULL);
    if (rc < 0) {
        avcodec_free_context(&decoder);
        return words_error(err, ERR_LIBRARY, rc, "%s decoder", picture_kind_name(kind));
    }
    *ret_decoder = decoder;
    return 0;
}

static int decode_packet(AVCodecContext *decoder, uint8_t *data, size_t size, AVFrame *frame)
{
    AVPacket *packet = av_packet_alloc();
    int rc;

    if (!packet)
        return AVERROR(ENOMEM);
    packet->data = data;
    packet->size = (int)size;
    rc = avcodec_send_packet(decoder, packet);
    if (rc >= 0)
        rc = avcodec_send_packet(decoder, NULL);
    if (rc >= 0)
        rc = avcodec_receive_frame(decoder, frame);
    av_packet_free(&packet);
    return rc;
}

/* Some decoders only say it, in a word or a flag, and hand out what they have. */
static bool is_damaged(const struct picture_head *head, const AVFrame *frame)
{
    return frame->decode_error_flags || frame->flags & AV_FRAME_FLAG_CORRUPT ||
           (head->kind == PICTURE_GIF && words_last()[0]);
}

static int decode(
    const char *name, struct picture_head *head, uint8_t *data, AVFrame *frame, struct error *err)
{
    AVCodecContext *decoder;
    int rc = open_decoder(head->kind, &decoder, err);

    if (rc < 0)
        return rc;
    words_clear();
    /* The decoder must not read on into what follows the picture. */
    memset(data + head->start + head->size, 0, AV_INPUT_BUFFER_PADDING_SIZE);
    picture_head_dress(data, head);
    rc = decode_packet(decoder, data + head->start, head->size, frame);
    avcodec_free_context(&decoder);
    if (rc < 0)
        return words_error(err, rc == AVERROR(ENOMEM) ? ERR_LIMIT : ERR_INPUT, rc, "%s: damaged %s",
            name, picture_kind_name(head->kind));
    if (is_damaged(head, frame))
        return error_set(err, ERR_INPUT, "%s: damaged %s (%s)", name, picture_kind_name(head->kind),
            words_last()[0] ? words_last() : "parts of it can't be decoded");
    return 0;
}

/* EXIF's orientation, as the JPEG and WebP decoders leave it in the frame's notes; 1 (upright) if
 * it is not there. */
static int orientation_of(const AVFrame *frame)
{
    const AVDictionaryEntry *entry = av_dict_get(frame->metadata, "Orientation", NULL, 0);
    long value = entry ? strtol(entry->value, NULL, 10) : 1;

    return value >= 1 && value <= 8 ? (int)value : 1;
}

static int frame_to_yuv(
    const char *name, const AVFrame *frame, struct fit *fit, struct yuv *yuv, struct error *err)
{
    struct planes planes;
    int rc = planes_import(frame, orientation_of(frame), &planes, err);

    if (rc == 0) {
        rc = fit_picture(&planes, fit, yuv, err);
        planes_free(&planes);
    }
    return rc < 0 ? error_where(err, "%s: ", name) : 0;
}

static void digest_of(const uint8_t *data, size_t size, char ret_digest[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    digest_add(&digest, data, size);
    digest_hex(&digest, ret_digest);
}

int picture_digest(
    int root_fd, const char *name, char ret_digest[static DIGEST_HEX_LEN + 1], struct error *err)
{
    size_t size = 0;
    uint8_t *data;
    int rc = read_file(root_fd, name, &data, &size, err);

    if (rc < 0)
        return rc;
    digest_of(data, size, ret_digest);
    av_free(data);
    return 0;
}

static int decode_to_yuv(int root_fd, const char *name, AVFrame *frame, struct fit *fit,
    struct yuv *yuv, char *ret_digest, struct error *err)
{
    struct picture_head head;
    size_t size = 0;
    uint8_t *data;
    int rc = read_picture(root_fd, name, &data, &size, &head, err);

    if (rc < 0)
        return rc;
    if (ret_digest)
        digest_of(data, size, ret_digest);
    rc = decode(name, &head, data, frame, err);
    av_free(data);
    return rc < 0 ? rc : frame_to_yuv(name, frame, fit, yuv, err);
}

int picture_check(int root_fd, const char *name, struct error *err)
{
    struct picture_head head;
    size_t size = 0;
    uint8_t *data;
    int rc = read_picture(root_fd, name, &data, &size, &head, err);

    if (rc == 0)
        av_free(data);
    return rc;
}

int picture_load(int root_fd, const char *name, int width, int height, struct fit *fit,
    struct yuv *ret_yuv, char *ret_digest, struct error *err)
{
    struct fit middle = {.focus_x = -1, .focus_y = -1};
    AVFrame *frame = av_frame_alloc();
    struct yuv yuv = {0};
    int rc;

    if (!frame)
        return error_set(err, ERR_LIMIT, "no memory for %s", name);
    rc = yuv_alloc(&yuv, width, height, err);
    if (rc == 0)
        rc = decode_to_yuv(root_fd, name, frame, fit ? fit : &middle, &yuv, ret_digest, err);
    av_frame_free(&frame);
    if (rc < 0) {
        yuv_free(&yuv);
        return rc;
    }
    *ret_yuv = yuv;
    return 0;
}
