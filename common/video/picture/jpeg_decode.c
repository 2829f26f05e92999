/* jpeg_decode.c - all of libjpeg-turbo that is used here.  See decode.h. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h> /* needs it */

#include "base/mem.h"
#include "video/picture/colour.h"
#include "video/picture/decode.h"

enum { PLANES = 3, GROUP_ROWS_MAX = 4 * DCTSIZE };

struct jpeg {
    struct jpeg_decompress_struct lib;
    struct jpeg_error_mgr errors;
    jmp_buf out;
    const struct decode_ask *ask;
    struct raster *raster;
    bool is_bad;    /* not all pixels could be read … */
    bool is_cut;    /* … as data ended early */
    int bad_from;   /* … in this group of rows … */
    int group_rows; /* … of so many */
    char why[JMSG_LENGTH_MAX];
    JSAMPROW rows[PLANES][GROUP_ROWS_MAX];
    void *memory;
};

/* --- what libjpeg says --- */

static void give_up(j_common_ptr common)
{
    struct jpeg *jpeg = common->client_data;

    common->err->format_message(common, jpeg->why);
    longjmp(jpeg->out, 1);
}

/* Behind the pixels: a camera's filling, or somebody's words.  Codes that were not used up would
 * mean that those before them were wrong. */
static bool is_harmless(const uint8_t *bytes, size_t n)
{
    bool is_text = true, is_filling = true;

    for (size_t i = 0; i < n; i++) {
        is_text &= (bytes[i] >= ' ' && bytes[i] < 127) || bytes[i] == '\n' || bytes[i] == '\r';
        is_filling &= bytes[i] == bytes[0];
    }
    return is_text || is_filling;
}

/* libjpeg has skipped to a marker, and stands before it. */
static bool skipped_codes(const struct jpeg *jpeg)
{
    size_t n = (size_t)jpeg->errors.msg_parm.i[0];
    const uint8_t *end = jpeg->lib.src->next_input_byte;

    return n <= (size_t)(end - jpeg->ask->data) && !is_harmless(end - n, n);
}

static bool is_about_pixels(const struct jpeg *jpeg)
{
    switch (jpeg->errors.msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        return true;
    case JWRN_EXTRANEOUS_DATA:
        return skipped_codes(jpeg);
    default:
        return false;
    }
}

static void hear(j_common_ptr common, int level)
{
    struct jpeg *jpeg = common->client_data;

    if (level >= 0 || jpeg->is_bad || !is_about_pixels(jpeg))
        return;
    jpeg->is_bad = true;
    jpeg->is_cut = jpeg->errors.msg_code == JWRN_HIT_MARKER;
    jpeg->bad_from = (int)jpeg->lib.input_iMCU_row;
    common->err->format_message(common, jpeg->why);
}

static void say_nothing(j_common_ptr common)
{
    (void)common;
}

/* --- choices --- */

/* As small as is allowed: decoding costs less, and so does what comes after. */
static void choose_scale(struct jpeg *jpeg)
{
    const struct decode_ask *ask = jpeg->ask;
    int by = 8;

    while (by > 1 &&
           (ask->head->width / by < ask->least_width || ask->head->height / by < ask->least_height))
        by /= 2;
    jpeg->lib.scale_num = 1;
    jpeg->lib.scale_denom = (unsigned)by;
}

static int log2_of(int ratio)
{
    return ratio == 1 ? 0 : ratio == 2 ? 1 : ratio == 4 ? 2 : -1;
}

/* log2 of how much smaller a component is than the picture; -1: that is no such number. */
static int shift_of(int most, int most_size, int factor, int size)
{
    return most * most_size % (factor * size) ? -1 : log2_of(most * most_size / (factor * size));
}

/* Can zimg take the planes as they are, each of the chroma ones of the same size? */
static bool find_shifts(const struct jpeg *jpeg, int *ret_sub_w, int *ret_sub_h)
{
    const struct jpeg_decompress_struct *lib = &jpeg->lib;

    for (int c = 0; c < PLANES; c++) {
        const jpeg_component_info *comp = &lib->comp_info[c];
        int w = shift_of(lib->max_h_samp_factor, lib->min_DCT_scaled_size, comp->h_samp_factor,
            comp->DCT_scaled_size);
        int h = shift_of(lib->max_v_samp_factor, lib->min_DCT_scaled_size, comp->v_samp_factor,
            comp->DCT_scaled_size);

        if (w < 0 || h < 0 || (c == 0 && (w || h)) ||
            (c == 2 && (w != *ret_sub_w || h != *ret_sub_h)))
            return false;
        *ret_sub_w = w;
        *ret_sub_h = h;
    }
    return true;
}

