/* flat_jpeg.c - see flat_jpeg.h. */
#include "flat_jpeg.h"

#include <stdlib.h>

/* Bits of a scan; a byte of ones is followed by a zero. */
struct bits {
    struct buf *out;
    unsigned held, n_held;
};

static void put_byte(struct buf *out, int byte)
{
    buf_add(out, &(uint8_t){(uint8_t)byte}, 1);
}

static void put_word(struct buf *out, int word)
{
    put_byte(out, word >> 8);
    put_byte(out, word & 0xFF);
}

static void put_bits(struct bits *bits, unsigned value, int n)
{
    for (int i = n - 1; i >= 0; i--) {
        bits->held = bits->held << 1 | (value >> i & 1);
        if (++bits->n_held < 8)
            continue;
        put_byte(bits->out, (int)bits->held);
        if (bits->held == 0xFF)
            put_byte(bits->out, 0);
        bits->held = bits->n_held = 0;
    }
}

static void end_bits(struct bits *bits)
{
    while (bits->n_held)
        put_bits(bits, 1, 1);
}

static void put_marker(struct buf *out, int marker, int len)
{
    put_byte(out, 0xFF);
    put_byte(out, marker);
    put_word(out, len);
}

static void put_adobe(struct buf *out, int transform)
{
    put_marker(out, 0xEE, 14);
    buf_add(out, "Adobe\0\144\0\0\0\0", 11);
    put_byte(out, transform);
}

/* All steps are 1: a flat block of sample v is the number 8 (v - 128) and 63 zeros. */
static void put_tables(struct buf *out)
{
    put_marker(out, 0xDB, 67);
    put_byte(out, 0);
    for (int i = 0; i < 64; i++)
        put_byte(out, 1);
    put_marker(out, 0xC4, 31); /* DC: twelve codes of four bits, in order */
    put_byte(out, 0);
    for (int i = 1; i <= 16; i++)
        put_byte(out, i == 4 ? 12 : 0);
    for (int i = 0; i < 12; i++)
        put_byte(out, i);
    put_marker(out, 0xC4, 20); /* AC: one code of one bit, end of block */
    put_byte(out, 0x10);
    for (int i = 1; i <= 16; i++)
        put_byte(out, i == 1);
    put_byte(out, 0);
}

static void put_frame(const struct flat_jpeg *jpeg, struct buf *out)
{
    put_marker(out, jpeg->is_progressive ? 0xC2 : 0xC0, 8 + 3 * jpeg->n_components);
    put_byte(out, 8);
    put_word(out, FLAT_JPEG_SIDE);
    put_word(out, FLAT_JPEG_SIDE);
    put_byte(out, jpeg->n_components);
    for (int c = 0; c < jpeg->n_components; c++) {
        put_byte(out, c + 1);
        put_byte(out, 0x11);
        put_byte(out, 0);
    }
}

static void put_scan(struct buf *out, int first, int n, int from, int to)
{
    put_marker(out, 0xDA, 6 + 2 * n);
    put_byte(out, n);
    for (int c = first; c < first + n; c++) {
        put_byte(out, c + 1);
        put_byte(out, 0);
    }
    put_byte(out, from);
    put_byte(out, to);
    put_byte(out, 0);
}

static void put_dc(struct bits *bits, int difference)
{
    int size = 0;

    while (abs(difference) >> size)
        size++;
    put_bits(bits, (unsigned)size, 4);
    put_bits(bits, (unsigned)(difference < 0 ? difference + (1 << size) - 1 : difference), size);
}

static void put_all(const struct flat_jpeg *jpeg, struct buf *out)
{
    struct bits bits = {.out = out};
    int last[4] = {0};

    put_scan(out, 0, jpeg->n_components, 0, jpeg->is_progressive ? 0 : 63);
    for (int quarter = 0; quarter < 4; quarter++)
        for (int c = 0; c < jpeg->n_components; c++) {
            int dc = 8 * (jpeg->samples[quarter][c] - 128);

            put_dc(&bits, dc - last[c]);
            last[c] = dc;
            if (!jpeg->is_progressive)
                put_bits(&bits, 0, 1);
        }
    end_bits(&bits);
}

/* A progressive one tells of its zeros later, component by component. */
static void put_zeros(const struct flat_jpeg *jpeg, struct buf *out)
{
    for (int c = 0; c < jpeg->n_components; c++) {
        struct bits bits = {.out = out};

        put_scan(out, c, 1, 1, 63);
        put_bits(&bits, 0, 4);
        end_bits(&bits);
    }
}

void flat_jpeg_write(const struct flat_jpeg *jpeg, struct buf *out)
{
    put_word(out, 0xFFD8);
    if (jpeg->adobe >= 0)
        put_adobe(out, jpeg->adobe);
    put_tables(out);
    put_frame(jpeg, out);
    put_all(jpeg, out);
    if (jpeg->is_progressive)
        put_zeros(jpeg, out);
    put_word(out, 0xFFD9);
}
