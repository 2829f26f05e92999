/* zoom_x86.c - the kernels for x86-64: SSSE3, AVX2, and AVX-512 VBMI. */
#include <immintrin.h>
#include <stddef.h>

#include "video/draw/zoom_kernels.h"

/* These loops wait for the source picture, so they prefetch it this many bytes ahead.
 *
 * Some copy a struct or an array of pointers first: else the compiler must load it again after each
 * store, which might have changed it. */
enum { AHEAD = 2048 };

/* --- 16 bytes: a group at a time --- */

__attribute__((target("ssse3"))) static __m128i zoom_load16(const void *from)
{
    return _mm_loadu_si128(from);
}

__attribute__((target("ssse3"))) static void zoom_row_ssse3(
    int16_t *dst, const uint8_t *src, const struct zoom_groups *groups)
{
    for (int g = 0; g < groups->n; g++) {
        __m128i from = zoom_load16(src + groups->base[g]), sum[2];

        for (int half = 0; half < 2; half++)
            sum[half] =
                _mm_maddubs_epi16(_mm_shuffle_epi8(from, zoom_load16(groups->pick[half] + 16 * g)),
                    zoom_load16(groups->weigh[half] + 16 * g));
        _mm_storeu_si128((void *)(dst + 8 * g), _mm_add_epi16(sum[0], sum[1]));
    }
}

__attribute__((target("ssse3"))) static void zoom_column_ssse3(
    uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n)
{
    for (int i = 0; i < n; i += 16) {
        __m128i sum[2];

        for (int half = 0; half < 2; half++) {
            sum[half] = _mm_set1_epi16(16);
            for (int tap = 0; tap < 4; tap++)
                sum[half] =
                    _mm_add_epi16(sum[half], _mm_mulhrs_epi16(zoom_load16(rows[tap] + i + 8 * half),
                                                 _mm_set1_epi16(weights[tap])));
            sum[half] = _mm_srai_epi16(sum[half], 5);
        }
        _mm_storeu_si128((void *)(dst + i), _mm_packus_epi16(sum[0], sum[1]));
    }
}

/* Products of a byte and a share reach 65,280, rounded sums 65,408: they fit unsigned 16 bits. */
__attribute__((target("ssse3"))) static void zoom_blend_ssse3(
    uint8_t *dst, const uint8_t *to, int n, int share)
{
    const __m128i zero = _mm_setzero_si128(), round = _mm_set1_epi16(128),
                  old_share = _mm_set1_epi16((short)(256 - share)),
                  new_share = _mm_set1_epi16((short)share);

    for (int i = 0; i < n; i += 16) {
        __m128i old = zoom_load16(dst + i), new = zoom_load16(to + i), low, high;

        low = _mm_add_epi16(_mm_mullo_epi16(_mm_unpacklo_epi8(old, zero), old_share),
            _mm_mullo_epi16(_mm_unpacklo_epi8(new, zero), new_share));
        high = _mm_add_epi16(_mm_mullo_epi16(_mm_unpackhi_epi8(old, zero), old_share),
            _mm_mullo_epi16(_mm_unpackhi_epi8(new, zero), new_share));
        low = _mm_srli_epi16(_mm_add_epi16(low, round), 8);
        high = _mm_srli_epi16(_mm_add_epi16(high, round), 8);
        _mm_storeu_si128((void *)(dst + i), _mm_packus_epi16(low, high));
    }
}

/* --- 32 bytes: two groups at a time --- */

__attribute__((target("avx2"))) static __m256i zoom_load32(const void *from)
{
    return _mm256_loadu_si256(from);
}

__attribute__((target("avx2"))) static void zoom_row_avx2(
    int16_t *dst, const uint8_t *src, const struct zoom_groups *groups)
{
    const struct zoom_groups at = *groups;

    for (int g = 0; g < at.n; g += 2) {
        __m256i from = _mm256_loadu2_m128i(
                    (const void *)(src + at.base[g + 1]), (const void *)(src + at.base[g])),
                sum[2];

        _mm_prefetch((const char *)src + at.base[g] + AHEAD, _MM_HINT_T0);
        for (int half = 0; half < 2; half++)
            sum[half] =
                _mm256_maddubs_epi16(_mm256_shuffle_epi8(from, zoom_load32(at.pick[half] + 16 * g)),
                    zoom_load32(at.weigh[half] + 16 * g));
        _mm256_storeu_si256((void *)(dst + 8 * g), _mm256_add_epi16(sum[0], sum[1]));
    }
}

__attribute__((target("avx2"))) static void zoom_column_avx2(
    uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n)
{
    const int16_t *const from[4] = {rows[0], rows[1], rows[2], rows[3]};
    const __m256i weigh[4] = {_mm256_set1_epi16(weights[0]), _mm256_set1_epi16(weights[1]),
        _mm256_set1_epi16(weights[2]), _mm256_set1_epi16(weights[3])};

    for (int i = 0; i < n; i += 32) {
        __m256i sum[2], packed;

        for (int half = 0; half < 2; half++) {
            sum[half] = _mm256_set1_epi16(16);
            for (int tap = 0; tap < 4; tap++)
                sum[half] = _mm256_add_epi16(sum[half],
                    _mm256_mulhrs_epi16(zoom_load32(from[tap] + i + 16 * half), weigh[tap]));
            sum[half] = _mm256_srai_epi16(sum[half], 5);
        }
        /* Packing interleaves the halves of both registers: put the quarters back in order. */
        packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(sum[0], sum[1]), 0xD8);
        _mm256_storeu_si256((void *)(dst + i), packed);
    }
}

