/* jpeg_decode.c - see decode.h.  The only caller of libjpeg-turbo. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h> /* needs jpeglib.h */

#include "base/mem.h"
#include "video/picture/colour.h"
#include "video/picture/decode.h"

enum { PLANES = 3, GROUP_ROWS_MAX = 4 * DCTSIZE };

struct jpeg {
    struct jpeg_decompress_struct lib;
    struct jpeg_error_mgr errors;
    jmp_buf out;
    const struct decode_request *request;
    struct raster *raster;
    bool is_bad;    /* some pixels could not be decoded */
    bool is_cut;    /* with is_bad: the data ended early */
    int bad_group;  /* with is_bad: in this group of rows (iMCU row) */
    int group_rows; /* rows a group */
    char why[JMSG_LENGTH_MAX];
    JSAMPROW rows[PLANES][GROUP_ROWS_MAX];
    void *memory;
};

/* --- errors and warnings of libjpeg --- */

static void jpeg_decode_abort(j_common_ptr common)
{
    struct jpeg *jpeg = common->client_data;

    common->err->format_message(common, jpeg->why);
    longjmp(jpeg->out, 1);
}

/* Whether bytes between the pixel data and a marker are padding or text.  Other bytes are codes
 * that were left over, so the codes before them were wrong. */
static bool jpeg_decode_is_padding(const uint8_t *bytes, size_t n)
{
    bool is_text = true, is_fill = true;

    for (size_t i = 0; i < n; i++) {
        is_text &= (bytes[i] >= ' ' && bytes[i] < 127) || bytes[i] == '\n' || bytes[i] == '\r';
        is_fill &= bytes[i] == bytes[0];
    }
    return is_text || is_fill;
}

/* Called when libjpeg has skipped bytes and stands before a marker. */
static bool jpeg_decode_skipped_codes(const struct jpeg *jpeg)
{
    size_t n = (size_t)jpeg->errors.msg_parm.i[0];
    const uint8_t *end = jpeg->lib.src->next_input_byte;

    return n <= (size_t)(end - jpeg->request->data) && !jpeg_decode_is_padding(end - n, n);
}

static bool jpeg_decode_is_pixel_fault(const struct jpeg *jpeg)
{
    switch (jpeg->errors.msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        return true;
    case JWRN_EXTRANEOUS_DATA:
        return jpeg_decode_skipped_codes(jpeg);
    default:
        return false;
    }
}

static void jpeg_decode_warn(j_common_ptr common, int level)
{
    struct jpeg *jpeg = common->client_data;

    if (level >= 0 || jpeg->is_bad || !jpeg_decode_is_pixel_fault(jpeg))
        return;
    jpeg->is_bad = true;
    jpeg->is_cut = jpeg->errors.msg_code == JWRN_HIT_MARKER;
    jpeg->bad_group = (int)jpeg->lib.input_iMCU_row;
    common->err->format_message(common, jpeg->why);
}

static void jpeg_decode_print_nothing(j_common_ptr common)
{
    (void)common;
}

/* --- scale and subsampling --- */

/* The smallest scale that the request allows, since decoding and scaling cost less then. */
static void jpeg_decode_set_scale(struct jpeg *jpeg)
{
    const struct decode_request *request = jpeg->request;
    int by = 8;

    while (by > 1 && (request->head->width / by < request->min_width ||
                         request->head->height / by < request->min_height))
        by /= 2;
    jpeg->lib.scale_num = 1;
    jpeg->lib.scale_denom = (unsigned)by;
}

/* -1: zimg takes no such ratio. */
static int jpeg_decode_log2(int ratio)
{
    return ratio == 1 ? 0 : ratio == 2 ? 1 : ratio == 4 ? 2 : -1;
}

/* log2 of a component's subsampling, from its sampling factor and DCT size and the largest of each;
 * -1: zimg takes no such ratio. */
static int jpeg_decode_shift(int most, int most_size, int factor, int size)
{
    return most * most_size % (factor * size)
               ? -1
               : jpeg_decode_log2(most * most_size / (factor * size));
}

/* The chroma subsampling as log2.  False: zimg cannot take the planes as they are, since its two
 * chroma planes have one size, and luma is not subsampled. */
static bool jpeg_decode_subsampling(const struct jpeg *jpeg, int *ret_sub_w, int *ret_sub_h)
{
    const struct jpeg_decompress_struct *lib = &jpeg->lib;

    for (int c = 0; c < PLANES; c++) {
        const jpeg_component_info *comp = &lib->comp_info[c];
        int w = jpeg_decode_shift(lib->max_h_samp_factor, lib->min_DCT_scaled_size,
            comp->h_samp_factor, comp->DCT_scaled_size);
        int h = jpeg_decode_shift(lib->max_v_samp_factor, lib->min_DCT_scaled_size,
            comp->v_samp_factor, comp->DCT_scaled_size);

        if (w < 0 || h < 0 || (c == 0 && (w || h)) ||
            (c == 2 && (w != *ret_sub_w || h != *ret_sub_h)))
            return false;
        *ret_sub_w = w;
        *ret_sub_h = h;
    }
    return true;
}

