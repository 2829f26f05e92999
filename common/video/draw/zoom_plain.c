/* zoom_plain.c - the kernels in plain C.  All others must give the same bytes. */
#include "video/draw/zoom_kernels.h"

static void zoom_plain_row(int16_t *dst, const uint8_t *src, const struct zoom_groups *groups)
{
    for (int i = 0; i < groups->size * groups->n; i++) {
        const uint8_t *from = src + groups->base[i / groups->size];
        int sum = 0;

        for (int tap = 0; tap < 4; tap++) {
            int at = 2 * i + (tap & 1);

            sum += from[groups->pick[tap / 2][at]] * groups->weigh[tap / 2][at];
        }
        dst[i] = (int16_t)sum;
    }
}

static void zoom_plain_column(
    uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n)
{
    for (int i = 0; i < n; i++) {
        int sum = 16;

        /* 1/64 times 1/16384; each product is rounded to 1/32, as SSSE3's pmulhrsw does. */
        for (int tap = 0; tap < 4; tap++)
            sum += (rows[tap][i] * weights[tap] + 0x4000) >> 15;
        sum >>= 5;
        dst[i] = (uint8_t)(sum < 0 ? 0 : sum > 255 ? 255 : sum);
    }
}

static void zoom_plain_blend(uint8_t *dst, const uint8_t *to, int n, int share)
{
    for (int i = 0; i < n; i++)
        dst[i] = (uint8_t)((dst[i] * (256 - share) + to[i] * share + 128) >> 8);
}

const struct zoom_kernels zoom_kernels_plain = {.name = "plain",
    .group = 8,
    .row = zoom_plain_row,
    .column = zoom_plain_column,
    .blend = zoom_plain_blend};
