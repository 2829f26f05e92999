/* segment.c - see segment.h.  A cache entry is read on the machine that wrote it, so numbers are in
 * its byte order. */
#include "video/encode/segment.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"

enum { PACKETS_MAX = 1 << 16, FLAGS = AV_PKT_FLAG_KEY | AV_PKT_FLAG_DISPOSABLE };

struct segment *segment_new(void)
{
    return mem_new(struct segment);
}

void segment_free(struct segment *segment)
{
    if (!segment)
        return;
    for (int i = 0; i < segment->n_packets; i++)
        av_packet_free(&segment->packets[i]);
    free(segment->packets);
    avcodec_parameters_free(&segment->parameters);
    free(segment);
}

static void segment_append(struct segment *segment, AVPacket *packet)
{
    segment->packets =
        mem_grow(segment->packets, (size_t)segment->n_packets + 1, sizeof(AVPacket *));
    segment->packets[segment->n_packets++] = packet;
}

int segment_add(struct segment *segment, AVPacket *packet, struct error *err)
{
    AVPacket *copy = av_packet_alloc();

    if (!copy)
        return error_set(err, ERR_LIMIT, "no memory for a packet");
    av_packet_move_ref(copy, packet);
    segment_append(segment, copy);
    return 0;
}

void segment_move(struct segment *segment, int first)
{
    for (int i = 0; i < segment->n_packets; i++) {
        segment->packets[i]->pts += first;
        segment->packets[i]->dts += first;
    }
}

/* --- as bytes --- */

/* The fields of AVCodecParameters that our encoder sets and the muxer reads; all have 32 bits. */
static const size_t numbers[] = {
    offsetof(AVCodecParameters, codec_type),
    offsetof(AVCodecParameters, codec_id),
    offsetof(AVCodecParameters, format),
    offsetof(AVCodecParameters, profile),
    offsetof(AVCodecParameters, level),
    offsetof(AVCodecParameters, width),
    offsetof(AVCodecParameters, height),
    offsetof(AVCodecParameters, sample_aspect_ratio.num),
    offsetof(AVCodecParameters, sample_aspect_ratio.den),
    offsetof(AVCodecParameters, field_order),
    offsetof(AVCodecParameters, color_range),
    offsetof(AVCodecParameters, color_primaries),
    offsetof(AVCodecParameters, color_trc),
    offsetof(AVCodecParameters, color_space),
    offsetof(AVCodecParameters, chroma_location),
    offsetof(AVCodecParameters, video_delay),
};

enum { N_NUMBERS = sizeof numbers / sizeof *numbers };

struct head {
    int32_t numbers[N_NUMBERS];
    uint32_t extradata_len, n_packets;
};

struct packet_head {
    int32_t pts, dts;
    uint32_t flags, len;
};

static int32_t *segment_number(AVCodecParameters *parameters, int i)
{
    return (int32_t *)(void *)((char *)parameters + numbers[i]);
}

void segment_pack(const struct segment *segment, struct buf *out)
{
    struct head head = {.extradata_len = (uint32_t)segment->parameters->extradata_size,
        .n_packets = (uint32_t)segment->n_packets};

    for (int i = 0; i < N_NUMBERS; i++)
        head.numbers[i] = *segment_number(segment->parameters, i);
    buf_add(out, &head, sizeof head);
    buf_add(out, segment->parameters->extradata, head.extradata_len);
    for (int i = 0; i < segment->n_packets; i++) {
        const AVPacket *packet = segment->packets[i];
        struct packet_head packet_head = {.pts = (int32_t)packet->pts,
            .dts = (int32_t)packet->dts,
            .flags = (uint32_t)packet->flags & FLAGS,
            .len = (uint32_t)packet->size};

        buf_add(out, &packet_head, sizeof packet_head);
        buf_add(out, packet->data, packet_head.len);
    }
}

/* Bytes that are not read yet. */
struct bytes {
    const char *at;
    size_t left;
};

static bool segment_read_bytes(struct bytes *bytes, void *to, size_t len)
{
    if (len > bytes->left)
        return false;
    memcpy(to, bytes->at, len);
    bytes->at += len;
    bytes->left -= len;
    return true;
}

static bool segment_read_parameters(
    struct bytes *bytes, const struct head *head, AVCodecParameters *parameters)
{
    for (int i = 0; i < N_NUMBERS; i++)
        *segment_number(parameters, i) = head->numbers[i];
    if (head->extradata_len > bytes->left)
        return false;
    parameters->extradata = av_mallocz(head->extradata_len + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!parameters->extradata)
        return false;
    parameters->extradata_size = (int)head->extradata_len;
    return segment_read_bytes(bytes, parameters->extradata, head->extradata_len);
}

static bool segment_read_packet(struct bytes *bytes, struct segment *segment)
{
    struct packet_head head;
    AVPacket *packet;

    if (!segment_read_bytes(bytes, &head, sizeof head) || head.len > bytes->left ||
        head.flags & ~FLAGS)
        return false;
    packet = av_packet_alloc();
    if (!packet || av_new_packet(packet, (int)head.len) < 0) {
        av_packet_free(&packet);
        return false;
    }
    packet->pts = head.pts;
    packet->dts = head.dts;
    packet->duration = 1;
    packet->flags = (int)head.flags;
    segment_append(segment, packet);
    return segment_read_bytes(bytes, packet->data, head.len);
}

static bool segment_read(struct bytes *bytes, struct segment *segment)
{
    struct head head;

    if (!segment_read_bytes(bytes, &head, sizeof head) || head.n_packets > PACKETS_MAX ||
        bytes->left > INT32_MAX)
        return false;
    segment->parameters = avcodec_parameters_alloc();
    if (!segment->parameters || !segment_read_parameters(bytes, &head, segment->parameters))
        return false;
    for (uint32_t i = 0; i < head.n_packets; i++)
        if (!segment_read_packet(bytes, segment))
            return false;
    return bytes->left == 0;
}

bool segment_unpack(const char *data, size_t len, struct segment **ret_segment)
{
    struct bytes bytes = {data, len};
    struct segment *segment = segment_new();

    if (!segment_read(&bytes, segment)) {
        segment_free(segment);
        return false;
    }
    *ret_segment = segment;
    return true;
}
