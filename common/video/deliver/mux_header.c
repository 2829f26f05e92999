/* mux_header.c - the header of the MP4: its streams, text, chapters and tags. */
#include <libavutil/opt.h>
#include <stdlib.h>

#include "video/deliver/live.h"
#include "video/deliver/mux_private.h"
#include "video/draw/credits.h"
#include "video/language/language.h"
#include "video/plan/timeline.h"
#include "video/text/chapters.h"

/* The functions here return libav errors, but for mux_write_header(). */

static int mux_add_streams(struct mux *mux, const AVCodecParameters *headers)
{
    AVStream *picture = avformat_new_stream(mux->format, NULL);
    AVStream *sound = avformat_new_stream(mux->format, NULL);
    char language[4];
    int rc;

    if (!picture || !sound)
        return AVERROR(ENOMEM);
    picture->time_base = (AVRational){1, mux->record->fps};
    picture->avg_frame_rate = picture->r_frame_rate = (AVRational){mux->record->fps, 1};
    sound->time_base = (AVRational){1, TIMELINE_RATE};
    language_code(mux->record->language, language);
    rc = av_dict_set(&sound->metadata, "language", language, 0);
    if (rc >= 0)
        rc = avcodec_parameters_copy(picture->codecpar, headers);
    return rc < 0 ? rc
                  : avcodec_parameters_copy(sound->codecpar, soundtrack_parameters(mux->track));
}

static int mux_add_words(struct mux *mux)
{
    const struct mux_words *words = &mux->words;
    AVStream *text;
    int rc = 0;

    if (words->n_chapters)
        rc = chapters_describe(words->chapters, words->n_chapters, words->end_s, mux->format);
    if (rc < 0 || !words->text)
        return rc;
    text = avformat_new_stream(mux->format, NULL);
    return text ? text_track_describe(words->text, text) : AVERROR(ENOMEM);
}

static int mux_add_tags(struct mux *mux)
{
    char *credits = credits_of(mux->record);
    int rc = 0;

    if (mux->record->title)
        rc = av_dict_set(&mux->format->metadata, "title", mux->record->title, 0);
    if (rc >= 0 && credits)
        rc = av_dict_set(&mux->format->metadata, "copyright", credits, 0);
    free(credits);
    return rc;
}

static int mux_open_live(struct mux *mux, struct error *err)
{
    return live_open(mux->dir, mux->headers, mux->format->streams[MUX_SOUND]->codecpar,
        mux->record->fps, TIMELINE_SEGMENT_MAX_MS / 1000, &mux->live, err);
}

int mux_write_header(struct mux *mux, const AVCodecParameters *headers, struct error *err)
{
    int rc;

    mux->headers = avcodec_parameters_alloc();
    rc = mux->headers ? avcodec_parameters_copy(mux->headers, headers) : AVERROR(ENOMEM);
    if (rc >= 0)
        rc = mux_add_streams(mux, headers);
    if (rc >= 0)
        rc = mux_add_words(mux);
    if (rc >= 0)
        rc = mux_add_tags(mux);
    /* Not by avformat_write_header(), which copies options, and goes on where it has no memory. */
    if (rc >= 0)
        rc = av_opt_set(mux->format->priv_data, "movflags", "+faststart", 0);
    if (rc >= 0)
        rc = avformat_write_header(mux->format, NULL);
    mux->has_header = rc >= 0;
    return rc < 0 ? mux_error(mux, rc, err) : mux_open_live(mux, err);
}
