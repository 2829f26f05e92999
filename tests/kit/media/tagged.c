/* tagged.c - see tagged.h. */
#include "tagged.h"

#include <lcms2.h>
#include <libheif/heif.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <webp/encode.h>
#include <webp/mux.h>
#include <zlib.h>

#include <jpeglib.h>

#include "base/mem.h"

enum { WIDTH = TAGGED_WIDTH, HEIGHT = TAGGED_HEIGHT };

const uint8_t tagged_patches[TAGGED_COLUMNS * TAGGED_ROWS][3] = {
    {200, 60, 50}, {60, 180, 70}, {50, 70, 190}, {190, 150, 120}, {128, 128, 128}, {235, 225, 60}};

/* Not an assertion of Check: paint_pictures.c, which is no test, uses this file too. */
static void tagged_must(bool is_done)
{
    if (!is_done)
        abort();
}

static const uint8_t *tagged_patch_at(int x, int y)
{
    return tagged_patches[y * TAGGED_ROWS / HEIGHT * TAGGED_COLUMNS + x * TAGGED_COLUMNS / WIDTH];
}

/* --- profiles --- */

/* `xy`: of white, red, green, blue; gamma 0: the curve of sRGB. */
static cmsHPROFILE tagged_matrix_profile(const double *xy, double gamma)
{
    static const double srgb_curve[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
    cmsCIExyY white = {xy[0], xy[1], 1};
    cmsCIExyYTRIPLE primaries = {{xy[2], xy[3], 1}, {xy[4], xy[5], 1}, {xy[6], xy[7], 1}};
    cmsToneCurve *curve =
        gamma > 0 ? cmsBuildGamma(NULL, gamma) : cmsBuildParametricToneCurve(NULL, 4, srgb_curve);
    cmsToneCurve *curves[3] = {curve, curve, curve};
    cmsHPROFILE profile = cmsCreateRGBProfile(&white, &primaries, curves);

    cmsFreeToneCurve(curve);
    return profile;
}

static cmsHPROFILE tagged_grey_profile(void)
{
    cmsCIExyY white = {0.3457, 0.3585, 1};
    cmsToneCurve *curve = cmsBuildGamma(NULL, 1.8);
    cmsHPROFILE profile = cmsCreateGrayProfile(&white, curve);

    cmsFreeToneCurve(curve);
    return profile;
}

/* `value` of the range from … to as 16 bits. */
static cmsUInt16Number tagged_lab_16(double value, double from, double to)
{
    return (cmsUInt16Number)((value - from) / (to - from) * 65535);
}

/* Lab of a made-up device with RGB or CMYK channels; no real one has these colours. */
static cmsInt32Number tagged_device_lab(
    const cmsUInt16Number *in, cmsUInt16Number *out, void *n_channels)
{
    bool is_cmyk = *(const int *)n_channels == 4;
    double k = is_cmyk ? 1 - in[3] / 65535.0 : 1, rgb[3];

    for (int c = 0; c < 3; c++)
        rgb[c] = (is_cmyk ? 1 - in[c] / 65535.0 : in[c] / 65535.0) * k;
    out[0] = tagged_lab_16(6 + 88 * (0.3 * rgb[0] + 0.6 * rgb[1] + 0.1 * rgb[2]), 0, 100);
    out[1] = tagged_lab_16(80 * (rgb[0] - rgb[1]) + 20 * (rgb[2] - rgb[1]), -128, 127);
    out[2] = tagged_lab_16(60 * (rgb[1] - rgb[2]) + 10 * (rgb[0] - rgb[2]), -128, 127);
    return TRUE;
}

static cmsHPROFILE tagged_table_profile(int n_channels)
{
    cmsHPROFILE profile = cmsCreateProfilePlaceholder(NULL);
    cmsPipeline *table = cmsPipelineAlloc(NULL, (cmsUInt32Number)n_channels, 3);
    cmsStage *clut = cmsStageAllocCLut16bit(
        NULL, n_channels == 4 ? 9 : 17, (cmsUInt32Number)n_channels, 3, NULL);
    cmsMLU *text = cmsMLUalloc(NULL, 1);

    cmsMLUsetASCII(text, "en", "US", "tests");
    cmsSetProfileVersion(profile, 4.2);
    cmsSetDeviceClass(profile, n_channels == 4 ? cmsSigOutputClass : cmsSigInputClass);
    cmsSetColorSpace(profile, n_channels == 4 ? cmsSigCmykData : cmsSigRgbData);
    cmsSetPCS(profile, cmsSigLabData);
    cmsWriteTag(profile, cmsSigProfileDescriptionTag, text);
    cmsWriteTag(profile, cmsSigMediaWhitePointTag, cmsD50_XYZ());
    tagged_must(cmsStageSampleCLut16bit(clut, tagged_device_lab, &n_channels, 0));
    /* The tag's format needs curves on both sides of the table: identity. */
    cmsPipelineInsertStage(
        table, cmsAT_BEGIN, cmsStageAllocToneCurves(NULL, (cmsUInt32Number)n_channels, NULL));
    cmsPipelineInsertStage(table, cmsAT_END, clut);
    cmsPipelineInsertStage(table, cmsAT_END, cmsStageAllocToneCurves(NULL, 3, NULL));
    tagged_must(cmsWriteTag(profile, cmsSigAToB0Tag, table));
    cmsPipelineFree(table);
    cmsMLUfree(text);
    return profile;
}

static cmsHPROFILE tagged_make_profile(enum tagged_colours colours)
{
    static const double p3[] = {0.3127, 0.3290, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060};
    static const double adobe[] = {0.3127, 0.3290, 0.640, 0.330, 0.210, 0.710, 0.150, 0.060};
    static const double prophoto[] = {
        0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001};

    switch (colours) {
    case TAGGED_P3:
        return tagged_matrix_profile(p3, 0);
    case TAGGED_ADOBE:
        return tagged_matrix_profile(adobe, 563.0 / 256);
    case TAGGED_PROPHOTO:
        return tagged_matrix_profile(prophoto, 1.8);
    case TAGGED_GREY:
        return tagged_grey_profile();
    case TAGGED_TABLE:
        return tagged_table_profile(3);
    case TAGGED_PRINTER:
        return tagged_table_profile(4);
    default:
        return cmsCreate_sRGBProfile();
    }
}

void tagged_profile(enum tagged_colours colours, struct buf *out)
{
    cmsHPROFILE profile;
    cmsUInt32Number size = 0;
    void *bytes;

    if (colours == TAGGED_NOTHING)
        return;
    profile = tagged_make_profile(colours);
    tagged_must(cmsSaveProfileToMem(profile, NULL, &size));
    bytes = mem_zero(1, size);
    tagged_must(cmsSaveProfileToMem(profile, bytes, &size));
    buf_add(out, bytes, size);
    free(bytes);
    cmsCloseProfile(profile);
}

/* --- JPEG --- */

static void tagged_jpeg_row(enum tagged_kind kind, int y, uint8_t *row)
{
    for (int x = 0; x < WIDTH; x++) {
        const uint8_t *rgb = tagged_patch_at(x, y);

        if (kind == TAGGED_GREY_JPEG)
            row[x] = rgb[1];
        else if (kind == TAGGED_JPEG)
            memcpy(row + 3 * x, rgb, 3);
        else {
            /* Inverted, as Adobe's programs write it: 255 is no ink. */
            memcpy(row + 4 * x, rgb, 3);
            row[4 * x + 3] = (uint8_t)(255 - rgb[2] / 4);
        }
    }
}

static void tagged_jpeg_head(struct jpeg_compress_struct *lib, enum tagged_kind kind)
{
    lib->image_width = WIDTH;
    lib->image_height = HEIGHT;
    lib->input_components = kind == TAGGED_GREY_JPEG ? 1 : kind == TAGGED_JPEG ? 3 : 4;
    lib->in_color_space = kind == TAGGED_GREY_JPEG ? JCS_GRAYSCALE
                          : kind == TAGGED_JPEG    ? JCS_RGB
                                                   : JCS_CMYK;
    jpeg_set_defaults(lib);
    jpeg_set_quality(lib, 98, TRUE);
    if (kind == TAGGED_YCCK_JPEG)
        jpeg_set_colorspace(lib, JCS_YCCK);
}

static void tagged_write_jpeg(enum tagged_kind kind, const struct buf *profile, struct buf *out)
{
    struct jpeg_compress_struct lib;
    struct jpeg_error_mgr errors;
    uint8_t *bytes = NULL, row[4 * WIDTH], *rows[] = {row};
    unsigned long size = 0;

    lib.err = jpeg_std_error(&errors);
    jpeg_create_compress(&lib);
    jpeg_mem_dest(&lib, &bytes, &size);
    tagged_jpeg_head(&lib, kind);
    jpeg_start_compress(&lib, TRUE);
    if (profile->len)
        jpeg_write_icc_profile(&lib, (const JOCTET *)profile->data, (unsigned)profile->len);
    for (int y = 0; y < HEIGHT; y++) {
        tagged_jpeg_row(kind, y, row);
        jpeg_write_scanlines(&lib, rows, 1);
    }
    jpeg_finish_compress(&lib);
    jpeg_destroy_compress(&lib);
    buf_add(out, bytes, size);
    free(bytes);
}

/* --- PNG --- */

static const struct {
    int type, depth, is_interlaced;
} pngs[] = {[TAGGED_PNG] = {PNG_COLOR_TYPE_RGB, 8, 0},
    [TAGGED_PNG_16] = {PNG_COLOR_TYPE_RGB, 16, 0},
    [TAGGED_PNG_ALPHA] = {PNG_COLOR_TYPE_RGB_ALPHA, 8, 0},
    [TAGGED_PNG_LACED] = {PNG_COLOR_TYPE_RGB, 8, 1},
    [TAGGED_GREY_PNG] = {PNG_COLOR_TYPE_GRAY, 8, 0},
    [TAGGED_GREY_ALPHA_PNG] = {PNG_COLOR_TYPE_GRAY_ALPHA, 8, 0},
    [TAGGED_PALETTE_PNG] = {PNG_COLOR_TYPE_PALETTE, 8, 0}};

static void tagged_png_pixel(enum tagged_kind kind, int x, int y, struct buf *row)
{
    const uint8_t *rgb = tagged_patch_at(x, y);
    uint8_t index = (uint8_t)((rgb - tagged_patches[0]) / 3);

    if (kind == TAGGED_PALETTE_PNG)
        buf_add(row, &index, 1);
    else if (kind == TAGGED_GREY_PNG || kind == TAGGED_GREY_ALPHA_PNG)
        buf_add(row, rgb + 1, 1);
    else if (kind == TAGGED_PNG_16)
        for (int c = 0; c < 3; c++)
            buf_add(row, (uint8_t[]){rgb[c], rgb[c]}, 2);
    else
        buf_add(row, rgb, 3);
    if (kind == TAGGED_PNG_ALPHA || kind == TAGGED_GREY_ALPHA_PNG)
        buf_add(row, "\x80", 1);
}

static void tagged_png_append(png_structp lib, png_bytep data, png_size_t len)
{
    buf_add(png_get_io_ptr(lib), data, len);
}

static void tagged_png_flush_nothing(png_structp lib)
{
    (void)lib;
}

static void tagged_png_rows(png_structp lib, enum tagged_kind kind)
{
    uint8_t *rows[HEIGHT];

    for (int y = 0; y < HEIGHT; y++) {
        struct buf row = {0};

        for (int x = 0; x < WIDTH; x++)
            tagged_png_pixel(kind, x, y, &row);
        rows[y] = (uint8_t *)row.data;
    }
    png_write_image(lib, rows);
    for (int y = 0; y < HEIGHT; y++)
        free(rows[y]);
}

static void tagged_write_png(enum tagged_kind kind, const struct buf *profile, struct buf *out)
{
    png_structp lib = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, NULL, NULL);
    png_infop info = png_create_info_struct(lib);
    png_color palette[TAGGED_COLUMNS * TAGGED_ROWS];

    if (setjmp(png_jmpbuf(lib)))
        abort();
    png_set_write_fn(lib, out, tagged_png_append, tagged_png_flush_nothing);
    png_set_IHDR(lib, info, WIDTH, HEIGHT, pngs[kind].depth, pngs[kind].type,
        pngs[kind].is_interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE,
        PNG_COMPRESSION_TYPE_BASE, PNG_FILTER_TYPE_BASE);
    memcpy(palette, tagged_patches, sizeof palette);
    if (kind == TAGGED_PALETTE_PNG)
        png_set_PLTE(lib, info, palette, TAGGED_COLUMNS * TAGGED_ROWS);
    if (profile->len)
        png_set_iCCP(lib, info, "icc", PNG_COMPRESSION_TYPE_BASE, (const uint8_t *)profile->data,
            (png_uint_32)profile->len);
    png_write_info(lib, info);
    tagged_png_rows(lib, kind);
    png_write_end(lib, info);
    png_destroy_write_struct(&lib, &info);
}

