/* mpeg_frames.c - see mpeg_frames.h.  Headers as ISO 11172-3, 13818-3 and 13818-7 have them; the
 * info frame as the Xing and LAME encoders write it. */
#include "video/sound/mpeg_frames.h"

#include <libavutil/intreadwrite.h>
#include <string.h>

enum { ROW = 4 }; /* frames behind each other that can't be chance */

/* kbit/s by [MPEG 2 or 2.5][layer - 1][index]. */
static const short bit_rates[2][3][15] = {
    {{0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448},
        {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384},
        {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320}},
    {{0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256},
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160},
        {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160}}};

/* --- one header --- */

static bool read_adts(const uint8_t *head, struct mpeg_frame *frame)
{
    frame->length = (head[3] & 3) << 11 | head[4] << 3 | head[5] >> 5;
    return head[0] == 0xFF && (head[1] & 0xF6) == 0xF0 && (head[2] >> 2 & 15) < 13 &&
           frame->length > MPEG_HEAD;
}

static bool read_mpeg(const uint8_t *head, struct mpeg_frame *frame)
{
    static const int rates[] = {44100, 48000, 32000};
    int version = head[1] >> 3 & 3, layer = 4 - (head[1] >> 1 & 3); /* version 3 is MPEG 1 */
    int index = head[2] >> 4, rate = head[2] >> 2 & 3, padding = head[2] >> 1 & 1;
    bool is_low = version != 3;
    int bits;

    if (head[0] != 0xFF || (head[1] & 0xE0) != 0xE0 || version == 1 || layer == 4 || index == 0 ||
        index == 15 || rate == 3 || (head[3] & 3) == 2)
        return false;
    rate = rates[rate] >> (version == 3 ? 0 : version == 2 ? 1 : 2);
    bits = bit_rates[is_low][layer - 1][index] * 1000;
    frame->layer = layer;
    frame->samples = layer == 1 ? 384 : layer == 3 && is_low ? 576 : 1152;
    frame->length =
        layer == 1 ? (12 * bits / rate + padding) * 4 : frame->samples / 8 * bits / rate + padding;
    return true;
}

/* A frame that need not be all there. */
static bool read_head(struct file_view *view, bool is_adts, int64_t at, struct mpeg_frame *frame)
{
    const uint8_t *head = file_view_at(view, at, MPEG_HEAD);

    *frame = (struct mpeg_frame){.at = at};
    return head && (is_adts ? read_adts(head, frame) : read_mpeg(head, frame));
}

/* The same version, layer, rate and profile: what does not change from frame to frame. */
static bool is_alike(bool is_adts, const uint8_t *a, const uint8_t *b)
{
    return a[0] == b[0] && ((a[1] ^ b[1]) & 0xFE) == 0 &&
           ((a[2] ^ b[2]) & (is_adts ? 0xFC : 0x0C)) == 0;
}

/* --- where they are --- */

static bool begins_row(struct file_view *view, bool is_adts, int64_t at)
{
    uint8_t first[MPEG_HEAD];
    struct mpeg_frame frame;

    if (!read_head(view, is_adts, at, &frame))
        return false;
    memcpy(first, file_view_at(view, at, MPEG_HEAD), sizeof first);
    for (int i = 1; i < ROW; i++) {
        at += frame.length;
        if (at == view->end)
            return true;
        if (!read_head(view, is_adts, at, &frame) ||
            !is_alike(is_adts, first, file_view_at(view, at, MPEG_HEAD)))
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

/* From `at` on, before `until`. */
static int64_t find_row(struct file_view *view, bool is_adts, int64_t at, int64_t until)
{
    while (at < until && file_view_at(view, at, MPEG_HEAD)) {
        int64_t tag = mpeg_tag_length(view, at);

        if (begins_row(view, is_adts, at))
            return at;
        at += tag ? tag : 1;
    }
    return -1;
}

int64_t mpeg_frames_find(struct file_view *view, bool is_adts, int64_t most)
{
    return find_row(view, is_adts, view->start, view->start + most);
}

/* --- the info frame --- */

static void read_info(struct file_view *view, struct mpeg_frame *frame)
{
    const uint8_t *head = file_view_at(view, frame->at, FILE_VIEW_PIECE);
    bool is_low, is_mono;
    const uint8_t *tag;
    uint32_t flags;

    if (frame->layer != 3 || frame->length < 160 || !head)
        return;
    is_low = (head[1] >> 3 & 3) != 3;
    is_mono = head[3] >> 6 == 3;
    tag = head + 4 + (is_low ? (is_mono ? 9 : 17) : (is_mono ? 17 : 32));
    frame->is_info = memcmp(head + 36, "VBRI", 4) == 0 || memcmp(tag, "Xing", 4) == 0 ||
                     memcmp(tag, "Info", 4) == 0;
    if (!frame->is_info || memcmp(head + 36, "VBRI", 4) == 0)
        return;
    flags = AV_RB32(tag + 4);
    frame->n_told = flags & 1 ? AV_RB32(tag + 8) : 0;
    tag +=
        8 + (flags & 1 ? 4 : 0) + (flags & 2 ? 4 : 0) + (flags & 4 ? 100 : 0) + (flags & 8 ? 4 : 0);
    if (memcmp(tag, "LAME", 4) == 0 || memcmp(tag, "Lavf", 4) == 0 || memcmp(tag, "Lavc", 4) == 0) {
        frame->delay = AV_RB24(tag + 21) >> 12;
        frame->padding = AV_RB24(tag + 21) & 0xFFF;
    }
}

/* --- */

void mpeg_frames_open(struct file_view *view, bool is_adts, struct mpeg_frames *ret_frames)
{
    *ret_frames = (struct mpeg_frames){.view = view, .is_adts = is_adts, .at = view->start};
}

static bool follows(const struct mpeg_frames *frames)
{
    const uint8_t *head = file_view_at(frames->view, frames->at, MPEG_HEAD);

    return head && is_alike(frames->is_adts, frames->last, head);
}

/* Fewer bytes than a header has, which begin like one. */
static bool is_stub(const struct mpeg_frames *frames)
{
    int64_t left = frames->view->end - frames->at;
    const uint8_t *there =
        left > 1 && left < MPEG_HEAD ? file_view_at(frames->view, frames->at, 2) : NULL;

    return there && there[0] == frames->last[0] && ((there[1] ^ frames->last[1]) & 0xFE) == 0;
}

bool mpeg_frames_next(struct mpeg_frames *frames, struct mpeg_frame *ret_frame)
{
    struct file_view *view = frames->view;
    struct mpeg_frame frame;

    if (!follows(frames) || !read_head(view, frames->is_adts, frames->at, &frame)) {
        int64_t at = find_row(view, frames->is_adts, frames->at, view->end);

        frames->is_cut = at < 0 && is_stub(frames);
        if (at < 0 || !read_head(view, frames->is_adts, at, &frame))
            return false;
    }
    if (frame.at + frame.length > view->end) {
        frames->is_cut = true;
        return false;
    }
    memcpy(frames->last, file_view_at(view, frame.at, MPEG_HEAD), MPEG_HEAD);
    frames->at = frame.at + frame.length;
    read_info(view, &frame);
    *ret_frame = frame;
    return true;
}