static bool has_other_colours(struct picture_head *head)
{
    struct colour *colour = colour_open(head, RASTER_RGB, 8);

    colour_close(colour);
    return colour != NULL;
}

/* --- a picture that needs no other colours: its own planes --- */

static int planes_rows(const struct jpeg *jpeg, int plane)
{
    const jpeg_component_info *comp = &jpeg->lib.comp_info[plane];

    return comp->v_samp_factor * comp->DCT_scaled_size;
}

static void make_rows(struct jpeg *jpeg)
{
    size_t stride[PLANES], size = 0;
    uint8_t *at;

    for (int c = 0; c < PLANES; c++) {
        const jpeg_component_info *comp = &jpeg->lib.comp_info[c];

        stride[c] = (size_t)comp->width_in_blocks * (size_t)comp->DCT_scaled_size +
                    (size_t)comp->h_samp_factor * DCTSIZE;
        size += stride[c] * (size_t)planes_rows(jpeg, c);
    }
    at = jpeg->memory = mem_new_n(size, uint8_t);
    for (int c = 0; c < PLANES; c++)
        for (int y = 0; y < planes_rows(jpeg, c); y++, at += stride[c])
            jpeg->rows[c][y] = at;
}

static void put_group(struct jpeg *jpeg, int group, int sub_h)
{
    for (int c = 0; c < PLANES; c++) {
        int shift = c ? sub_h : 0, rows = planes_rows(jpeg, c);
        int height = (jpeg->raster->height + (1 << shift) - 1) >> shift;

        for (int i = 0, y = group * rows; i < rows && y < height; i++, y++)
            raster_put_plane(jpeg->raster, c, y, jpeg->rows[c][i]);
    }
}

static int decode_planes(struct jpeg *jpeg, int sub_w, int sub_h, struct error *err)
{
    JSAMPARRAY planes[PLANES] = {jpeg->rows[0], jpeg->rows[1], jpeg->rows[2]};
    struct jpeg_decompress_struct *lib = &jpeg->lib;
    int rc = raster_open_planes(jpeg->raster, jpeg->ask->head, PLANES_JPEG, (int)lib->output_width,
        (int)lib->output_height, sub_w, sub_h, err);

    if (rc < 0)
        return rc;
    lib->raw_data_out = TRUE;
    jpeg_start_decompress(lib);
    make_rows(jpeg);
    for (int group = 0; lib->output_scanline < lib->output_height && !jpeg->is_bad; group++) {
        jpeg_read_raw_data(lib, planes, GROUP_ROWS_MAX);
        put_group(jpeg, group, sub_h);
    }
    return 0;
}

/* --- any other: pixels --- */

/* 255 is no ink in all files there are, whether Adobe's marker says so or not. */
static void turn_inks(uint8_t *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        samples[i] = 255 - samples[i];
}

static void choose_pixels(struct jpeg_decompress_struct *lib, enum raster_layout *ret_layout)
{
    switch (lib->jpeg_color_space) {
    case JCS_GRAYSCALE:
        *ret_layout = RASTER_GREY;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        *ret_layout = RASTER_CMYK;
        lib->out_color_space = JCS_CMYK;
        break;
    default:
        *ret_layout = RASTER_RGB;
        lib->out_color_space = JCS_RGB;
    }
}

static int decode_pixels(struct jpeg *jpeg, struct error *err)
{
    struct jpeg_decompress_struct *lib = &jpeg->lib;
    int width = (int)lib->output_width, rc;
    enum raster_layout layout;

    choose_pixels(lib, &layout);
    rc = raster_open(jpeg->raster, jpeg->ask->head, width, (int)lib->output_height, layout, 8, err);
    if (rc < 0)
        return rc;
    jpeg_start_decompress(lib);
    jpeg->rows[0][0] = jpeg->memory = mem_new_n((size_t)width * 4, uint8_t);
    while (lib->output_scanline < lib->output_height && !jpeg->is_bad) {
        int y = (int)lib->output_scanline;

        jpeg_read_scanlines(lib, jpeg->rows[0], 1);
        if (layout == RASTER_CMYK)
            turn_inks(jpeg->memory, (size_t)width * 4);
        raster_put(jpeg->raster, y, 0, 1, width, jpeg->memory);
    }
    return 0;
}

/* --- is it all there? --- */

/* Of several scans each component had one; and in a progressive file without an end, all of them
 * that there can be. */
