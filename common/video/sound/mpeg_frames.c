/* mpeg_frames.c - see mpeg_frames.h.  Frame headers: ISO 11172-3, 13818-3 and 13818-7.  Info frame:
 * as the Xing and LAME encoders write it. */
#include "video/sound/mpeg_frames.h"

#include <libavutil/intreadwrite.h>
#include <string.h>

enum { RUN = 4 }; /* consecutive frames that can't be chance */

/* kbit/s by [MPEG 2 or 2.5][layer - 1][index]. */
static const short bit_rates[2][3][15] = {
    {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}},
    {{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}};

/* --- one header --- */

static bool mpeg_parse_adts(const uint8_t *header, struct mpeg_frame *frame)
{
    frame->length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5;
    return header[0] == 0xFF && (header[1] & 0xF6) == 0xF0 && (header[2] >> 2 & 15) < 13 &&
           frame->length > MPEG_HEADER;
}

static bool mpeg_parse_audio(const uint8_t *header, struct mpeg_frame *frame)
{
    static const int rates[] = {44100, 48000, 32000};
    int version = header[1] >> 3 & 3, layer = 4 - (header[1] >> 1 & 3); /* version 3 is MPEG 1 */
    int index = header[2] >> 4, rate = header[2] >> 2 & 3, padding = header[2] >> 1 & 1;
    bool is_low = version != 3;
    int bits;

    if (header[0] != 0xFF || (header[1] & 0xE0) != 0xE0 || version == 1 || layer == 4 ||
        index == 0 || index == 15 || rate == 3 || (header[3] & 3) == 2)
        return false;
    rate = rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    bits = bit_rates[is_low][layer - 1][index] * 1000;
    frame->layer = layer;
    frame->samples = layer == 1 ? 384 : layer == 3 && is_low ? 576 : 1152;
    frame->length =
        layer == 1 ? (12 * bits / rate + padding) * 4 : frame->samples / 8 * bits / rate + padding;
    return true;
}

/* The header at byte `at`; the view may end before the frame does. */
static bool mpeg_parse_at(
    struct file_view *view, bool is_adts, int64_t at, struct mpeg_frame *ret_frame)
{
    const uint8_t *header = file_view_at(view, at, MPEG_HEADER);

    *ret_frame = (struct mpeg_frame){.at = at};
    return header &&
           (is_adts ? mpeg_parse_adts(header, ret_frame) : mpeg_parse_audio(header, ret_frame));
}

/* The same version, layer, rate and profile: the fields that are constant in a stream. */
static bool mpeg_is_same_stream(bool is_adts, const uint8_t *a, const uint8_t *b)
{
    return a[0] == b[0] && ((a[1] ^ b[1]) & 0xFE) == 0 &&
           ((a[2] ^ b[2]) & (is_adts ? 0xFC : 0x0C)) == 0;
}

/* --- finding frames --- */

static bool mpeg_starts_run(struct file_view *view, bool is_adts, int64_t at)
{
    uint8_t first[MPEG_HEADER];
    struct mpeg_frame frame;

    if (!mpeg_parse_at(view, is_adts, at, &frame))
        return false;
    memcpy(first, file_view_at(view, at, MPEG_HEADER), sizeof first);
    for (int i = 1; i < RUN; i++) {
        at += frame.length;
        if (at == view->end)
            return true;
        if (!mpeg_parse_at(view, is_adts, at, &frame) ||
            !mpeg_is_same_stream(is_adts, first, file_view_at(view, at, MPEG_HEADER)))
            return false;
    }
    return true;
}

int64_t mpeg_tag_length(struct file_view *view, int64_t at)
{
    const uint8_t *head = file_view_at(view, at, 10);
    int64_t length = 0;

    if (!head)
        return 0;
    if (memcmp(head, "ID3", 3) == 0 && head[3] < 0xFF && head[4] < 0xFF &&
        !((head[6] | head[7] | head[8] | head[9]) & 0x80))
        length = 10 + (head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]) +
                 (head[5] & 0x10 ? 10 : 0);
    else if (memcmp(head, "TAG", 3) == 0)
        length = 128;
    else if (memcmp(head, "APETAGEX", 8) == 0 && (head = file_view_at(view, at, 32)))
        length = 32 + (int64_t)AV_RL32(head + 12);
    return length <= view->end - at ? length : 0;
}

