/* mux_packets.c - the packets of the MP4, interleaved: sound and text are written just before the
 * first picture that is decoded after them. */
#include "video/deliver/live.h"
#include "video/deliver/mux_private.h"
#include "video/plan/timeline.h"

/* The packet stays the caller's. */
static int mux_write_packet(
    struct mux *mux, const AVPacket *packet, int stream, AVRational unit, struct error *err)
{
    int rc = av_packet_ref(mux->packet, packet);

    if (rc < 0)
        return mux_error(mux, rc, err);
    mux->packet->stream_index = stream;
    av_packet_rescale_ts(mux->packet, unit, mux->format->streams[stream]->time_base);
    mux_count(&mux->counts[stream], mux->packet);
    rc = av_interleaved_write_frame(mux->format, mux->packet);
    return rc < 0 ? mux_error(mux, rc, err) : 0;
}

/* Read the next packet of the soundtrack, unless one is waiting. */
static int mux_read_sound(struct mux *mux, struct error *err)
{
    int rc = mux->has_sound ? 0 : soundtrack_next(mux->track, mux->sound, err);

    if (rc < 0)
        return rc;
    mux->sound_ended = rc == SOUNDTRACK_E_END;
    mux->has_sound = !mux->sound_ended;
    return 0;
}

int mux_write_sound(struct mux *mux, int64_t until, struct error *err)
{
    while (!mux->sound_ended) {
        int rc = cancel_is_set(mux->cancel) ? cancel_error(err) : mux_read_sound(mux, err);

        if (rc < 0)
            return rc;
        if (mux->sound_ended || mux->sound->pts >= until)
            return 0;
        mux->has_sound = false;
        rc = live_sound(mux->live, mux->sound, err);
        if (rc < 0)
            return rc;
        rc = mux_write_packet(mux, mux->sound, MUX_SOUND, (AVRational){1, TIMELINE_RATE}, err);
        av_packet_unref(mux->sound);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int mux_write_text(struct mux *mux, int64_t until, struct error *err)
{
    while (mux->words.text && !mux->text_ended) {
        int rc = mux->has_line ? 0 : text_track_next(mux->words.text, mux->line, err);

        if (rc < 0)
            return rc;
        mux->text_ended = rc == TEXT_TRACK_E_END;
        mux->has_line = !mux->text_ended;
        if (mux->text_ended || mux->line->pts >= until)
            return 0;
        mux->has_line = false;
        rc = mux_write_packet(mux, mux->line, MUX_TEXT, (AVRational){1, TEXT_TRACK_UNIT}, err);
        av_packet_unref(mux->line);
        if (rc < 0)
            return rc;
    }
    return 0;
}

int mux_write_picture(struct mux *mux, const AVPacket *packet, struct error *err)
{
    const int fps = mux->record->fps;
    int rc;

    if (mux->next_dts != AV_NOPTS_VALUE && packet->dts != mux->next_dts)
        return error_set(err, ERR_LIBRARY,
            "a segment does not continue the one before: it has decoding time %lld, %lld would be "
            "right (frames)",
            (long long)packet->dts, (long long)mux->next_dts);
    mux->next_dts = packet->dts + 1;
    rc = mux_write_sound(mux, packet->dts * (TIMELINE_RATE / fps), err);
    if (rc == 0)
        rc = live_picture(mux->live, packet, err);
    if (rc == 0)
        rc = mux_write_text(mux, packet->dts * TEXT_TRACK_UNIT / fps, err);
    return rc < 0 ? rc : mux_write_packet(mux, packet, MUX_PICTURE, (AVRational){1, fps}, err);
}
