/* heif_decode.c - see decode.h.  HEIF and AVIF; the only caller of libheif, which turns the picture
 * upright itself, as the file's boxes say.  The orientation in EXIF repeats them and is ignored. */
#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/picture/decode.h"

struct heif {
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *image;
    const struct decode_request *request;
    int width, height, bits;
    bool has_alpha;
};

/* libheif reports sizes beyond its own limits as a lack of memory too: faults of the file. */
static bool heif_decode_is_out_of_memory(struct heif_error why)
{
    return why.code == heif_error_Memory_allocation_error &&
           why.subcode != heif_suberror_Security_limit_exceeded;
}

static int heif_decode_fail(const struct heif *heif, struct heif_error why, struct error *err)
{
    if (heif_decode_is_out_of_memory(why))
        return error_set(err, ERR_LIMIT, "no memory for %s", heif->request->name);
    return error_set(err, ERR_INPUT,
        "%s: the HEIF or AVIF picture can't be decoded (%s); convert it to JPEG or PNG",
        heif->request->name, why.message);
}

/* Video encoders write a camera's transfer into stills that are sRGB; browsers read it as sRGB. */
static int heif_decode_transfer(int transfer)
{
    return transfer == 1 || transfer == 6 || transfer == 14 || transfer == 15 ? 13 : transfer;
}

static void heif_decode_colours(struct heif *heif)
{
    struct picture_head *head = heif->request->head;
    size_t size = heif_image_handle_get_raw_color_profile_size(heif->handle);
    struct heif_color_profile_nclx *nclx = NULL;
    uint8_t *profile;

    if (size > 0 && size <= 4 * (size_t)PICTURE_PROFILE_MAX) {
        profile = mem_new_n(size, uint8_t);
        if (heif_image_handle_get_raw_color_profile(heif->handle, profile).code == heif_error_Ok)
            picture_set_profile(head, profile, size);
        free(profile);
    }
    if (heif_image_handle_get_nclx_color_profile(heif->handle, &nclx).code != heif_error_Ok)
        return;
    picture_colours_of(nclx->color_primaries, heif_decode_transfer(nclx->transfer_characteristics),
        &head->colours);
    heif_nclx_color_profile_free(nclx);
}

static int heif_decode_head(struct heif *heif, struct error *err)
{
    struct picture_head *head = heif->request->head;
    struct heif_error why = heif_context_read_from_memory_without_copy(
        heif->context, heif->request->data, head->size, NULL);

    if (why.code == heif_error_Ok)
        why = heif_context_get_primary_image_handle(heif->context, &heif->handle);
    if (why.code != heif_error_Ok)
        return heif_decode_fail(heif, why, err);
    heif->width = heif_image_handle_get_width(heif->handle);
    heif->height = heif_image_handle_get_height(heif->handle);
    heif->bits = heif_image_handle_get_luma_bits_per_pixel(heif->handle);
    heif->has_alpha = heif_image_handle_has_alpha_channel(heif->handle);
    head->width = heif->width;
    head->height = heif->height;
    heif_decode_colours(heif);
    return picture_head_check_size(head, heif->request->name, err);
}

/* With 16 bits a sample, libheif and the raster hold up to 14 bytes a pixel at once. */
static bool heif_decode_may_be_deep(const struct heif *heif)
{
    return heif->bits > 8 && (int64_t)heif->width * heif->height * 14 <= DECODE_MEMORY_MAX;
}

static int heif_decode_image_rgb(struct heif *heif, bool is_deep, struct error *err)
{
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    enum heif_chroma chroma = is_deep ? heif->has_alpha ? heif_chroma_interleaved_RRGGBBAA_LE
                                                        : heif_chroma_interleaved_RRGGBB_LE
                              : heif->has_alpha ? heif_chroma_interleaved_RGBA
                                                : heif_chroma_interleaved_RGB;
    struct heif_error why;

    if (!options)
        return error_set(err, ERR_LIMIT, "no memory for %s", heif->request->name);
    options->convert_hdr_to_8bit = !is_deep;
    options->strict_decoding = true;
    why = heif_decode_image(heif->handle, &heif->image, heif_colorspace_RGB, chroma, options);
    heif_decoding_options_free(options);
    return why.code == heif_error_Ok ? 0 : heif_decode_fail(heif, why, err);
}

/* Converts samples of 10 or 12 bits, little-endian, to 16 bits. */
static void heif_decode_widen(const uint8_t *from, uint16_t *to, int n, int bits)
{
    uint32_t max = (1U << bits) - 1;

    for (int i = 0; i < n; i++) {
        uint32_t sample = (uint32_t)from[2 * i + 1] << 8 | from[2 * i];

        to[i] = (uint16_t)((sample > max ? max : sample) * 65535U / max);
    }
}

static int heif_decode_write(
    struct heif *heif, bool is_deep, struct raster *raster, struct error *err)
{
    int stride, channels = heif->has_alpha ? 4 : 3, n = heif->width * channels;
    const uint8_t *from =
        heif_image_get_plane_readonly(heif->image, heif_channel_interleaved, &stride);
    int bits = heif_image_get_bits_per_pixel_range(heif->image, heif_channel_interleaved);
    int width = from ? heif_image_get_primary_width(heif->image) : 0;
    int height = from ? heif_image_get_primary_height(heif->image) : 0;
    uint16_t *wide;
    int rc;

    if (width != heif->width || height != heif->height)
        return error_set(err, ERR_INPUT,
            "%s: damaged (the header of the HEIF says %d×%d pixels, its picture has %d×%d)",
            heif->request->name, heif->width, heif->height, width, height);
    rc = raster_open(raster, heif->request->head, heif->width, heif->height,
        heif->has_alpha ? RASTER_RGBA : RASTER_RGB, is_deep ? 16 : 8, err);
    if (rc < 0)
        return rc;
    wide = mem_new_n((size_t)n, uint16_t);
    for (int y = 0; y < heif->height; y++, from += stride) {
        if (is_deep)
            heif_decode_widen(from, wide, n, bits);
        raster_write(raster, y, 0, 1, heif->width, is_deep ? (const void *)wide : from);
    }
    raster->rows = heif->height;
    free(wide);
    return 0;
}

static int heif_decode_picture(struct heif *heif, struct raster *raster, struct error *err)
{
    int rc = heif_decode_head(heif, err);
    bool is_deep;

    if (rc < 0)
        return rc;
    is_deep = heif_decode_may_be_deep(heif);
    rc = heif_decode_image_rgb(heif, is_deep, err);
    return rc < 0 ? rc : heif_decode_write(heif, is_deep, raster, err);
}

int heif_decode(const struct decode_request *request, struct raster *raster, struct error *err)
{
    struct heif heif = {.request = request, .context = heif_context_alloc()};
    int rc;

    *raster = (struct raster){0};
    if (!heif.context)
        return error_set(err, ERR_LIMIT, "no memory for %s", request->name);
    heif_context_set_max_decoding_threads(heif.context, 0); /* none but this one */
    rc = heif_decode_picture(&heif, raster, err);
    heif_image_release(heif.image);
    heif_image_handle_release(heif.handle);
    heif_context_free(heif.context);
    return rc;
}

/* libheif loads its plugins with the first context. */
void heif_prepare(void)
{
    heif_context_free(heif_context_alloc());
}
