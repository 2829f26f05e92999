/* png_decode.c - see decode.h.  The only caller of libpng, row by row, so that only the raster
 * holds all pixels. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/picture/decode.h"

struct png {
    png_structp lib;
    png_infop info;
    const struct decode_request *request;
    struct raster *raster;
    size_t at; /* next byte of request->data */
    void *row;
    bool is_adler_ignored; /* the checksum of the deflated pixel data */
    bool is_complete;      /* all rows were read */
    bool is_suspect;       /* libpng reported a fault in the pixel data */
    char why[120];
};

static void png_decode_abort(png_structp lib, png_const_charp why)
{
    struct png *png = png_get_error_ptr(lib);

    png->is_suspect = true;
    snprintf(png->why, sizeof png->why, "%s", why);
    png_longjmp(lib, 1);
}

static void png_decode_warn(png_structp lib, png_const_charp why)
{
    struct png *png = png_get_error_ptr(lib);

    png->is_suspect |= png->row != NULL; /* earlier warnings are not about pixels */
    snprintf(png->why, sizeof png->why, "%s", why);
}

static void png_decode_read(png_structp lib, png_bytep to, size_t n)
{
    struct png *png = png_get_io_ptr(lib);

    if (n > png->request->head->size - png->at)
        png_error(lib, "the file ends early");
    memcpy(to, png->request->data + png->at, n);
    png->at += n;
}

/* Makes libpng convert to samples of the raster: 8 bits, or 16 in the machine's byte order, without
 * palettes. */
static void png_decode_set_samples(struct png *png, int depth)
{
    png_set_expand(png->lib);
    if (depth == 8)
        png_set_scale_16(png->lib);
    else {
        const uint16_t one = 1;

        if (*(const uint8_t *)&one)
            png_set_swap(png->lib);
    }
    if (png_get_color_type(png->lib, png->info) == PNG_COLOR_TYPE_GRAY_ALPHA ||
        (png_get_color_type(png->lib, png->info) == PNG_COLOR_TYPE_GRAY &&
            png_get_valid(png->lib, png->info, PNG_INFO_tRNS)))
        png_set_gray_to_rgb(png->lib);
}

static enum raster_layout png_decode_layout(const struct png *png)
{
    switch (png_get_channels(png->lib, png->info)) {
    case 1:
        return RASTER_GREY;
    case 3:
        return RASTER_RGB;
    default:
        return RASTER_RGBA;
    }
}

/* An interlaced picture comes in seven passes, each of which is a smaller picture. */
static void png_decode_passes(struct png *png, int width, int height)
{
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
        int n = (int)PNG_PASS_COLS((png_uint_32)width, pass);
        int rows = (int)PNG_PASS_ROWS((png_uint_32)height, pass);

        for (int y = 0; n > 0 && y < rows; y++) {
            png_read_row(png->lib, png->row, NULL);
            raster_write(png->raster, (int)PNG_ROW_FROM_PASS_ROW(y, pass),
                (int)PNG_PASS_START_COL(pass), 1 << PNG_PASS_COL_SHIFT(pass), n, png->row);
            /* The last pass has every second row; earlier passes had the rows between. */
            if (pass == PNG_INTERLACE_ADAM7_PASSES - 1)
                png->raster->rows = 2 * y + 1;
        }
    }
    png->raster->rows = height;
}

static void png_decode_rows(struct png *png, int width, int height)
{
    for (int y = 0; y < height; y++) {
        png_read_row(png->lib, png->row, NULL);
        raster_write(png->raster, y, 0, 1, width, png->row);
        png->raster->rows = y + 1;
    }
}

static int png_decode_open_raster(struct png *png, struct error *err)
{
    struct picture_head *head = png->request->head;
    int64_t pixels = (int64_t)head->width * head->height;
    int depth = head->is_deep && pixels <= RASTER_DEEP_PIXELS_MAX ? 16 : 8;

    png_decode_set_samples(png, depth);
    png_read_update_info(png->lib, png->info);
    png->row = mem_new_n(png_get_rowbytes(png->lib, png->info), uint8_t);
    return raster_open(
        png->raster, head, head->width, head->height, png_decode_layout(png), depth, err);
}

static int png_decode_picture(struct png *png, struct error *err)
{
    struct picture_head *head = png->request->head;
    bool is_interlaced;
    int rc;

    png_set_read_fn(png->lib, png, png_decode_read);
    png_set_user_limits(png->lib, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    /* The parser has checked the CRCs of the chunks. */
    png_set_crc_action(png->lib, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    if (png->is_adler_ignored)
        png_set_option(png->lib, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
    png_read_info(png->lib, png->info);
    is_interlaced = png_get_interlace_type(png->lib, png->info) != PNG_INTERLACE_NONE;
    rc = png_decode_open_raster(png, err);
    if (rc < 0)
        return rc;
    if (is_interlaced)
        png_decode_passes(png, head->width, head->height);
    else
        png_decode_rows(png, head->width, head->height);
    png->is_complete = true;
    png_read_end(png->lib, NULL);
    return 0;
}

static int png_decode_check_pixels(const struct png *png, struct error *err)
{
    const struct decode_request *request = png->request;

    if (!png->raster->planes.memory)
        return error_set(err, ERR_INPUT, "%s: damaged PNG (%s)", request->name, png->why);
    if (!png->is_complete && request->head->is_whole)
        return error_set(err, ERR_INPUT,
            "%s: damaged PNG (the last %d of %d rows can't be read: %s)", request->name,
            request->head->height - png->raster->rows, request->head->height, png->why);
    if (png->is_suspect && !request->head->is_sound)
        return error_set(err, ERR_INPUT, "%s: damaged PNG (its checksums are wrong: %s)",
            request->name, png->why);
    if (png->is_suspect || !request->head->is_sound || png->is_adler_ignored)
        picture_warn(request->head, "a checksum of its pixels is wrong");
    return 0;
}

static int png_decode_try(struct png *png, struct error *err)
{
    volatile int rc = 0; /* longjmp() makes others undefined */

    png->lib =
        png_create_read_struct(PNG_LIBPNG_VER_STRING, png, png_decode_abort, png_decode_warn);
    png->info = png->lib ? png_create_info_struct(png->lib) : NULL;
    if (!png->info)
        rc = error_set(err, ERR_LIMIT, "no memory for %s", png->request->name);
    else if (setjmp(png_jmpbuf(png->lib)) == 0)
        rc = png_decode_picture(png, err);
    png_destroy_read_struct(&png->lib, &png->info, NULL);
    free(png->row);
    return rc;
}

/* Pixel data has two checksums: the CRC of each chunk, and the Adler-32 of the whole zlib stream.
 * One that is right proves the pixels. */
static bool png_decode_may_ignore_adler(const struct png *png)
{
    return png->request->head->is_sound && strstr(png->why, "incorrect data check");
}

int png_decode(const struct decode_request *request, struct raster *raster, struct error *err)
{
    struct png *png = mem_new(struct png);
    int rc;

    *raster = (struct raster){0};
    png->request = request;
    png->raster = raster;
    rc = png_decode_try(png, err);
    if (rc == 0 && png_decode_may_ignore_adler(png)) {
        raster_close(raster);
        *png = (struct png){.request = request, .raster = raster, .is_adler_ignored = true};
        rc = png_decode_try(png, err);
    }
    if (rc == 0)
        rc = png_decode_check_pixels(png, err);
    free(png);
    return rc;
}
