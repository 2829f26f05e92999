/* chunks.c - see containers.h: RIFF (with RIFX, RF64, BW64), Sony Wave64, IFF (AIFF), AU, CAF and
 * ASF (WMA). */
#include <libavutil/intreadwrite.h>
#include <string.h>

#include "video/sound/containers.h"

static bool chunk_is_placeholder(uint64_t length, int bits)
{
    return length == 0 || length >= (bits == 32 ? ENDLESS_32 : ENDLESS_64);
}

/* Whether the view holds `length` bytes of samples from byte `at` on.  Some programs count the
 * file's header, too: as many bytes may be missing as lie before the samples. */
static bool chunk_fits(const struct file_view *view, int64_t at, uint64_t length, int bits)
{
    return chunk_is_placeholder(length, bits) ||
           length <= (uint64_t)(view->end - at) + (uint64_t)(at - view->start);
}

/* `value` takes the place of the `n` bytes from byte `at` of the file. */
static void chunk_patch(
    struct sound_patches *patches, int64_t at, int n, bool is_big_endian, uint64_t value)
{
    struct sound_patch *patch = &patches->list[patches->n++];

    patch->at = at;
    patch->n = n;
    for (int i = 0; i < n; i++)
        patch->bytes[is_big_endian ? n - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

bool riff_is_whole(struct file_view *view, struct sound_patches *patches)
{
    bool is_big_endian = file_view_is(view, view->start, "RIFX", 4);
    int64_t at = view->start + 12, ds64_at = 0;
    const uint8_t *head;
    uint64_t data = 0;

    while ((head = file_view_at(view, at, 24)) || (head = file_view_at(view, at, 8))) {
        uint32_t length = is_big_endian ? AV_RB32(head + 4) : AV_RL32(head + 4);

        if (memcmp(head, "ds64", 4) == 0 && file_view_at(view, at, 24)) {
            ds64_at = at + 16;
            data = AV_RL64(head + 16);
        }
        if (memcmp(head, "data", 4) == 0 && ds64_at && length == UINT32_MAX) {
            if (chunk_is_placeholder(data, 64))
                chunk_patch(patches, ds64_at, 8, false, (uint64_t)(view->end - at - 8));
            return chunk_fits(view, at + 8, data, 64);
        }
        if (memcmp(head, "data", 4) == 0)
            return chunk_fits(view, at + 8, length, 32);
        at += 8 + (int64_t)length + (length & 1);
    }
    return true;
}

/* The lengths of Wave64 count the chunk's header of 24 bytes. */
bool w64_is_whole(struct file_view *view, struct sound_patches *patches)
{
    int64_t at = view->start + 40;
    const uint8_t *head;

    while ((head = file_view_at(view, at, 24))) {
        uint64_t length = AV_RL64(head + 16);

        if (memcmp(head, "data", 4) == 0) {
            if (chunk_is_placeholder(length, 64) || length == 24)
                chunk_patch(patches, at + 16, 8, false, (uint64_t)(view->end - at));
            return chunk_fits(view, at + 24, length, 64);
        }
        if (length < 24 || length > ENDLESS_64)
            return true;
        at += (int64_t)(length + 7) / 8 * 8;
    }
    return true;
}

/* The length of FORM is a copy that libav trusts.  SSND has a header of 8 bytes before its samples.
 */
bool iff_is_whole(struct file_view *view, struct sound_patches *patches)
{
    int64_t at = view->start + 12;
    const uint8_t *head;

    chunk_patch(patches, view->start + 4, 4, true, (uint64_t)(view->end - view->start - 8));
    while ((head = file_view_at(view, at, 8))) {
        uint32_t length = AV_RB32(head + 4);

        if (memcmp(head, "SSND", 4) == 0) {
            if (chunk_is_placeholder(length, 32) || length == 8)
                chunk_patch(patches, at + 4, 4, true, (uint64_t)(view->end - at - 8));
            return chunk_fits(view, at + 8, length, 32);
        }
        at += 8 + (int64_t)length + (length & 1);
    }
    return true;
}

bool au_is_whole(struct file_view *view)
{
    const uint8_t *head = file_view_at(view, view->start, 12);

    return !head || chunk_fits(view, view->start + AV_RB32(head + 4), AV_RB32(head + 8), 32);
}

bool caf_is_whole(struct file_view *view)
{
    int64_t at = view->start + 8;
    const uint8_t *head;

    while ((head = file_view_at(view, at, 12))) {
        uint64_t length = AV_RB64(head + 4);

        if (memcmp(head, "data", 4) == 0)
            return chunk_fits(view, at + 12, length, 64);
        if (length > ENDLESS_64)
            return true;
        at += 12 + (int64_t)length;
    }
    return true;
}

bool asf_is_whole(struct file_view *view)
{
    int64_t at = view->start;
    const uint8_t *head;

    while ((head = file_view_at(view, at, 24))) {
        uint64_t length = AV_RL64(head + 16);

        /* The data object; its length counts its header of 50 bytes. */
        if (memcmp(head, "\x36\x26\xB2\x75", 4) == 0)
            return length <= 50 || chunk_fits(view, at, length, 64);
        if (length < 24 || length > ENDLESS_64)
            return true;
        at += (int64_t)length;
    }
    return true;
}
