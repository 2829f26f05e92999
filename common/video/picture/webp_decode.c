/* webp_decode.c - all of libwebp that is used here.  See decode.h. */
#include <string.h>
#include <webp/decode.h>

#include "video/picture/colour.h"
#include "video/picture/decode.h"

static bool has_other_colours(struct picture_head *head)
{
    struct colour *colour = colour_open(head, RASTER_RGB, 8);

    colour_close(colour);
    return colour != NULL;
}

/* What libwebp and the raster hold at once.  A lossless picture is whole inside of libwebp. */
static int check_memory(
    const struct decode_ask *ask, const WebPDecoderConfig *config, struct error *err)
{
    bool is_lossless = config->input.format == 2, has_alpha = config->input.has_alpha;
    int64_t a_pixel = 3 + (has_alpha ? 4 : 3) + (is_lossless ? 4 : has_alpha);
    int64_t bytes = a_pixel * config->input.width * config->input.height;

    if (bytes > DECODE_MEMORY_MAX)
        return error_set(err, ERR_INPUT,
            "%s: decoding this WebP takes %lld MB, %d MB is the limit; convert it to JPEG or PNG",
            ask->name, (long long)bytes / 1000000, DECODE_MEMORY_MAX / 1000000);
    return 0;
}

static void put_pixels(const WebPDecBuffer *from, struct raster *raster)
{
    for (int y = 0; y < raster->rows; y++)
        raster_put(
            raster, y, 0, 1, raster->width, from->u.RGBA.rgba + (ptrdiff_t)y * from->u.RGBA.stride);
}

static void put_planes(const WebPDecBuffer *from, struct raster *raster)
{
    const WebPYUVABuffer *yuv = &from->u.YUVA;
    const uint8_t *data[3] = {yuv->y, yuv->u, yuv->v};
    int stride[3] = {yuv->y_stride, yuv->u_stride, yuv->v_stride};

    for (int p = 0; p < 3; p++)
        for (int y = 0; y < (p ? (raster->rows + 1) / 2 : raster->rows); y++)
            raster_put_plane(raster, p, y, data[p] + (ptrdiff_t)y * stride[p]);
}

static int put(const struct decode_ask *ask, const WebPDecBuffer *from, int rows,
    struct raster *raster, struct error *err)
{
    int width = from->width, height = from->height, rc;

    if (from->colorspace == MODE_YUV)
        rc = raster_open_planes(raster, ask->head, PLANES_WEBP, width, height, 1, 1, err);
    else
        rc = raster_open(raster, ask->head, width, height,
            from->colorspace == MODE_RGBA ? RASTER_RGBA : RASTER_RGB, 8, err);
    raster->rows = rows;
    if (rc == 0 && from->colorspace == MODE_YUV)
        put_planes(from, raster);
    else if (rc == 0)
        put_pixels(from, raster);
    return rc;
}

/* The rows that are there, whether the file goes on or not; -1: it is damaged. */
static int decode_rows(const struct decode_ask *ask, WebPDecoderConfig *config)
{
    WebPIDecoder *decoder = WebPIDecode(NULL, 0, config);
    VP8StatusCode status =
        decoder ? WebPIUpdate(decoder, ask->data, ask->head->size) : VP8_STATUS_OUT_OF_MEMORY;
    int left, top, width, rows = 0;

    if (status == VP8_STATUS_SUSPENDED)
        WebPIDecodedArea(decoder, &left, &top, &width, &rows);
    WebPIDelete(decoder);
    return status == VP8_STATUS_OK          ? config->input.height
           : status == VP8_STATUS_SUSPENDED ? rows
                                            : -1;
}

static int decode(const struct decode_ask *ask, WebPDecoderConfig *config, struct raster *raster,
    struct error *err)
{
    const WebPBitstreamFeatures *input = &config->input;
    int rows, rc = check_memory(ask, config, err);

    if (rc < 0)
        return rc;
    config->output.colorspace = input->has_alpha                                     ? MODE_RGBA
                                : input->format == 2 || has_other_colours(ask->head) ? MODE_RGB
                                                                                     : MODE_YUV;
    rows = decode_rows(ask, config);
    if (rows < 0)
        return error_set(err, ERR_INPUT, "%s: damaged WebP", ask->name);
    if (rows < input->height) {
        raster->rows = rows;
        raster->height = input->height;
        return 0;
    }
    return put(ask, &config->output, rows, raster, err);
}

int webp_decode(const struct decode_ask *ask, struct raster *raster, struct error *err)
{
    WebPDecoderConfig config;
    int rc;

    *raster = (struct raster){0};
    if (!WebPInitDecoderConfig(&config))
        return error_set(err, ERR_LIBRARY, "libwebp is another one than this was built with");
    rc = WebPGetFeatures(ask->data, ask->head->size, &config.input);
    if (rc != VP8_STATUS_OK && rc != VP8_STATUS_NOT_ENOUGH_DATA)
        return error_set(err, ERR_INPUT, "%s: damaged WebP", ask->name);
    if (rc == VP8_STATUS_NOT_ENOUGH_DATA) { /* not even the first row */
        raster->height = ask->head->height;
        return 0;
    }
    if (config.input.width != ask->head->width || config.input.height != ask->head->height)
        return error_set(err, ERR_INPUT, "%s: damaged (a WebP of two sizes)", ask->name);
    rc = decode(ask, &config, raster, err);
    WebPFreeDecBuffer(&config.output);
    return rc;
}