/* The start of the first run from byte `at` on and before byte `until`; -1: there is none. */
static int64_t mpeg_find_run(struct file_view *view, bool is_adts, int64_t at, int64_t until)
{
    while (at < until && file_view_at(view, at, MPEG_HEADER)) {
        int64_t tag = mpeg_tag_length(view, at);

        if (mpeg_starts_run(view, is_adts, at))
            return at;
        at += tag ? tag : 1;
    }
    return -1;
}

int64_t mpeg_frames_find(struct file_view *view, bool is_adts, int64_t junk_max)
{
    return mpeg_find_run(view, is_adts, view->start, view->start + junk_max);
}

/* --- the info frame --- */

/* What follows "Xing" or "Info": flags, the fields they announce, and the tag of the encoder. */
static void mpeg_parse_xing(const uint8_t *xing, struct mpeg_frame *frame)
{
    uint32_t flags = AV_RB32(xing + 4);
    const uint8_t *encoder = xing + 8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) +
                             (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);

    frame->is_info = true;
    frame->n_stated = flags & 1 ? AV_RB32(xing + 8) : 0;
    if (memcmp(encoder, "LAME", 4) == 0 || memcmp(encoder, "Lavf", 4) == 0 ||
        memcmp(encoder, "Lavc", 4) == 0) {
        frame->delay = AV_RB24(encoder + 21) >> 12;
        frame->padding = AV_RB24(encoder + 21) & 0xFFF;
    }
}

static void mpeg_parse_info(struct file_view *view, struct mpeg_frame *frame)
{
    const uint8_t *head = file_view_at(view, frame->at, FILE_VIEW_PIECE), *xing;
    bool is_low, is_mono;

    if (frame->layer != 3 || frame->length < 160 || !head)
        return;
    is_low = (head[1] >> 3 & 3) != 3;
    is_mono = head[3] >> 6 == 3;
    xing = head + 4 + (is_low ? (is_mono ? 9 : 17) : (is_mono ? 17 : 32));
    if (memcmp(head + 36, "VBRI", 4) == 0)
        frame->is_info = true;
    else if (memcmp(xing, "Xing", 4) == 0 || memcmp(xing, "Info", 4) == 0)
        mpeg_parse_xing(xing, frame);
}

/* --- one frame after another --- */

void mpeg_frames_open(struct file_view *view, bool is_adts, struct mpeg_frames *ret_frames)
{
    *ret_frames = (struct mpeg_frames){.view = view, .is_adts = is_adts, .at = view->start};
}

static bool mpeg_continues_stream(const struct mpeg_frames *frames)
{
    const uint8_t *header = file_view_at(frames->view, frames->at, MPEG_HEADER);

    return header && mpeg_is_same_stream(frames->is_adts, frames->last, header);
}

/* The view ends inside a header of the same stream. */
static bool mpeg_is_partial_header(const struct mpeg_frames *frames)
{
    int64_t left = frames->view->end - frames->at;
    const uint8_t *header =
        left > 1 && left < MPEG_HEADER ? file_view_at(frames->view, frames->at, 2) : NULL;

    return header && header[0] == frames->last[0] && ((header[1] ^ frames->last[1]) & 0xFE) == 0;
}

bool mpeg_frames_next(struct mpeg_frames *frames, struct mpeg_frame *ret_frame)
{
    struct file_view *view = frames->view;
    struct mpeg_frame frame;

    if (!mpeg_continues_stream(frames) ||
        !mpeg_parse_at(view, frames->is_adts, frames->at, &frame)) {
        int64_t at = mpeg_find_run(view, frames->is_adts, frames->at, view->end);

        frames->is_truncated = at < 0 && mpeg_is_partial_header(frames);
        if (at < 0 || !mpeg_parse_at(view, frames->is_adts, at, &frame))
            return false;
    }
    if (frame.at + frame.length > view->end) {
        frames->is_truncated = true;
        return false;
    }
    memcpy(frames->last, file_view_at(view, frame.at, MPEG_HEADER), MPEG_HEADER);
    frames->at = frame.at + frame.length;
    mpeg_parse_info(view, &frame);
    *ret_frame = frame;
    return true;
}