static void tagged_add_be32(struct buf *buf, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        buf_add(buf, &(uint8_t){(uint8_t)(value >> shift)}, 1);
}

void tagged_add_chunk(struct buf *png, const char *name, const void *data, size_t len, bool is_bad)
{
    size_t at = 8 + 25; /* behind IHDR */
    struct buf made = {0}, body = {0};

    buf_add(&body, name, 4);
    buf_add(&body, data, len);
    buf_add(&made, png->data, at);
    tagged_add_be32(&made, (uint32_t)len);
    buf_add(&made, body.data, body.len);
    tagged_add_be32(&made, (uint32_t)crc32(0, (const Bytef *)body.data, (uInt)body.len) ^ is_bad);
    buf_add(&made, png->data + at, png->len - at);
    buf_free(&body);
    buf_free(png);
    *png = made;
}

/* --- WebP --- */

static void tagged_write_webp(enum tagged_kind kind, const struct buf *profile, struct buf *out)
{
    uint8_t *pixels = mem_zero((size_t)WIDTH * HEIGHT, 4), *bytes = NULL;
    WebPData picture = {0}, icc = {(const uint8_t *)profile->data, profile->len}, whole;
    WebPMux *mux = WebPMuxNew();

    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++) {
            memcpy(pixels + 4 * (y * WIDTH + x), tagged_patch_at(x, y), 3);
            pixels[4 * (y * WIDTH + x) + 3] = kind == TAGGED_WEBP_ALPHA ? 128 : 255;
        }
    picture.size = kind == TAGGED_WEBP_LOSSLESS
                       ? WebPEncodeLosslessRGBA(pixels, WIDTH, HEIGHT, 4 * WIDTH, &bytes)
                       : WebPEncodeRGBA(pixels, WIDTH, HEIGHT, 4 * WIDTH, 98, &bytes);
    picture.bytes = bytes;
    tagged_must(picture.size > 0);
    WebPMuxSetImage(mux, &picture, 1);
    if (icc.size)
        WebPMuxSetChunk(mux, "ICCP", &icc, 1);
    tagged_must(WebPMuxAssemble(mux, &whole) == WEBP_MUX_OK);
    buf_add(out, whole.bytes, whole.size);
    WebPDataClear(&whole);
    WebPMuxDelete(mux);
    WebPFree(bytes);
    free(pixels);
}

