/* flat_jpeg.c - see flat_jpeg.h. */
#include "flat_jpeg.h"

#include <stdlib.h>

/* The bits of a scan, which are written byte by byte; a zero follows a byte FF. */
struct bits {
    struct buf *out;
    unsigned pending, n_pending; /* bits of the next byte */
};

static void flat_jpeg_put_byte(struct buf *out, int byte)
{
    buf_add(out, &(uint8_t){(uint8_t)byte}, 1);
}

static void flat_jpeg_put_word(struct buf *out, int word)
{
    flat_jpeg_put_byte(out, word >> 8);
    flat_jpeg_put_byte(out, word & 0xFF);
}

static void flat_jpeg_put_bits(struct bits *bits, unsigned value, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        bits->pending = bits->pending << 1 | (value >> i & 1);
        if (++bits->n_pending < 8)
            continue;
        flat_jpeg_put_byte(bits->out, (int)bits->pending);
        if (bits->pending == 0xFF)
            flat_jpeg_put_byte(bits->out, 0);
        bits->pending = bits->n_pending = 0;
    }
}

static void flat_jpeg_end_bits(struct bits *bits)
{
    while (bits->n_pending)
        flat_jpeg_put_bits(bits, 1, 1);
}

static void flat_jpeg_put_marker(struct buf *out, int marker, int len)
{
    flat_jpeg_put_byte(out, 0xFF);
    flat_jpeg_put_byte(out, marker);
    flat_jpeg_put_word(out, len);
}

static void flat_jpeg_put_adobe(struct buf *out, int transform)
{
    flat_jpeg_put_marker(out, 0xEE, 14);
    buf_add(out, "Adobe\0\144\0\0\0\0", 11);
    flat_jpeg_put_byte(out, transform);
}

/* All quantizer steps are 1: a flat block of sample v has the DC coefficient 8 (v - 128). */
static void flat_jpeg_put_tables(struct buf *out)
{
    flat_jpeg_put_marker(out, 0xDB, 67);
    flat_jpeg_put_byte(out, 0);
    for (int i = 0; i < 64; i++)
        flat_jpeg_put_byte(out, 1);
    flat_jpeg_put_marker(out, 0xC4, 31); /* DC: twelve codes of four bits, in order */
    flat_jpeg_put_byte(out, 0);
    for (int i = 1; i <= 16; i++)
        flat_jpeg_put_byte(out, i == 4 ? 12 : 0);
    for (int i = 0; i < 12; i++)
        flat_jpeg_put_byte(out, i);
    flat_jpeg_put_marker(out, 0xC4, 20); /* AC: one code of one bit, end of block */
    flat_jpeg_put_byte(out, 0x10);
    for (int i = 1; i <= 16; i++)
        flat_jpeg_put_byte(out, i == 1);
    flat_jpeg_put_byte(out, 0);
}

static void flat_jpeg_put_frame(const struct flat_jpeg *jpeg, struct buf *out)
{
    flat_jpeg_put_marker(out, jpeg->is_progressive ? 0xC2 : 0xC0, 8 + 3 * jpeg->n_components);
    flat_jpeg_put_byte(out, 8);
    flat_jpeg_put_word(out, FLAT_JPEG_SIDE);
    flat_jpeg_put_word(out, FLAT_JPEG_SIDE);
    flat_jpeg_put_byte(out, jpeg->n_components);
    for (int c = 0; c < jpeg->n_components; c++) {
        flat_jpeg_put_byte(out, c + 1);
        flat_jpeg_put_byte(out, 0x11);
        flat_jpeg_put_byte(out, 0);
    }
}

static void flat_jpeg_put_scan(struct buf *out, int first, int n, int from, int to)
{
    flat_jpeg_put_marker(out, 0xDA, 6 + 2 * n);
    flat_jpeg_put_byte(out, n);
    for (int c = first; c < first + n; c++) {
        flat_jpeg_put_byte(out, c + 1);
        flat_jpeg_put_byte(out, 0);
    }
    flat_jpeg_put_byte(out, from);
    flat_jpeg_put_byte(out, to);
    flat_jpeg_put_byte(out, 0);
}

static void flat_jpeg_put_dc(struct bits *bits, int difference)
{
    int size = 0;

    while (abs(difference) >> size)
        size++;
    flat_jpeg_put_bits(bits, (unsigned)size, 4);
    flat_jpeg_put_bits(
        bits, (unsigned)(difference < 0 ? difference + (1 << size) - 1 : difference), size);
}

static void flat_jpeg_put_first_scan(const struct flat_jpeg *jpeg, struct buf *out)
{
    struct bits bits = {.out = out};
    int last[4] = {0};

    flat_jpeg_put_scan(out, 0, jpeg->n_components, 0, jpeg->is_progressive ? 0 : 63);
    for (int quarter = 0; quarter < 4; quarter++)
        for (int c = 0; c < jpeg->n_components; c++) {
            int dc = 8 * (jpeg->samples[quarter][c] - 128);

            flat_jpeg_put_dc(&bits, dc - last[c]);
            last[c] = dc;
            if (!jpeg->is_progressive)
                flat_jpeg_put_bits(&bits, 0, 1);
        }
    flat_jpeg_end_bits(&bits);
}

/* The AC scans of a progressive JPEG, one a component, with zeros only. */
static void flat_jpeg_put_ac_scans(const struct flat_jpeg *jpeg, struct buf *out)
{
    for (int c = 0; c < jpeg->n_components; c++) {
        struct bits bits = {.out = out};

        flat_jpeg_put_scan(out, c, 1, 1, 63);
        flat_jpeg_put_bits(&bits, 0, 4);
        flat_jpeg_end_bits(&bits);
    }
}

void flat_jpeg_write(const struct flat_jpeg *jpeg, struct buf *out)
{
    flat_jpeg_put_word(out, 0xFFD8);
    if (jpeg->adobe >= 0)
        flat_jpeg_put_adobe(out, jpeg->adobe);
    flat_jpeg_put_tables(out);
    flat_jpeg_put_frame(jpeg, out);
    flat_jpeg_put_first_scan(jpeg, out);
    if (jpeg->is_progressive)
        flat_jpeg_put_ac_scans(jpeg, out);
    flat_jpeg_put_word(out, 0xFFD9);
}
