/* fuzz_segment.c - libFuzzer target: a cache entry of any bytes is refused, or is a segment that
 * packs to the same bytes. */
#include <assert.h>
#include <libavutil/log.h>
#include <stdint.h>
#include <string.h>

#include "video/encode/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct segment *segment;
    struct buf again = {0};

    if (!segment_unpack((const char *)data, size, &segment))
        return 0;
    segment_pack(segment, &again);
    assert(again.len == size);
    assert(memcmp(again.data, data, size) == 0);
    segment_move(segment, 216000);
    buf_free(&again);
    segment_free(segment);
    return 0;
}