/* --- YCbCr without a colour conversion: to planes --- */

/* Rows a group of a plane. */
static int jpeg_decode_group_rows(const struct jpeg *jpeg, int plane)
{
    const jpeg_component_info *comp = &jpeg->lib.comp_info[plane];

    return comp->v_samp_factor * comp->DCT_scaled_size;
}

static void jpeg_decode_alloc_group(struct jpeg *jpeg)
{
    size_t stride[PLANES], size = 0;
    uint8_t *at;

    for (int c = 0; c < PLANES; c++) {
        const jpeg_component_info *comp = &jpeg->lib.comp_info[c];

        stride[c] = (size_t)comp->width_in_blocks * (size_t)comp->DCT_scaled_size +
                    (size_t)comp->h_samp_factor * DCTSIZE;
        size += stride[c] * (size_t)jpeg_decode_group_rows(jpeg, c);
    }
    at = jpeg->memory = mem_new_n(size, uint8_t);
    for (int c = 0; c < PLANES; c++)
        for (int y = 0; y < jpeg_decode_group_rows(jpeg, c); y++, at += stride[c])
            jpeg->rows[c][y] = at;
}

static void jpeg_decode_write_group(struct jpeg *jpeg, int group, int sub_h)
{
    for (int c = 0; c < PLANES; c++) {
        int shift = c ? sub_h : 0, rows = jpeg_decode_group_rows(jpeg, c);
        int height = (jpeg->raster->height + (1 << shift) - 1) >> shift;

        for (int i = 0, y = group * rows; i < rows && y < height; i++, y++)
            raster_write_plane(jpeg->raster, c, y, jpeg->rows[c][i]);
    }
}

static int jpeg_decode_planes(struct jpeg *jpeg, int sub_w, int sub_h, struct error *err)
{
    JSAMPARRAY planes[PLANES] = {jpeg->rows[0], jpeg->rows[1], jpeg->rows[2]};
    struct jpeg_decompress_struct *lib = &jpeg->lib;
    int rc = raster_open_planes(jpeg->raster, jpeg->request->head, PLANES_JPEG,
        (int)lib->output_width, (int)lib->output_height, sub_w, sub_h, err);

    if (rc < 0)
        return rc;
    lib->raw_data_out = TRUE;
    jpeg_start_decompress(lib);
    jpeg_decode_alloc_group(jpeg);
    for (int group = 0; lib->output_scanline < lib->output_height && !jpeg->is_bad; group++) {
        jpeg_read_raw_data(lib, planes, GROUP_ROWS_MAX);
        jpeg_decode_write_group(jpeg, group, sub_h);
    }
    return 0;
}

/* --- all other pictures: to pixels --- */

/* All CMYK files store 255 for no ink, with and without Adobe's marker; the raster stores 0. */
static void jpeg_decode_invert(uint8_t *samples, size_t n)
{
    for (size_t i = 0; i < n; i++)
        samples[i] = 255 - samples[i];
}

static enum raster_layout jpeg_decode_set_layout(struct jpeg_decompress_struct *lib)
{
    switch (lib->jpeg_color_space) {
    case JCS_GRAYSCALE:
        return RASTER_GREY;
    case JCS_CMYK:
    case JCS_YCCK:
        lib->out_color_space = JCS_CMYK;
        return RASTER_CMYK;
    default:
        lib->out_color_space = JCS_RGB;
        return RASTER_RGB;
    }
}

static int jpeg_decode_pixels(struct jpeg *jpeg, struct error *err)
{
    struct jpeg_decompress_struct *lib = &jpeg->lib;
    int width = (int)lib->output_width, rc;
    enum raster_layout layout = jpeg_decode_set_layout(lib);

    rc = raster_open(
        jpeg->raster, jpeg->request->head, width, (int)lib->output_height, layout, 8, err);
    if (rc < 0)
        return rc;
    jpeg_start_decompress(lib);
    jpeg->rows[0][0] = jpeg->memory = mem_new_n((size_t)width * 4, uint8_t);
    while (lib->output_scanline < lib->output_height && !jpeg->is_bad) {
        int y = (int)lib->output_scanline;

        jpeg_read_scanlines(lib, jpeg->rows[0], 1);
        if (layout == RASTER_CMYK)
            jpeg_decode_invert(jpeg->memory, (size_t)width * 4);
        raster_write(jpeg->raster, y, 0, 1, width, jpeg->memory);
    }
    return 0;
}

/* --- completeness and limits --- */

/* Whether every component had a scan with its DC coefficients, and, in a progressive file without
 * an end marker, scans with every bit of every coefficient. */
static bool jpeg_decode_has_all_scans(const struct jpeg *jpeg)
{
    const struct jpeg_decompress_struct *lib = &jpeg->lib;
    bool is_whole = jpeg->request->head->is_whole;

    for (int c = 0; c < lib->num_components; c++) {
        /* How many bits of each coefficient are missing; -1: all. */
        const int *bits = lib->coef_bits ? lib->coef_bits[c] : NULL;

        if (!lib->comp_info[c].quant_table || (bits && bits[0] < 0))
            return false;
        for (int k = 0; bits && !is_whole && k < DCTSIZE2; k++)
            if (bits[k] != 0)
                return false;
    }
    return true;
}

