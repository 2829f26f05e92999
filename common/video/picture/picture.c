/* picture.c - see picture.h. */
#include "video/picture/picture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"
#include "video/picture/decode.h"
#include "video/picture/picture_kind.h"

int picture_open(int root_fd, const char *name, int *ret_fd, size_t *ret_size, struct error *err)
{
    struct stat stat;
    int fd, rc = beneath_open(root_fd, name, &fd, &stat, err);

    if (rc < 0)
        return rc;
    if (stat.st_size > PICTURE_BYTES_MAX) {
        close(fd);
        return error_set(err, ERR_INPUT, "%s: %lld bytes are too many, %d MiB is the limit", name,
            (long long)stat.st_size, PICTURE_BYTES_MAX >> 20);
    }
    *ret_fd = fd;
    *ret_size = (size_t)stat.st_size;
    return 0;
}

int picture_read(int fd, const struct picture_bytes *bytes, struct error *err)
{
    ssize_t n = file_read(fd, bytes->data, bytes->size);

    if (n < 0)
        return error_set(err, ERR_IO, "%s: %s", bytes->name, strerror(errno));
    if ((size_t)n < bytes->size)
        return error_set(err, ERR_INPUT, "%s: became shorter while it was read", bytes->name);
    return 0;
}

/* Reads the whole file.  The caller frees `ret_bytes->data`. */
static int picture_read_file(
    int root_fd, const char *name, struct picture_bytes *ret_bytes, struct error *err)
{
    struct picture_bytes bytes = {.name = name};
    int fd, rc = picture_open(root_fd, name, &fd, &bytes.size, err);

    if (rc < 0)
        return rc;
    bytes.data = calloc(1, bytes.size + PICTURE_HEAD_PADDING);
    rc = bytes.data ? picture_read(fd, &bytes, err)
                    : error_set(err, ERR_LIMIT, "no memory for %s", name);
    close(fd);
    if (rc < 0)
        free(bytes.data);
    else
        *ret_bytes = bytes;
    return rc;
}

_Static_assert((int)PICTURE_WARNINGS_MAX == (int)PICTURE_HEAD_WARNINGS, "all of them are returned");

struct loading {
    const struct picture_bytes *bytes;
    struct picture_head head;
    struct planes planes;
};

static void loading_end(struct loading *loading)
{
    planes_free(&loading->planes);
    picture_head_free(&loading->head);
}

static int loading_parse(struct loading *loading, struct error *err)
{
    const struct picture_bytes *bytes = loading->bytes;

    return picture_head_read(bytes->name, bytes->data, bytes->size, &loading->head, err);
}

static int loading_check_rows(
    const struct loading *loading, const struct raster *raster, struct error *err)
{
    int height = loading->head.height;
    int n_decoded = (int)((int64_t)raster->rows * height / raster->height);

    if (raster->rows < raster->height)
        return error_set(err, ERR_INPUT, "%s: truncated (the last %d of %d rows are missing)",
            loading->bytes->name, height - n_decoded, height);
    return 0;
}

/* Decodes to planes of at least width × height pixels (upright), or all that the picture has. */
static int loading_decode(struct loading *loading, int width, int height, struct error *err)
{
    static int (*const decoders[])(
        const struct decode_request *, struct raster *, struct error *) = {
        [PICTURE_JPEG] = jpeg_decode,
        [PICTURE_PNG] = png_decode,
        [PICTURE_WEBP] = webp_decode,
        [PICTURE_GIF] = gif_decode,
        [PICTURE_HEIF] = heif_decode,
    };
    bool is_on_its_side = loading->head.orientation >= 5;
    struct decode_request request = {.name = loading->bytes->name,
        .head = &loading->head,
        .data = loading->bytes->data,
        .min_width = is_on_its_side ? height : width,
        .min_height = is_on_its_side ? width : height};
    struct raster raster;
    int rc = decoders[loading->head.kind](&request, &raster, err);

    if (rc == 0)
        rc = loading_check_rows(loading, &raster, err);
    if (rc == 0)
        raster_move_planes(&raster, &loading->planes);
    raster_close(&raster);
    return rc;
}

void picture_prepare(void)
{
    heif_prepare();
}

void picture_bytes_digest(
    const struct picture_bytes *bytes, char ret_digest[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    digest_add(&digest, bytes->data, bytes->size);
    digest_hex(&digest, ret_digest);
}

int picture_bytes_probe(const struct picture_bytes *bytes, struct error *err)
{
    struct loading loading = {.bytes = bytes};
    int rc = loading_parse(&loading, err);

    loading_end(&loading);
    return rc;
}

int picture_bytes_check(const struct picture_bytes *bytes,
    char ret_warnings[static PICTURE_WARNINGS_MAX], struct error *err)
{
    struct loading loading = {.bytes = bytes};
    int rc = loading_parse(&loading, err);

    if (rc == 0)
        rc = loading_decode(&loading, 1, 1, err);
    if (rc == 0)
        snprintf(ret_warnings, PICTURE_WARNINGS_MAX, "%s", loading.head.warnings);
    loading_end(&loading);
    return rc;
}

int picture_bytes_draw(
    const struct picture_bytes *bytes, struct fit *fit, struct yuv *yuv, struct error *err)
{
    struct loading loading = {.bytes = bytes};
    int rc = loading_parse(&loading, err);

    if (rc == 0)
        rc = loading_decode(&loading, yuv->width, yuv->height, err);
    if (rc == 0 && fit_picture(&loading.planes, fit, yuv, err) < 0)
        rc = error_where(err, "%s: ", bytes->name);
    loading_end(&loading);
    return rc;
}

int picture_digest(
    int root_fd, const char *name, char ret_digest[static DIGEST_HEX_LEN + 1], struct error *err)
{
    struct picture_bytes bytes;
    int rc = picture_read_file(root_fd, name, &bytes, err);

    if (rc < 0)
        return rc;
    picture_bytes_digest(&bytes, ret_digest);
    free(bytes.data);
    return 0;
}

int picture_probe(int root_fd, const char *name, struct error *err)
{
    struct picture_bytes bytes;
    int rc = picture_read_file(root_fd, name, &bytes, err);

    if (rc < 0)
        return rc;
    rc = picture_bytes_probe(&bytes, err);
    free(bytes.data);
    return rc;
}

int picture_check(int root_fd, const char *name, char ret_warnings[static PICTURE_WARNINGS_MAX],
    struct error *err)
{
    struct picture_bytes bytes;
    int rc = picture_read_file(root_fd, name, &bytes, err);

    if (rc < 0)
        return rc;
    rc = picture_bytes_check(&bytes, ret_warnings, err);
    free(bytes.data);
    return rc;
}

int picture_load(int root_fd, const char *name, int width, int height, struct fit *fit,
    struct yuv *ret_yuv, char *ret_digest, struct error *err)
{
    struct fit crop_to_middle = {.focus_x = -1, .focus_y = -1};
    struct picture_bytes bytes = {0};
    struct yuv yuv = {0};
    int rc = yuv_alloc(&yuv, width, height, err);

    if (rc == 0)
        rc = picture_read_file(root_fd, name, &bytes, err);
    if (rc == 0 && ret_digest)
        picture_bytes_digest(&bytes, ret_digest);
    if (rc == 0)
        rc = picture_bytes_draw(&bytes, fit ? fit : &crop_to_middle, &yuv, err);
    free(bytes.data);
    if (rc < 0)
        yuv_free(&yuv);
    else
        *ret_yuv = yuv;
    return rc;
}
