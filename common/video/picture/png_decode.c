/* png_decode.c - all of libpng that is used here: row by row, so that nothing but the raster is
 * ever whole.  See decode.h. */
#include <png.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/picture/decode.h"

struct png {
    png_structp lib;
    png_infop info;
    const struct decode_ask *ask;
    struct raster *raster;
    size_t at; /* in ask->data */
    void *row;
    bool is_trusted;   /* the checksum within is not looked at */
    bool is_read;      /* all rows were */
    bool is_suspected; /* what the pixels were packed into ends with a complaint */
    char why[120];
};

static void give_up(png_structp lib, png_const_charp why)
{
    struct png *png = png_get_error_ptr(lib);

    png->is_suspected = true;
    snprintf(png->why, sizeof png->why, "%s", why);
    png_longjmp(lib, 1);
}

static void hear(png_structp lib, png_const_charp why)
{
    struct png *png = png_get_error_ptr(lib);

    png->is_suspected |= png->row != NULL; /* before, nothing is said of pixels */
    snprintf(png->why, sizeof png->why, "%s", why);
}

static void read_bytes(png_structp lib, png_bytep to, size_t n)
{
    struct png *png = png_get_io_ptr(lib);

    if (n > png->ask->head->size - png->at)
        png_error(lib, "the file ends");
    memcpy(to, png->ask->data + png->at, n);
    png->at += n;
}

/* Samples as the raster takes them: 8 bits, or 16 in this machine's order; no palettes. */
static void choose_samples(struct png *png, int depth)
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

static enum raster_layout layout_of(const struct png *png)
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

/* An interlaced picture comes in seven passes, each of which is a smaller one. */
static void read_passes(struct png *png, int width, int height)
{
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++) {
        int n = (int)PNG_PASS_COLS((png_uint_32)width, pass);
        int rows = (int)PNG_PASS_ROWS((png_uint_32)height, pass);

        for (int y = 0; n > 0 && y < rows; y++) {
            png_read_row(png->lib, png->row, NULL);
            raster_put(png->raster, (int)PNG_ROW_FROM_PASS_ROW(y, pass),
                (int)PNG_PASS_START_COL(pass), 1 << PNG_PASS_COL_SHIFT(pass), n, png->row);
            /* The last pass has every second row; those between them are there already. */
            if (pass == PNG_INTERLACE_ADAM7_PASSES - 1)
                png->raster->rows = 2 * y + 1;
        }
    }
    png->raster->rows = height;
}

static void read_rows(struct png *png, int width, int height)
{
    for (int y = 0; y < height; y++) {
        png_read_row(png->lib, png->row, NULL);
        raster_put(png->raster, y, 0, 1, width, png->row);
        png->raster->rows = y + 1;
    }
}

static int open_raster(struct png *png, struct error *err)
{
    struct picture_head *head = png->ask->head;
    int64_t pixels = (int64_t)head->width * head->height;
    int depth = head->is_deep && pixels <= RASTER_DEEP_PIXELS_MAX ? 16 : 8;

    choose_samples(png, depth);
    png_read_update_info(png->lib, png->info);
    png->row = mem_new_n(png_get_rowbytes(png->lib, png->info), uint8_t);
    return raster_open(png->raster, head, head->width, head->height, layout_of(png), depth, err);
}

static int decode(struct png *png, struct error *err)
{
    struct picture_head *head = png->ask->head;
    bool is_laced;
    int rc;

    png_set_read_fn(png->lib, png, read_bytes);
    png_set_user_limits(png->lib, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    /* The walk has looked at the outer checksums. */
    png_set_crc_action(png->lib, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    if (png->is_trusted)
        png_set_option(png->lib, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
    png_read_info(png->lib, png->info);
    is_laced = png_get_interlace_type(png->lib, png->info) != PNG_INTERLACE_NONE;
    rc = open_raster(png, err);
    if (rc < 0)
        return rc;
    if (is_laced)
        read_passes(png, head->width, head->height);
    else
        read_rows(png, head->width, head->height);
    png->is_read = true;
    png_read_end(png->lib, NULL);
    return 0;
}

static int judge(const struct png *png, struct error *err)
{
    const struct decode_ask *ask = png->ask;

    if (!png->raster->planes.memory)
        return error_set(err, ERR_INPUT, "%s: damaged PNG (%s)", ask->name, png->why);
    if (!png->is_read && ask->head->is_whole)
        return error_set(err, ERR_INPUT,
            "%s: damaged PNG (the last %d of %d rows can't be read: %s)", ask->name,
            ask->head->height - png->raster->rows, ask->head->height, png->why);
    if (png->is_suspected && !ask->head->is_sound)
        return error_set(
            err, ERR_INPUT, "%s: damaged PNG (wrong checksums, %s)", ask->name, png->why);
    if (png->is_suspected || !ask->head->is_sound || png->is_trusted)
        picture_warn(ask->head, "a checksum of its pixels is wrong");
    return 0;
}

static int try(struct png *png, struct error *err)
{
    volatile int rc = 0; /* setjmp() is near */

    png->lib = png_create_read_struct(PNG_LIBPNG_VER_STRING, png, give_up, hear);
    png->info = png->lib ? png_create_info_struct(png->lib) : NULL;
    if (!png->info)
        rc = error_set(err, ERR_LIMIT, "no memory for %s", png->ask->name);
    else if (setjmp(png_jmpbuf(png->lib)) == 0)
        rc = decode(png, err);
    png_destroy_read_struct(&png->lib, &png->info, NULL);
    free(png->row);
    return rc;
}

/* Pixels have two checksums, one around each piece of what they are packed into, one at the end
 * within: one that holds proves them. */
static bool may_be_trusted(const struct png *png)
{
    return png->ask->head->is_sound && strstr(png->why, "incorrect data check");
}

int png_decode(const struct decode_ask *ask, struct raster *raster, struct error *err)
{
    struct png *png = mem_new(struct png);
    int rc;

    *raster = (struct raster){0};
    png->ask = ask;
    png->raster = raster;
    rc = try(png, err);
    if (rc == 0 && may_be_trusted(png)) {
        raster_close(raster);
        *png = (struct png){.ask = ask, .raster = raster, .is_trusted = true};
        rc = try(png, err);
    }
    if (rc == 0)
        rc = judge(png, err);
    free(png);
    return rc;
}