__attribute__((target("avx2"))) static void zoom_blend_avx2(
    uint8_t *dst, const uint8_t *to, int n, int share)
{
    const __m256i zero = _mm256_setzero_si256(), round = _mm256_set1_epi16(128),
                  old_share = _mm256_set1_epi16((short)(256 - share)),
                  new_share = _mm256_set1_epi16((short)share);

    /* Unpacking and packing permute the quarters in opposite ways: the order stays. */
    for (int i = 0; i < n; i += 32) {
        __m256i old = zoom_load32(dst + i), new = zoom_load32(to + i), low, high;

        low = _mm256_add_epi16(_mm256_mullo_epi16(_mm256_unpacklo_epi8(old, zero), old_share),
            _mm256_mullo_epi16(_mm256_unpacklo_epi8(new, zero), new_share));
        high = _mm256_add_epi16(_mm256_mullo_epi16(_mm256_unpackhi_epi8(old, zero), old_share),
            _mm256_mullo_epi16(_mm256_unpackhi_epi8(new, zero), new_share));
        low = _mm256_srli_epi16(_mm256_add_epi16(low, round), 8);
        high = _mm256_srli_epi16(_mm256_add_epi16(high, round), 8);
        _mm256_storeu_si256((void *)(dst + i), _mm256_packus_epi16(low, high));
    }
}

/* --- 64 bytes: a group of 32 columns at a time --- */

__attribute__((target("avx512bw"))) static __m512i zoom_load64(const void *from)
{
    return _mm512_loadu_si512(from);
}

/* AVX-512 VBMI picks bytes out of a whole register: one load of the row for 32 columns. */
__attribute__((target("avx512vbmi,avx512bw"))) static void zoom_row_avx512(
    int16_t *dst, const uint8_t *src, const struct zoom_groups *groups)
{
    const struct zoom_groups at = *groups;

    for (int g = 0; g < at.n; g++) {
        __m512i from = zoom_load64(src + at.base[g]), sum[2];

        _mm_prefetch((const char *)src + at.base[g] + AHEAD, _MM_HINT_T0);
        for (int half = 0; half < 2; half++)
            sum[half] = _mm512_maddubs_epi16(
                _mm512_permutexvar_epi8(zoom_load64(at.pick[half] + 64 * g), from),
                zoom_load64(at.weigh[half] + 64 * g));
        _mm512_storeu_si512(dst + 32 * g, _mm512_add_epi16(sum[0], sum[1]));
    }
}

/* 32 samples at a time, each narrowed in its place: the order stays. */
__attribute__((target("avx512bw"))) static void zoom_column_avx512(
    uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n)
{
    const int16_t *const from[4] = {rows[0], rows[1], rows[2], rows[3]};
    const __m512i weigh[4] = {_mm512_set1_epi16(weights[0]), _mm512_set1_epi16(weights[1]),
        _mm512_set1_epi16(weights[2]), _mm512_set1_epi16(weights[3])};

    for (int i = 0; i < n; i += 32) {
        __m512i sum = _mm512_set1_epi16(16);

        for (int tap = 0; tap < 4; tap++)
            sum =
                _mm512_add_epi16(sum, _mm512_mulhrs_epi16(zoom_load64(from[tap] + i), weigh[tap]));
        sum = _mm512_max_epi16(_mm512_srai_epi16(sum, 5), _mm512_setzero_si512());
        _mm256_storeu_si256((void *)(dst + i), _mm512_cvtusepi16_epi8(sum));
    }
}

static const struct zoom_kernels zoom_ssse3 = {.name = "ssse3",
    .group = 8,
    .row = zoom_row_ssse3,
    .column = zoom_column_ssse3,
    .blend = zoom_blend_ssse3};
static const struct zoom_kernels zoom_avx2 = {.name = "avx2",
    .group = 8,
    .row = zoom_row_avx2,
    .column = zoom_column_avx2,
    .blend = zoom_blend_avx2};
static const struct zoom_kernels zoom_avx512 = {.name = "avx512",
    .group = 32,
    .row = zoom_row_avx512,
    .column = zoom_column_avx512,
    .blend = zoom_blend_avx2};

const struct zoom_kernels *const *zoom_kernels_list(void)
{
    static const struct zoom_kernels *const list[] = {
        &zoom_avx512, &zoom_avx2, &zoom_ssse3, &zoom_kernels_plain, NULL};

    if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw"))
        return list;
    if (__builtin_cpu_supports("avx2"))
        return list + 1;
    return list + (__builtin_cpu_supports("ssse3") ? 2 : 3);
}
