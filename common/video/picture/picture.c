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

static int picture_read_bytes(int fd, const char *name, void *data, size_t size, struct error *err)
{
    ssize_t n = file_read(fd, data, size);

    if (n < 0)
        return error_set(err, ERR_IO, "%s: %s", name, strerror(errno));
    if ((size_t)n < size)
        return error_set(err, ERR_INPUT, "%s: became shorter while it was read", name);
    return 0;
}

/* Reads the whole file, with PICTURE_HEAD_PADDING zeros behind it.  The caller frees `*ret_data`.
 */
static int picture_read_file(
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
        return error_set(err, ERR_INPUT, "%s: %lld bytes are too many, %d MiB is the limit", name,
            (long long)stat.st_size, PICTURE_BYTES_MAX >> 20);
    }
    data = calloc(1, (size_t)stat.st_size + PICTURE_HEAD_PADDING);
    rc = data ? picture_read_bytes(fd, name, data, (size_t)stat.st_size, err)
              : error_set(err, ERR_LIMIT, "no memory for %s", name);
    close(fd);
    if (rc < 0) {
        free(data);
        return rc;
    }
    *ret_data = data;
    *ret_size = (size_t)stat.st_size;
    return 0;
}

_Static_assert((int)PICTURE_WARNINGS_MAX == (int)PICTURE_HEAD_WARNINGS, "all of them are returned");

struct loading {
    const char *name;
    uint8_t *data;
    size_t size;
    struct picture_head head;
    struct planes planes;
};

static void loading_end(struct loading *loading)
{
    planes_free(&loading->planes);
    picture_head_free(&loading->head);
    free(loading->data);
}

static int loading_parse(struct loading *loading, struct error *err)
{
    return picture_head_read(loading->name, loading->data, loading->size, &loading->head, err);
}

static int loading_check_rows(
    const struct loading *loading, const struct raster *raster, struct error *err)
{
    int height = loading->head.height;
    int n_decoded = (int)((int64_t)raster->rows * height / raster->height);

    if (raster->rows < raster->height)
        return error_set(err, ERR_INPUT, "%s: truncated (the last %d of %d rows are missing)",
            loading->name, height - n_decoded, height);
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
    struct decode_request request = {.name = loading->name,
        .head = &loading->head,
        .data = loading->data,
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

static void picture_hash(
    const uint8_t *data, size_t size, char ret_digest[static DIGEST_HEX_LEN + 1])
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
    uint8_t *data = NULL;
    int rc = picture_read_file(root_fd, name, &data, &size, err);

    if (rc < 0)
        return rc;
    picture_hash(data, size, ret_digest);
    free(data);
    return 0;
}

int picture_probe(int root_fd, const char *name, struct error *err)
{
    struct loading loading = {.name = name};
    int rc = picture_read_file(root_fd, name, &loading.data, &loading.size, err);

    if (rc == 0)
        rc = loading_parse(&loading, err);
    loading_end(&loading);
    return rc;
}

int picture_check(int root_fd, const char *name, char ret_warnings[static PICTURE_WARNINGS_MAX],
    struct error *err)
{
    struct loading loading = {.name = name};
    int rc = picture_read_file(root_fd, name, &loading.data, &loading.size, err);

    if (rc == 0)
        rc = loading_parse(&loading, err);
    if (rc == 0)
        rc = loading_decode(&loading, 1, 1, err);
    if (rc == 0)
        snprintf(ret_warnings, PICTURE_WARNINGS_MAX, "%s", loading.head.warnings);
    loading_end(&loading);
    return rc;
}

static int loading_run(struct loading *loading, int root_fd, struct fit *fit, struct yuv *yuv,
    char *ret_digest, struct error *err)
{
    int rc = picture_read_file(root_fd, loading->name, &loading->data, &loading->size, err);

    if (rc < 0)
        return rc;
    if (ret_digest)
        picture_hash(loading->data, loading->size, ret_digest);
    rc = loading_parse(loading, err);
    if (rc == 0)
        rc = loading_decode(loading, yuv->width, yuv->height, err);
    if (rc < 0)
        return rc;
    rc = fit_picture(&loading->planes, fit, yuv, err);
    return rc < 0 ? error_where(err, "%s: ", loading->name) : 0;
}

int picture_load(int root_fd, const char *name, int width, int height, struct fit *fit,
    struct yuv *ret_yuv, char *ret_digest, struct error *err)
{
    struct fit crop_to_middle = {.focus_x = -1, .focus_y = -1};
    struct loading loading = {.name = name};
    struct yuv yuv = {0};
    int rc = yuv_alloc(&yuv, width, height, err);

    if (rc == 0)
        rc = loading_run(&loading, root_fd, fit ? fit : &crop_to_middle, &yuv, ret_digest, err);
    loading_end(&loading);
    if (rc < 0) {
        yuv_free(&yuv);
        return rc;
    }
    *ret_yuv = yuv;
    return 0;
}
