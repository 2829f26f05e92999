/* stretch.c - see stretch.h.  A cache entry holds for each packet its duration and length (32 bits
 * each, this machine's order) and its data.  Its name is a digest of the samples: whatever changes
 * in a case, sound that stays the same is found again. */
#include "video/soundtrack/stretch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/number.h"
#include "video/kept/engine.h"

enum {
    FRAMES = STRETCH_LEAD + STRETCH_PACKETS + 1,
    FADE = 16 * AAC_FRAME, /* samples of the lead */
};

int64_t stretch_packets(int64_t n)
{
    return 1 + (n + AAC_FRAME - 1) / AAC_FRAME;
}

void stretch_init(struct stretch *ret_stretch)
{
    *ret_stretch = (struct stretch){.pairs = mem_new_n((size_t)FRAMES * AAC_FRAME * 2, float)};
    ret_stretch->input.pairs = ret_stretch->pairs;
}

void stretch_close(struct stretch *stretch)
{
    free(stretch->pairs);
}

/* --- samples --- */

/* Move the samples that the next stretch shares with this one to the start. */
static void stretch_shift(struct stretch *stretch)
{
    int64_t at = (stretch->first - number_least_64(stretch->first, STRETCH_LEAD)) * AAC_FRAME;
    int64_t end = stretch->input.at + stretch->input.n, skip = at - stretch->input.at;

    memmove(
        stretch->pairs, stretch->pairs + 2 * skip, (size_t)(end - at) * 2 * sizeof *stretch->pairs);
    stretch->input.at = at;
    stretch->input.n = end - at;
}

int stretch_next(struct stretch *stretch, struct mix *mix, struct error *err)
{
    int64_t have, end;
    int rc;

    stretch->first = stretch->end;
    stretch->end =
        number_least_64(stretch->first + STRETCH_PACKETS, stretch_packets(mix->input.n_samples));
    stretch_shift(stretch);
    have = stretch->input.at + stretch->input.n;
    end = number_least_64((stretch->end + 1) * AAC_FRAME, mix->input.n_samples);
    rc = mix_read(mix, stretch->pairs + 2 * stretch->input.n, end - have, err);
    stretch->input.n = end - stretch->input.at;
    return rc;
}

/* --- cache entries --- */

static void stretch_digest(
    const struct stretch *stretch, char ret_digest[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, "stretch");
    engine_add(&digest);
    digest_add_number(&digest, stretch->first * AAC_FRAME - stretch->input.at);
    digest_add_number(&digest, stretch->end - stretch->first);
    digest_add(&digest, stretch->pairs, (size_t)stretch->input.n * 2 * sizeof *stretch->pairs);
    digest_hex(&digest, ret_digest);
}

struct stretch_head {
    uint32_t duration, len;
};

static void stretch_keep(struct buf *entry, const AVPacket *packet)
{
    struct stretch_head head = {(uint32_t)packet->duration, (uint32_t)packet->size};

    buf_add(entry, &head, sizeof head);
    buf_add(entry, packet->data, head.len);
}

static int stretch_fill(const struct stretch_head *head, const char *data, int64_t number,
    AVPacket *packet, struct error *err)
{
    if (av_new_packet(packet, (int)head->len) < 0)
        return error_set(err, ERR_LIMIT, "no memory for the sound");
    memcpy(packet->data, data, head->len);
    packet->pts = packet->dts = (number - 1) * AAC_FRAME;
    packet->duration = head->duration;
    packet->flags = AV_PKT_FLAG_KEY;
    return 0;
}

/* The entry is as it was written: the cache checks that. */
static int stretch_emit_kept(const struct stretch *stretch, const struct buf *entry,
    stretch_emit *emit, void *ctx, struct error *err)
{
    const char *data = entry->data;
    AVPacket *packet = av_packet_alloc();
    int rc = packet ? 0 : error_set(err, ERR_LIMIT, "no memory for the sound");

    for (int64_t i = stretch->first; rc == 0 && i < stretch->end; i++) {
        struct stretch_head head;

        memcpy(&head, data, sizeof head);
        rc = stretch_fill(&head, data + sizeof head, i, packet, err);
        if (rc == 0)
            rc = emit(ctx, packet, err);
        data += sizeof head + head.len;
    }
    av_packet_free(&packet);
    return rc;
}

/* --- encoding --- */

/* A sound that starts at full level is a click to the encoder, which then spends its bits otherwise
 * for as long as it lives. */
static void stretch_fade_lead_in(struct stretch *stretch)
{
    for (int i = 0; i < FADE; i++) {
        float gain = (float)(0.5 - 0.5 * cos(M_PI * i / FADE));

        stretch->pairs[2 * i] *= gain;
        stretch->pairs[2 * i + 1] *= gain;
    }
}

/* The next packet of the encoder, to `entry` and `emit` unless it belongs to the lead. */
static int stretch_step(const struct stretch *stretch, struct aac *aac, AVPacket *packet,
    struct buf *entry, stretch_emit *emit, void *ctx, struct error *err)
{
    int rc = aac_next(aac, packet, err);

    if (rc == AAC_E_END)
        return error_set(err, ERR_LIBRARY, "the AAC encoder made too few packets");
    if (rc < 0)
        return rc;
    if (packet->pts < (stretch->first - 1) * AAC_FRAME) {
        av_packet_unref(packet);
        return 0;
    }
    stretch_keep(entry, packet);
    return emit(ctx, packet, err);
}

static int stretch_encode(const struct stretch *stretch, struct buf *entry, stretch_emit *emit,
    void *ctx, struct error *err)
{
    AVPacket *packet = av_packet_alloc();
    int64_t n = stretch->end - stretch->input.at / AAC_FRAME;
    struct aac aac = {0};
    int rc = packet ? aac_open(&stretch->input, &aac, err)
                    : error_set(err, ERR_LIMIT, "no memory for the sound");

    for (int64_t i = 0; rc == 0 && i < n; i++)
        rc = stretch_step(stretch, &aac, packet, entry, emit, ctx, err);
    aac_close(&aac);
    av_packet_free(&packet);
    return rc;
}

int stretch_make(
    struct stretch *stretch, struct cache *cache, stretch_emit *emit, void *ctx, struct error *err)
{
    char digest[DIGEST_HEX_LEN + 1];
    struct buf entry = {0};
    int rc;

    stretch_digest(stretch, digest);
    if (cache_find(cache, digest, &entry))
        rc = stretch_emit_kept(stretch, &entry, emit, ctx, err);
    else {
        if (stretch->input.at > 0)
            stretch_fade_lead_in(stretch);
        rc = stretch_encode(stretch, &entry, emit, ctx, err);
        if (rc == 0)
            cache_put(cache, digest, entry.data, entry.len);
    }
    buf_free(&entry);
    return rc;
}
