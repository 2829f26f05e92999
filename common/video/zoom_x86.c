/* zoom_x86.c - the loops of zoom_kernels.h for x86-64 with SSSE3, and with AVX2. */
#include <immintrin.h>
#include <stddef.h>

#include "video/zoom_kernels.h"

__attribute__((target("ssse3"))) static void row_ssse3(
    int16_t *dst, const uint8_t *src, const struct zoom_group *groups, int n_groups)
{
    for (int g = 0; g < n_groups; g++, groups++, dst += 8) {
        __m128i from = _mm_loadu_si128((const __m128i *)(const void *)(src + groups->base));
        __m128i sum[2];

        for (int half = 0; half < 2; half++) {
            __m128i pick = _mm_load_si128((const __m128i *)(const void *)groups->pick[half]);
            __m128i weigh = _mm_loadu_si128((const __m128i *)(const void *)groups->weigh[half]);

            sum[half] = _mm_maddubs_epi16(_mm_shuffle_epi8(from, pick), weigh);
        }
        _mm_storeu_si128((__m128i *)(void *)dst, _mm_add_epi16(sum[0], sum[1]));
    }
}

__attribute__((target("ssse3"))) static void column_ssse3(
    uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n)
{
    for (int i = 0; i < n; i += 16) {
        __m128i sum[2];

        for (int half = 0; half < 2; half++) {
            sum[half] = _mm_set1_epi16(16);
            for (int tap = 0; tap < 4; tap++) {
                const void *from = rows[tap] + i + 8 * half;

                sum[half] = _mm_add_epi16(
                    sum[half], _mm_mulhrs_epi16(_mm_loadu_si128((const __m128i *)from),
                                   _mm_set1_epi16(weights[tap])));
            }
            sum[half] = _mm_srai_epi16(sum[half], 5);
        }
        _mm_storeu_si128((__m128i *)(void *)(dst + i), _mm_packus_epi16(sum[0], sum[1]));
    }
}

__attribute__((target("avx2"))) static void column_avx2(
    uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n)
{
    for (int i = 0; i < n; i += 32) {
        __m256i sum[2], packed;

        for (int half = 0; half < 2; half++) {
            sum[half] = _mm256_set1_epi16(16);
            for (int tap = 0; tap < 4; tap++) {
                const void *from = rows[tap] + i + 16 * half;

                sum[half] = _mm256_add_epi16(
                    sum[half], _mm256_mulhrs_epi16(_mm256_loadu_si256((const __m256i *)from),
                                   _mm256_set1_epi16(weights[tap])));
            }
            sum[half] = _mm256_srai_epi16(sum[half], 5);
        }
        /* Packing works on each half of the register: put the quarters back in order. */
        packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(sum[0], sum[1]), 0xD8);
        _mm256_storeu_si256((__m256i *)(void *)(dst + i), packed);
    }
}

static const struct zoom_kernels ssse3 = {
    .name = "ssse3", .row = row_ssse3, .column = column_ssse3};
static const struct zoom_kernels avx2 = {.name = "avx2", .row = row_ssse3, .column = column_avx2};

const struct zoom_kernels *const *zoom_kernels_list(void)
{
    static const struct zoom_kernels *const list[] = {&avx2, &ssse3, &zoom_kernels_plain, NULL};

    if (__builtin_cpu_supports("avx2"))
        return list;
    return __builtin_cpu_supports("ssse3") ? list + 1 : list + 2;
}
