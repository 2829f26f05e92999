/* text_track.c - see text_track.h. */
#include "video/text/text_track.h"

#include <errno.h>
#include <fcntl.h>
#include <libavutil/intreadwrite.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "video/language/language.h"

void text_track_open(struct cues *cues, struct text_track *ret_track)
{
    *ret_track = (struct text_track){.cues = cues};
}

/* --- the sample description: ETSI TS 126 245, 5.16 --- */

enum {
    DESCRIPTION_SIZE = 4 + 2 + 4 + 8 + 12 + 18,
    CENTERED = 1,
    AT_BOTTOM = 0xFF,
    AT_TOP = 0,
};

static void text_track_write_description(const struct cues *cues, uint8_t *out)
{
    int side = cues->width < cues->height ? cues->width : cues->height;
    int margin_x = cues->width / 20, margin_y = cues->height / 20, size = side / 20;

    memset(out, 0, DESCRIPTION_SIZE);
    out[4] = CENTERED;
    out[5] = cues_stand_at_top(cues) ? AT_TOP : AT_BOTTOM;
    AV_WB16(out + 10, margin_y); /* text box: top, left, bottom, right */
    AV_WB16(out + 12, margin_x);
    AV_WB16(out + 14, cues->height - margin_y);
    AV_WB16(out + 16, cues->width - margin_x);
    AV_WB16(out + 22, 1); /* style of all characters: font 1, plain, size, white */
    out[25] = (uint8_t)(size < 255 ? size : 255);
    AV_WB32(out + 26, 0xFFFFFFFF);
    AV_WB32(out + 30, 18); /* font table */
    memcpy(out + 34, "ftab", 4);
    AV_WB16(out + 38, 1);
    AV_WB16(out + 40, 1);
    out[42] = 5;
    memcpy(out + 43, "Arial", 5);
}

int text_track_describe(const struct text_track *track, AVStream *stream)
{
    AVCodecParameters *parameters = stream->codecpar;
    char language[4];

    language_code(track->cues->record->language, language);
    parameters->codec_type = AVMEDIA_TYPE_SUBTITLE;
    parameters->codec_id = AV_CODEC_ID_MOV_TEXT;
    parameters->width = track->cues->width;
    parameters->height = track->cues->height;
    parameters->extradata = av_mallocz(DESCRIPTION_SIZE + AV_INPUT_BUFFER_PADDING_SIZE);
    if (!parameters->extradata)
        return AVERROR(ENOMEM);
    parameters->extradata_size = DESCRIPTION_SIZE;
    text_track_write_description(track->cues, parameters->extradata);
    stream->time_base = (AVRational){1, TEXT_TRACK_UNIT};
    return av_dict_set(&stream->metadata, "language", language, 0);
}

/* --- samples, a length and the text: 5.17 --- */

static int text_track_fill(
    AVPacket *packet, const char *text, int64_t start_ms, int64_t end_ms, struct error *err)
{
    size_t len = strlen(text);

    if (av_new_packet(packet, (int)len + 2) < 0)
        return error_set(err, ERR_LIMIT, "no memory for a caption");
    AV_WB16(packet->data, len);
    memcpy(packet->data + 2, text, len);
    packet->pts = packet->dts = start_ms;
    packet->duration = end_ms - start_ms;
    packet->flags |= AV_PKT_FLAG_KEY;
    return 0;
}

int text_track_next(struct text_track *track, AVPacket *packet, struct error *err)
{
    const struct cue *cue;
    int rc = cues_at(track->cues, track->next, &cue, err);

    if (rc != 0)
        return rc == CUES_E_END ? TEXT_TRACK_E_END : rc;
    if (!track->has_started && cue->start_ms > 0) {
        track->has_started = true;
        return text_track_fill(packet, "", 0, cue->start_ms, err);
    }
    track->next++;
    return text_track_fill(packet, cue->text, cue->start_ms, cue->end_ms, err);
}

/* --- the flag track_enabled: ISO/IEC 14496-12, 8.3.2 --- */

enum { BOX_HEAD = 8, TRACK_ENABLED = 1 };

/* Find the `nth` box (from 0) of `type` among the boxes in the bytes from … to - 1.  Its content is
 * the bytes *ret_at … *ret_end - 1.  -1: none. */
static int text_track_find_box(
    int fd, int64_t from, int64_t to, const char *type, int nth, int64_t *ret_at, int64_t *ret_end)
{
    uint8_t head[BOX_HEAD];

    while (from + BOX_HEAD <= to && file_read_at(fd, head, BOX_HEAD, from) == BOX_HEAD) {
        int64_t size = AV_RB32(head);

        /* The muxer writes neither 0 (to the end) nor 1 (64 bits) before these boxes. */
        if (size < BOX_HEAD)
            return -1;
        if (memcmp(head + 4, type, 4) == 0 && nth-- == 0) {
            *ret_at = from + BOX_HEAD;
            *ret_end = from + size;
            return 0;
        }
        from += size;
    }
    return -1;
}

static int text_track_clear_flag(int fd, int track)
{
    int64_t at = 0, end = lseek(fd, 0, SEEK_END);
    uint8_t flags;

    if (text_track_find_box(fd, at, end, "moov", 0, &at, &end) < 0 ||
        text_track_find_box(fd, at, end, "trak", track, &at, &end) < 0 ||
        text_track_find_box(fd, at, end, "tkhd", 0, &at, &end) < 0 ||
        file_read_at(fd, &flags, 1, at + 3) != 1)
        return -1;
    flags &= (uint8_t)~TRACK_ENABLED;
    return file_write_at(fd, &flags, 1, at + 3);
}

int text_track_disable(const char *path, const AVStream *stream, struct error *err)
{
    int fd, rc = 0;

    errno = 0;
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0 || text_track_clear_flag(fd, stream->index) < 0)
        rc = error_set(err, ERR_IO, "%s: the text track can't be disabled: %s", path,
            errno ? strerror(errno) : "no box moov/trak/tkhd");
    if (fd >= 0)
        close(fd);
    return rc;
}
