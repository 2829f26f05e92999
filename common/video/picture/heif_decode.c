/* heif_decode.c - HEIF and AVIF: all of libheif that is used here.  See decode.h.  It turns the
 * picture upright itself, as the file's boxes say; EXIF's orientation says the same once more. */
#include <libheif/heif.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/picture/decode.h"

struct heif {
    struct heif_context *context;
    struct heif_image_handle *handle;
    struct heif_image *image;
    const struct decode_ask *ask;
    int width, height, bits;
    bool has_alpha;
};

/* libheif calls sizes beyond its own limits a lack of memory as well: those are the file's fault.
 */
static bool is_out_of_memory(struct heif_error why)
{
    return why.code == heif_error_Memory_allocation_error &&
           why.subcode != heif_suberror_Security_limit_exceeded;
}

static int refuse(const struct heif *heif, struct heif_error why, struct error *err)
{
    if (is_out_of_memory(why))
        return error_set(err, ERR_LIMIT, "no memory for %s", heif->ask->name);
    return error_set(err, ERR_INPUT,
        "%s: a HEIF or AVIF picture that can't be read (%s); convert it to JPEG or PNG",
        heif->ask->name, why.message);
}

/* Encoders for films write a camera's curve into a still of which they know nothing; browsers take
 * it for sRGB. */
static int as_of_a_still(int transfer)
{
    return transfer == 1 || transfer == 6 || transfer == 14 || transfer == 15 ? 13 : transfer;
}

static void take_colours(struct heif *heif)
{
    struct picture_head *head = heif->ask->head;
    size_t size = heif_image_handle_get_raw_color_profile_size(heif->handle);
    struct heif_color_profile_nclx *nclx = NULL;
    uint8_t *profile;

    if (size > 0 && size <= 4 * (size_t)PICTURE_PROFILE_MAX) {
        profile = mem_new_n(size, uint8_t);
        if (heif_image_handle_get_raw_color_profile(heif->handle, profile).code == heif_error_Ok)
            picture_take_profile(head, profile, size);
        free(profile);
    }
    if (heif_image_handle_get_nclx_color_profile(heif->handle, &nclx).code != heif_error_Ok)
        return;
    picture_colours_of(
        nclx->color_primaries, as_of_a_still(nclx->transfer_characteristics), &head->colours);
    heif_nclx_color_profile_free(nclx);
}

static int check_size(const struct heif *heif, struct error *err)
{
    int64_t pixels = (int64_t)heif->width * heif->height;

    if (heif->width <= 0 || heif->height <= 0 || pixels > DECODE_PIXELS_MAX)
        return error_set(err, ERR_INPUT,
            "%s: %d×%d pixels are too many, %d megapixels is the limit", heif->ask->name,
            heif->width, heif->height, DECODE_PIXELS_MAX / 1000000);
    return 0;
}

static int read_head(struct heif *heif, struct error *err)
{
    struct picture_head *head = heif->ask->head;
    struct heif_error why = heif_context_read_from_memory_without_copy(
        heif->context, heif->ask->data, head->size, NULL);

    if (why.code == heif_error_Ok)
        why = heif_context_get_primary_image_handle(heif->context, &heif->handle);
    if (why.code != heif_error_Ok)
        return refuse(heif, why, err);
    heif->width = heif_image_handle_get_width(heif->handle);
    heif->height = heif_image_handle_get_height(heif->handle);
    heif->bits = heif_image_handle_get_luma_bits_per_pixel(heif->handle);
    heif->has_alpha = heif_image_handle_has_alpha_channel(heif->handle);
    head->width = heif->width;
    head->height = heif->height;
    take_colours(heif);
    return check_size(heif, err);
}

/* What libheif and the raster hold at once, 16 bits a sample. */
static bool may_be_deep(const struct heif *heif)
{
    return heif->bits > 8 && (int64_t)heif->width * heif->height * 14 <= DECODE_MEMORY_MAX;
}

static int decode_image(struct heif *heif, bool is_deep, struct error *err)
{
    struct heif_decoding_options *options = heif_decoding_options_alloc();
    enum heif_chroma chroma = is_deep ? heif->has_alpha ? heif_chroma_interleaved_RRGGBBAA_LE
                                                        : heif_chroma_interleaved_RRGGBB_LE
                              : heif->has_alpha ? heif_chroma_interleaved_RGBA
                                                : heif_chroma_interleaved_RGB;
    struct heif_error why;

    if (!options)
        return error_set(err, ERR_LIMIT, "no memory for %s", heif->ask->name);
    options->convert_hdr_to_8bit = !is_deep;
    options->strict_decoding = true;
    why = heif_decode_image(heif->handle, &heif->image, heif_colorspace_RGB, chroma, options);
    heif_decoding_options_free(options);
    return why.code == heif_error_Ok ? 0 : refuse(heif, why, err);
}

/* 10 or 12 bits, the lower byte first, become 16. */
static void widen(const uint8_t *from, uint16_t *to, int n, int bits)
{
    uint32_t max = (1U << bits) - 1;

    for (int i = 0; i < n; i++) {
        uint32_t sample = (uint32_t)from[2 * i + 1] << 8 | from[2 * i];

        to[i] = (uint16_t)((sample > max ? max : sample) * 65535U / max);
    }
}

static int put_rows(struct heif *heif, bool is_deep, struct raster *raster, struct error *err)
{
    int stride, channels = heif->has_alpha ? 4 : 3, n = heif->width * channels;
    const uint8_t *from =
        heif_image_get_plane_readonly(heif->image, heif_channel_interleaved, &stride);
    int bits = heif_image_get_bits_per_pixel_range(heif->image, heif_channel_interleaved);
    uint16_t *wide;
    int rc;

    if (!from || heif_image_get_primary_width(heif->image) != heif->width ||
        heif_image_get_primary_height(heif->image) != heif->height)
        return error_set(err, ERR_INPUT, "%s: damaged (a HEIF of two sizes)", heif->ask->name);
    rc = raster_open(raster, heif->ask->head, heif->width, heif->height,
        heif->has_alpha ? RASTER_RGBA : RASTER_RGB, is_deep ? 16 : 8, err);
    if (rc < 0)
        return rc;
    wide = mem_new_n((size_t)n, uint16_t);
    for (int y = 0; y < heif->height; y++, from += stride) {
        if (is_deep)
            widen(from, wide, n, bits);
        raster_put(raster, y, 0, 1, heif->width, is_deep ? (const void *)wide : from);
    }
    raster->rows = heif->height;
    free(wide);
    return 0;
}

static int decode(struct heif *heif, struct raster *raster, struct error *err)
{
    int rc = read_head(heif, err);
    bool is_deep;

    if (rc < 0)
        return rc;
    is_deep = may_be_deep(heif);
    rc = decode_image(heif, is_deep, err);
    return rc < 0 ? rc : put_rows(heif, is_deep, raster, err);
}

int heif_decode(const struct decode_ask *ask, struct raster *raster, struct error *err)
{
    struct heif heif = {.ask = ask, .context = heif_context_alloc()};
    int rc;

    *raster = (struct raster){0};
    if (!heif.context)
        return error_set(err, ERR_LIMIT, "no memory for %s", ask->name);
    heif_context_set_max_decoding_threads(heif.context, 0); /* none but this one */
    rc = decode(&heif, raster, err);
    heif_image_release(heif.image);
    heif_image_handle_release(heif.handle);
    heif_context_free(heif.context);
    return rc;
}