/* --- HEIF --- */

static void tagged_heif_check(struct heif_error error)
{
    tagged_must(error.code == heif_error_Ok);
}

static struct heif_error tagged_heif_append(
    struct heif_context *context, const void *data, size_t size, void *out)
{
    (void)context;
    buf_add(out, data, size);
    return (struct heif_error){heif_error_Ok, heif_suberror_Unspecified, ""};
}

static struct heif_image *tagged_heif_paint(bool is_deep)
{
    struct heif_image *image;
    uint8_t *plane;
    int stride;

    tagged_heif_check(heif_image_create(WIDTH, HEIGHT, heif_colorspace_RGB,
        is_deep ? heif_chroma_interleaved_RRGGBB_LE : heif_chroma_interleaved_RGB, &image));
    tagged_heif_check(
        heif_image_add_plane(image, heif_channel_interleaved, WIDTH, HEIGHT, is_deep ? 10 : 8));
    plane = heif_image_get_plane(image, heif_channel_interleaved, &stride);
    for (int y = 0; y < HEIGHT; y++)
        for (int i = 0; i < 3 * WIDTH; i++) {
            int sample = tagged_patch_at(i / 3, y)[i % 3];

            if (is_deep) {
                sample = (sample * 1023 + 127) / 255;
                plane[y * stride + 2 * i] = (uint8_t)sample;
                plane[y * stride + 2 * i + 1] = (uint8_t)(sample >> 8);
            } else
                plane[y * stride + i] = (uint8_t)sample;
        }
    return image;
}

