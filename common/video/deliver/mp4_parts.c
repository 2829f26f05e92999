/* mp4_parts.c - see mp4_parts.h. */
#include "video/deliver/mp4_parts.h"

#include <libavutil/intreadwrite.h>
#include <string.h>

enum { BOX_MIN = 8, H264_SPS = 7, H264_PPS = 8 }; /* bytes; types of units */

int64_t mp4_box_size(const uint8_t header[static MP4_BOX_HEADER], int64_t left)
{
    int64_t size = AV_RB32(header);

    if (size == 1) /* 64 bits behind the type */
        size = (int64_t)AV_RB64(header + BOX_MIN);
    return size < BOX_MIN || size > left ? -1 : size;
}

bool mp4_boxes_fill(const uint8_t *data, size_t len, int64_t *ret_media)
{
    int64_t at = 0, end = (int64_t)len, media = 0;

    while (at < end) {
        uint8_t header[MP4_BOX_HEADER] = {0};
        int64_t left = end - at, size;

        memcpy(header, data + at, (size_t)(left < MP4_BOX_HEADER ? left : MP4_BOX_HEADER));
        size = mp4_box_size(header, left);
        if (size < 0)
            return false;
        if (memcmp(header + 4, "mdat", 4) == 0)
            media += size - BOX_MIN;
        at += size;
    }
    if (ret_media)
        *ret_media = media;
    return at > 0;
}

bool mp4_has_parameter_sets(const uint8_t *data, size_t len, const AVCodecParameters *wrote)
{
    static const uint8_t start_code[] = {0, 0, 1};
    const uint8_t *end = wrote->extradata + wrote->extradata_size, *next;
    const uint8_t *unit =
        memmem(wrote->extradata, (size_t)wrote->extradata_size, start_code, sizeof start_code);
    bool has_all = unit != NULL;

    for (; unit && has_all; unit = next) {
        const uint8_t *to;
        int type;

        unit += sizeof start_code;
        next = memmem(unit, (size_t)(end - unit), start_code, sizeof start_code);
        for (to = next ? next : end; to > unit && to[-1] == 0;)
            to--; /* the first zero of a start code of four bytes */
        type = to > unit ? *unit & 0x1f : 0;
        if (type == H264_SPS || type == H264_PPS)
            has_all = memmem(data, len, unit, (size_t)(to - unit)) != NULL;
    }
    return has_all;
}