static bool has_all_scans(const struct jpeg *jpeg)
{
    const struct jpeg_decompress_struct *lib = &jpeg->lib;

    bool is_whole = jpeg->ask->head->is_whole;

    for (int c = 0; c < lib->num_components; c++) {
        const int *bits = lib->coef_bits ? lib->coef_bits[c] : NULL; /* unsure ones; -1: all */

        if (!lib->comp_info[c].quant_table || (bits && bits[0] < 0))
            return false;
        for (int k = 0; bits && !is_whole && k < DCTSIZE2; k++)
            if (bits[k] != 0)
                return false;
    }
    return true;
}

static int check_scans(struct jpeg *jpeg, struct error *err)
{
    const struct decode_ask *ask = jpeg->ask;

    if (!jpeg_has_multiple_scans(&jpeg->lib) || (!jpeg->is_cut && has_all_scans(jpeg)))
        return 0;
    return error_set(err, ERR_INPUT,
        "%s: truncated (of its %d rows a part of each is missing, as scans of the JPEG are)",
        ask->name, ask->head->height);
}

static int judge(struct jpeg *jpeg, struct error *err)
{
    const struct decode_ask *ask = jpeg->ask;
    int rows = jpeg->bad_from * jpeg->group_rows;

    jpeg->raster->rows = jpeg->raster->height;
    if (jpeg->is_cut)
        jpeg->raster->rows = (int)((int64_t)rows * jpeg->raster->height / ask->head->height);
    else if (jpeg->is_bad)
        return error_set(err, ERR_INPUT, "%s: damaged JPEG (before row %d of %d: %s)", ask->name,
            rows + jpeg->group_rows, ask->head->height, jpeg->why);
    return 0;
}

/* Of several scans all coefficients are kept. */
static int check_memory(struct jpeg *jpeg, struct error *err)
{
    int kept = jpeg_has_multiple_scans(&jpeg->lib) ? jpeg->lib.num_components : 0;
    size_t bytes = 3 * (size_t)jpeg->ask->head->width * (size_t)jpeg->ask->head->height;

    for (int c = 0; c < kept; c++)
        bytes += (size_t)jpeg->lib.comp_info[c].width_in_blocks *
                 (size_t)jpeg->lib.comp_info[c].height_in_blocks * sizeof(JBLOCK);
    if (bytes > DECODE_MEMORY_MAX)
        return error_set(err, ERR_INPUT,
            "%s: decoding this JPEG of several scans takes %zu MB, %d MB is the limit; save it as "
            "a plain (baseline) JPEG",
            jpeg->ask->name, bytes / 1000000, DECODE_MEMORY_MAX / 1000000);
    return 0;
}

static int decode(struct jpeg *jpeg, struct error *err)
{
    struct picture_head *head = jpeg->ask->head;
    struct jpeg_decompress_struct *lib = &jpeg->lib;
    int sub_w = 0, sub_h = 0, rc;

    jpeg_mem_src(lib, jpeg->ask->data, head->size);
    jpeg_read_header(lib, TRUE);
    if ((int)lib->image_width != head->width || (int)lib->image_height != head->height)
        return error_set(err, ERR_INPUT, "%s: damaged (a JPEG of two sizes)", jpeg->ask->name);
    choose_scale(jpeg);
    jpeg_calc_output_dimensions(lib);
    rc = check_memory(jpeg, err);
    if (rc < 0)
        return rc;
    if (lib->jpeg_color_space == JCS_YCbCr && find_shifts(jpeg, &sub_w, &sub_h) &&
        !has_other_colours(head)) {
        lib->out_color_space = JCS_YCbCr;
        rc = decode_planes(jpeg, sub_w, sub_h, err);
    } else
        rc = decode_pixels(jpeg, err);
    if (rc == 0)
        rc = check_scans(jpeg, err);
    jpeg->group_rows = lib->max_v_samp_factor * DCTSIZE;
    if (rc == 0 && !jpeg->is_bad)
        jpeg_finish_decompress(lib); /* looks at what follows the pixels */
    return rc < 0 ? rc : judge(jpeg, err);
}

int jpeg_decode(const struct decode_ask *ask, struct raster *raster, struct error *err)
{
    struct jpeg *jpeg = mem_new(struct jpeg);
    int rc;

    *raster = (struct raster){0};
    jpeg->ask = ask;
    jpeg->raster = raster;
    jpeg->lib.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = give_up;
    jpeg->errors.emit_message = hear;
    jpeg->errors.output_message = say_nothing;
    jpeg->lib.client_data = jpeg;
    if (setjmp(jpeg->out) == 0) {
        jpeg_create_decompress(&jpeg->lib);
        rc = decode(jpeg, err);
    } else
        rc = error_set(err, ERR_INPUT, "%s: damaged JPEG (%s)", ask->name, jpeg->why);
    jpeg_destroy_decompress(&jpeg->lib);
    free(jpeg->memory);
    free(jpeg);
    return rc;
}