static void tagged_write_heif(enum tagged_kind kind, const struct buf *profile, struct buf *out)
{
    struct heif_context *context = heif_context_alloc();
    struct heif_image *image = tagged_heif_paint(kind == TAGGED_HEIC_10);
    struct heif_writer writer = {.writer_api_version = 1, .write = tagged_heif_append};
    struct heif_encoder *encoder;

    tagged_heif_check(heif_context_get_encoder_for_format(
        context, kind == TAGGED_AVIF ? heif_compression_AV1 : heif_compression_HEVC, &encoder));
    tagged_heif_check(heif_encoder_set_lossy_quality(encoder, 95));
    tagged_heif_check(heif_encoder_set_parameter_string(encoder, "chroma", "420"));
    if (profile->len)
        tagged_heif_check(
            heif_image_set_raw_color_profile(image, "prof", profile->data, profile->len));
    tagged_heif_check(heif_context_encode_image(context, image, encoder, NULL, NULL));
    tagged_heif_check(heif_context_write(context, &writer, out));
    heif_encoder_release(encoder);
    heif_image_release(image);
    heif_context_free(context);
}

void tagged_write(enum tagged_kind kind, enum tagged_colours colours, struct buf *out)
{
    struct buf profile = {0};

    tagged_profile(colours, &profile);
    if (kind <= TAGGED_YCCK_JPEG)
        tagged_write_jpeg(kind, &profile, out);
    else if (kind <= TAGGED_PALETTE_PNG)
        tagged_write_png(kind, &profile, out);
    else if (kind <= TAGGED_WEBP_ALPHA)
        tagged_write_webp(kind, &profile, out);
    else
        tagged_write_heif(kind, &profile, out);
    buf_free(&profile);
}
