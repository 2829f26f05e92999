/* webp_decode.c - see decode.h.  The only caller of libwebp. */
#include <string.h>
#include <webp/decode.h>

#include "video/picture/colour.h"
#include "video/picture/decode.h"

/* What libwebp and the raster hold at once; libwebp holds all of a lossless picture. */
static int webp_decode_check_memory(
    const struct decode_request *request, const WebPDecoderConfig *config, struct error *err)
{
    bool is_lossless = config->input.format == 2, has_alpha = config->input.has_alpha;
    int64_t pixel_bytes = 3 + (has_alpha ? 4 : 3) + (is_lossless ? 4 : has_alpha);
    int64_t bytes = pixel_bytes * config->input.width * config->input.height;

    if (bytes > DECODE_MEMORY_MAX)
        return error_set(err, ERR_INPUT,
            "%s: decoding this WebP takes %lld MB, %d MB is the limit; convert it to JPEG or PNG",
            request->name, (long long)bytes / 1000000, DECODE_MEMORY_MAX / 1000000);
    return 0;
}

static void webp_decode_write_pixels(const WebPDecBuffer *from, struct raster *raster)
{
    for (int y = 0; y < raster->rows; y++)
        raster_write(
            raster, y, 0, 1, raster->width, from->u.RGBA.rgba + (ptrdiff_t)y * from->u.RGBA.stride);
}

static void webp_decode_write_planes(const WebPDecBuffer *from, struct raster *raster)
{
    const WebPYUVABuffer *yuv = &from->u.YUVA;
    const uint8_t *data[3] = {yuv->y, yuv->u, yuv->v};
    int stride[3] = {yuv->y_stride, yuv->u_stride, yuv->v_stride};

    for (int p = 0; p < 3; p++)
        for (int y = 0; y < (p ? (raster->rows + 1) / 2 : raster->rows); y++)
            raster_write_plane(raster, p, y, data[p] + (ptrdiff_t)y * stride[p]);
}

static int webp_decode_write(const struct decode_request *request, const WebPDecBuffer *from,
    int rows, struct raster *raster, struct error *err)
{
    int width = from->width, height = from->height, rc;

    if (from->colorspace == MODE_YUV)
        rc = raster_open_planes(raster, request->head, PLANES_WEBP, width, height, 1, 1, err);
    else
        rc = raster_open(raster, request->head, width, height,
            from->colorspace == MODE_RGBA ? RASTER_RGBA : RASTER_RGB, 8, err);
    raster->rows = rows;
    if (rc == 0 && from->colorspace == MODE_YUV)
        webp_decode_write_planes(from, raster);
    else if (rc == 0)
        webp_decode_write_pixels(from, raster);
    return rc;
}

/* `*ret_rows`: how many rows, from the top, are decoded. */
static int webp_decode_rows(const struct decode_request *request, WebPDecoderConfig *config,
    int *ret_rows, struct error *err)
{
    WebPIDecoder *decoder = WebPIDecode(NULL, 0, config);
    VP8StatusCode status = decoder ? WebPIUpdate(decoder, request->data, request->head->size)
                                   : VP8_STATUS_OUT_OF_MEMORY;
    int left, top, width, rows = 0;

    if (status == VP8_STATUS_SUSPENDED)
        WebPIDecodedArea(decoder, &left, &top, &width, &rows);
    WebPIDelete(decoder);
    if (status == VP8_STATUS_OUT_OF_MEMORY)
        return error_set(err, ERR_LIMIT, "no memory for %s", request->name);
    if (status != VP8_STATUS_OK && status != VP8_STATUS_SUSPENDED)
        return error_set(err, ERR_INPUT, "%s: damaged WebP", request->name);
    *ret_rows = status == VP8_STATUS_OK ? config->input.height : rows;
    return 0;
}

static int webp_decode_picture(const struct decode_request *request, WebPDecoderConfig *config,
    struct raster *raster, struct error *err)
{
    const WebPBitstreamFeatures *input = &config->input;
    int rows = 0, rc = webp_decode_check_memory(request, config, err);

    if (rc < 0)
        return rc;
    config->output.colorspace = input->has_alpha                                        ? MODE_RGBA
                                : input->format == 2 || colour_is_needed(request->head) ? MODE_RGB
                                                                                        : MODE_YUV;
    rc = webp_decode_rows(request, config, &rows, err);
    if (rc < 0)
        return rc;
    if (rows < input->height) {
        raster->rows = rows;
        raster->height = input->height;
        return 0;
    }
    return webp_decode_write(request, &config->output, rows, raster, err);
}

int webp_decode(const struct decode_request *request, struct raster *raster, struct error *err)
{
    WebPDecoderConfig config;
    int rc;

    *raster = (struct raster){0};
    if (!WebPInitDecoderConfig(&config))
        return error_set(
            err, ERR_LIBRARY, "libwebp has another version than the one casecast was built with");
    rc = WebPGetFeatures(request->data, request->head->size, &config.input);
    if (rc != VP8_STATUS_OK && rc != VP8_STATUS_NOT_ENOUGH_DATA)
        return error_set(err, ERR_INPUT, "%s: damaged WebP", request->name);
    if (rc == VP8_STATUS_NOT_ENOUGH_DATA) { /* not even the first row */
        raster->height = request->head->height;
        return 0;
    }
    if (config.input.width != request->head->width || config.input.height != request->head->height)
        return error_set(err, ERR_INPUT,
            "%s: damaged (the headers of the WebP say %d×%d and %d×%d pixels)", request->name,
            request->head->width, request->head->height, config.input.width, config.input.height);
    rc = webp_decode_picture(request, &config, raster, err);
    WebPFreeDecBuffer(&config.output);
    return rc;
}
