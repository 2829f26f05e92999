/* zoom_x86.c - the loops of zoom_kernels.h for x86-64: with SSSE3, AVX2, and AVX-512 VBMI. */
#include <immintrin.h>
#include <stddef.h>

#include "video/draw/zoom_kernels.h"

/* Looking at the source is what these loops wait for: bytes before they come to it, it is asked
 * for. The copies below of what stands in memory are for the compiler, which must think that each
 * store may have changed it. */
enum { AHEAD = 2048 };

/* --- 16 bytes: a group at a time --- */

__attribute__((target("ssse3"))) static __m128i load16(const void *from)
{
    return _mm_loadu_si128(from);
}

__attribute__((target("ssse3"))) static void row_ssse3(
    int16_t *dst, const uint8_t *src, const struct zoom_groups *groups)
{
    for (int g = 0; g < groups->n; g++) {
        __m128i from = load16(src + groups->base[g]), sum[2];

        for (int half = 0; half < 2; half++)
            sum[half] =
                _mm_maddubs_epi16(_mm_shuffle_epi8(from, load16(groups->pick[half] + 16 * g)),
                    load16(groups->weigh[half] + 16 * g));
        _mm_storeu_si128((void *)(dst + 8 * g), _mm_add_epi16(sum[0], sum[1]));
    }
}

__attribute__((target("ssse3"))) static void column_ssse3(
    uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n)
{
    for (int i = 0; i < n; i += 16) {
        __m128i sum[2];

        for (int half = 0; half < 2; half++) {
            sum[half] = _mm_set1_epi16(16);
            for (int tap = 0; tap < 4; tap++)
                sum[half] =
                    _mm_add_epi16(sum[half], _mm_mulhrs_epi16(load16(rows[tap] + i + 8 * half),
                                                 _mm_set1_epi16(weights[tap])));
            sum[half] = _mm_srai_epi16(sum[half], 5);
        }
        _mm_storeu_si128((void *)(dst + i), _mm_packus_epi16(sum[0], sum[1]));
    }
}

/* Products of bytes and shares reach 65,280, sums of them 65,408: they fit, taken as unsigned. */
__attribute__((target("ssse3"))) static void fade_ssse3(
    uint8_t *dst, const uint8_t *to, int n, int share)
{
    const __m128i zero = _mm_setzero_si128(), round = _mm_set1_epi16(128),
                  old_share = _mm_set1_epi16((short)(256 - share)),
                  new_share = _mm_set1_epi16((short)share);

    for (int i = 0; i < n; i += 16) {
        __m128i old = load16(dst + i), new = load16(to + i), low, high;

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

__attribute__((target("avx2"))) static __m256i load32(const void *from)
{
    return _mm256_loadu_si256(from);
}

__attribute__((target("avx2"))) static void row_avx2(
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
                _mm256_maddubs_epi16(_mm256_shuffle_epi8(from, load32(at.pick[half] + 16 * g)),
                    load32(at.weigh[half] + 16 * g));
        _mm256_storeu_si256((void *)(dst + 8 * g), _mm256_add_epi16(sum[0], sum[1]));
    }
}

__attribute__((target("avx2"))) static void column_avx2(
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
                sum[half] = _mm256_add_epi16(
                    sum[half], _mm256_mulhrs_epi16(load32(from[tap] + i + 16 * half), weigh[tap]));
            sum[half] = _mm256_srai_epi16(sum[half], 5);
        }
        /* Packing works on each half of the register: put the quarters back in order. */
        packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(sum[0], sum[1]), 0xD8);
        _mm256_storeu_si256((void *)(dst + i), packed);
    }
}

__attribute__((target("avx2"))) static void fade_avx2(
    uint8_t *dst, const uint8_t *to, int n, int share)
{
    const __m256i zero = _mm256_setzero_si256(), round = _mm256_set1_epi16(128),
                  old_share = _mm256_set1_epi16((short)(256 - share)),
                  new_share = _mm256_set1_epi16((short)share);

    /* Unpacking and packing take the same quarters: the order comes out right. */
    for (int i = 0; i < n; i += 32) {
        __m256i old = load32(dst + i), new = load32(to + i), low, high;

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

__attribute__((target("avx512bw"))) static __m512i load64(const void *from)
{
    return _mm512_loadu_si512(from);
}

/* AVX-512 VBMI picks bytes out of a whole register: one look at the row for 32 columns. */
__attribute__((target("avx512vbmi,avx512bw"))) static void row_avx512(
    int16_t *dst, const uint8_t *src, const struct zoom_groups *groups)
{
    const struct zoom_groups at = *groups;

    for (int g = 0; g < at.n; g++) {
        __m512i from = load64(src + at.base[g]), sum[2];

        _mm_prefetch((const char *)src + at.base[g] + AHEAD, _MM_HINT_T0);
        for (int half = 0; half < 2; half++)
            sum[half] =
                _mm512_maddubs_epi16(_mm512_permutexvar_epi8(load64(at.pick[half] + 64 * g), from),
                    load64(at.weigh[half] + 64 * g));
        _mm512_storeu_si512(dst + 32 * g, _mm512_add_epi16(sum[0], sum[1]));
    }
}

/* 32 samples at a time, each narrowed in its place: no order to put right. */
__attribute__((target("avx512bw"))) static void column_avx512(
    uint8_t *dst, const int16_t *const rows[4], const int16_t weights[4], int n)
{
    const int16_t *const from[4] = {rows[0], rows[1], rows[2], rows[3]};
    const __m512i weigh[4] = {_mm512_set1_epi16(weights[0]), _mm512_set1_epi16(weights[1]),
        _mm512_set1_epi16(weights[2]), _mm512_set1_epi16(weights[3])};

    for (int i = 0; i < n; i += 32) {
        __m512i sum = _mm512_set1_epi16(16);

        for (int tap = 0; tap < 4; tap++)
            sum = _mm512_add_epi16(sum, _mm512_mulhrs_epi16(load64(from[tap] + i), weigh[tap]));
        sum = _mm512_max_epi16(_mm512_srai_epi16(sum, 5), _mm512_setzero_si512());
        _mm256_storeu_si256((void *)(dst + i), _mm512_cvtusepi16_epi8(sum));
    }
}

static const struct zoom_kernels ssse3 = {
    .name = "ssse3", .group = 8, .row = row_ssse3, .column = column_ssse3, .fade = fade_ssse3};
static const struct zoom_kernels avx2 = {
    .name = "avx2", .group = 8, .row = row_avx2, .column = column_avx2, .fade = fade_avx2};
static const struct zoom_kernels avx512 = {
    .name = "avx512", .group = 32, .row = row_avx512, .column = column_avx512, .fade = fade_avx2};

const struct zoom_kernels *const *zoom_kernels_list(void)
{
    static const struct zoom_kernels *const list[] = {
        &avx512, &avx2, &ssse3, &zoom_kernels_plain, NULL};

    if (__builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512bw"))
        return list;
    if (__builtin_cpu_supports("avx2"))
        return list + 1;
    return list + (__builtin_cpu_supports("ssse3") ? 2 : 3);
}