static int jpeg_decode_check_scans(struct jpeg *jpeg, struct error *err)
{
    const struct decode_request *request = jpeg->request;

    if (!jpeg_has_multiple_scans(&jpeg->lib) || (!jpeg->is_cut && jpeg_decode_has_all_scans(jpeg)))
        return 0;
    return error_set(err, ERR_INPUT,
        "%s: truncated (scans of the JPEG are missing, so each of its %d rows is incomplete)",
        request->name, request->head->height);
}

/* Sets the raster's rows. */
static int jpeg_decode_check_pixels(struct jpeg *jpeg, struct error *err)
{
    const struct decode_request *request = jpeg->request;
    int rows = jpeg->bad_group * jpeg->group_rows;

    jpeg->raster->rows = jpeg->raster->height;
    if (jpeg->is_cut)
        jpeg->raster->rows = (int)((int64_t)rows * jpeg->raster->height / request->head->height);
    else if (jpeg->is_bad)
        return error_set(err, ERR_INPUT, "%s: damaged JPEG (before row %d of %d: %s)",
            request->name, rows + jpeg->group_rows, request->head->height, jpeg->why);
    return 0;
}

/* libjpeg keeps the coefficients of all components of a picture with several scans. */
static int jpeg_decode_check_memory(struct jpeg *jpeg, struct error *err)
{
    int n_kept = jpeg_has_multiple_scans(&jpeg->lib) ? jpeg->lib.num_components : 0;
    size_t bytes = 3 * (size_t)jpeg->request->head->width * (size_t)jpeg->request->head->height;

    for (int c = 0; c < n_kept; c++)
        bytes += (size_t)jpeg->lib.comp_info[c].width_in_blocks *
                 (size_t)jpeg->lib.comp_info[c].height_in_blocks * sizeof(JBLOCK);
    if (bytes > DECODE_MEMORY_MAX)
        return error_set(err, ERR_INPUT,
            "%s: decoding this JPEG of several scans takes %zu MB, %d MB is the limit; save it as "
            "a plain (baseline) JPEG",
            jpeg->request->name, bytes / 1000000, DECODE_MEMORY_MAX / 1000000);
    return 0;
}

static int jpeg_decode_picture(struct jpeg *jpeg, struct error *err)
{
    struct picture_head *head = jpeg->request->head;
    struct jpeg_decompress_struct *lib = &jpeg->lib;
    int sub_w = 0, sub_h = 0, rc;

    jpeg_mem_src(lib, jpeg->request->data, head->size);
    jpeg_read_header(lib, TRUE);
    if ((int)lib->image_width != head->width || (int)lib->image_height != head->height)
        return error_set(err, ERR_INPUT,
            "%s: damaged (the headers of the JPEG say %d×%d and %u×%u pixels)", jpeg->request->name,
            head->width, head->height, lib->image_width, lib->image_height);
    jpeg_decode_set_scale(jpeg);
    jpeg_calc_output_dimensions(lib);
    rc = jpeg_decode_check_memory(jpeg, err);
    if (rc < 0)
        return rc;
    if (lib->jpeg_color_space == JCS_YCbCr && jpeg_decode_subsampling(jpeg, &sub_w, &sub_h) &&
        !colour_is_needed(head)) {
        lib->out_color_space = JCS_YCbCr;
        rc = jpeg_decode_planes(jpeg, sub_w, sub_h, err);
    } else
        rc = jpeg_decode_pixels(jpeg, err);
    if (rc == 0)
        rc = jpeg_decode_check_scans(jpeg, err);
    jpeg->group_rows = lib->max_v_samp_factor * DCTSIZE;
    if (rc == 0 && !jpeg->is_bad)
        jpeg_finish_decompress(lib); /* warns of what follows the pixels */
    return rc < 0 ? rc : jpeg_decode_check_pixels(jpeg, err);
}

int jpeg_decode(const struct decode_request *request, struct raster *raster, struct error *err)
{
    struct jpeg *jpeg = mem_new(struct jpeg);
    int rc;

    *raster = (struct raster){0};
    jpeg->request = request;
    jpeg->raster = raster;
    jpeg->lib.err = jpeg_std_error(&jpeg->errors);
    jpeg->errors.error_exit = jpeg_decode_abort;
    jpeg->errors.emit_message = jpeg_decode_warn;
    jpeg->errors.output_message = jpeg_decode_print_nothing;
    jpeg->lib.client_data = jpeg;
    if (setjmp(jpeg->out) == 0) {
        jpeg_create_decompress(&jpeg->lib);
        rc = jpeg_decode_picture(jpeg, err);
    } else if (jpeg->errors.msg_code == JERR_OUT_OF_MEMORY)
        rc = error_set(err, ERR_LIMIT, "no memory for %s", request->name);
    else
        rc = error_set(err, ERR_INPUT, "%s: damaged JPEG (%s)", request->name, jpeg->why);
    jpeg_destroy_decompress(&jpeg->lib);
    free(jpeg->memory);
    free(jpeg);
    return rc;
}
