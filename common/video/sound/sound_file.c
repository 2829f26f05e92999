/* sound_file.c - see sound_file.h.  From the file to the samples: sound_input.c (bytes),
 * sound_demux.c (packets), sound_decoder.c (frames), and here all streams of the file, resampled.
 */
#include "video/sound/sound_file.h"

#include <stdlib.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "video/libav/libav_error.h"
#include "video/plan/timeline.h"
#include "video/sound/resample.h"
#include "video/sound/sound_decoder.h"

struct sound_file {
    struct sound_input *input;
    struct sound_decoder decoder; /* of the stream that is read */
    bool stream_ended;            /* it gave its last frame */

    AVFrame *frame;
    bool has_frame; /* `frame` waits until the frames before it are resampled */

    struct resample resample;
    int sample_format, channels, rate; /* that it converts from */
    int n_changes;                     /* of these three */
    int64_t n;                         /* pairs read so far */
};

/* --- resampling --- */

static bool sound_file_matches_resample(const struct sound_file *file)
{
    const AVFrame *frame = file->frame;

    return file->resample.swr && frame->format == file->sample_format &&
           frame->ch_layout.nb_channels == file->channels && frame->sample_rate == file->rate;
}

static int sound_file_check_change(struct sound_file *file, struct error *err)
{
    int rate = file->frame->sample_rate;

    if (rate < SOUND_HZ_MIN || rate > SOUND_HZ_MAX)
        return error_set(err, ERR_INPUT, "%s: its sample rate is %d Hz: %d to %d Hz can be read",
            file->input->name, rate, SOUND_HZ_MIN, SOUND_HZ_MAX);
    if (file->n_changes++ > SOUND_CHANGES_MAX)
        return error_set(err, ERR_INPUT,
            "%s: its sample rate, channels or sample format change more than %d times",
            file->input->name, SOUND_CHANGES_MAX);
    return 0;
}

/* The first decoded frame decides, not the header, which may be wrong. */
static int sound_file_open_resample(struct sound_file *file, struct error *err)
{
    const AVFrame *frame = file->frame;
    AVChannelLayout layout = {0};
    int rc = sound_file_check_change(file, err);

    if (rc < 0)
        return rc;
    resample_close(&file->resample);
    av_channel_layout_copy(&layout, &frame->ch_layout);
    if (layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&layout, frame->ch_layout.nb_channels);
    rc = resample_open(
        &layout, (enum AVSampleFormat)frame->format, frame->sample_rate, &file->resample, err);
    av_channel_layout_uninit(&layout);
    file->sample_format = frame->format;
    file->channels = frame->ch_layout.nb_channels;
    file->rate = frame->sample_rate;
    return rc < 0 ? error_where(err, "%s: ", file->input->name) : 0;
}

/* Hands the frame to the resampler. */
static int sound_file_resample(struct sound_file *file, struct error *err)
{
    AVFrame *frame = file->frame;
    int rc = sound_file_matches_resample(file) ? 0 : sound_file_open_resample(file, err);

    if (rc < 0)
        return rc;
    if (frame->nb_samples > 0)
        rc = resample_write(
            &file->resample, (const uint8_t *const *)frame->extended_data, frame->nb_samples, err);
    file->has_frame = false;
    av_frame_unref(frame);
    return rc < 0 ? error_where(err, "%s: ", file->input->name) : 0;
}

/* --- reading --- */

static int sound_file_decode(struct sound_file *file, struct error *err)
{
    int rc = sound_decoder_next(&file->decoder, file->frame, err);

    file->has_frame = rc == 0;
    file->stream_ended = rc == SOUND_DECODER_E_END;
    return rc < 0 ? rc : 0;
}

static int sound_file_open_next(struct sound_file *file, struct error *err)
{
    sound_decoder_close(&file->decoder);
    sound_input_next(file->input);
    file->stream_ended = false;
    return sound_decoder_open(file->input, &file->decoder, err);
}

/* One step towards more samples.  `*ret_is_end`: there are no more. */
static int sound_file_advance(struct sound_file *file, bool *ret_is_end, struct error *err)
{
    *ret_is_end = false;
    if (file->has_frame)
        return sound_file_resample(file, err);
    if (!file->stream_ended)
        return sound_file_decode(file, err);
    if (sound_input_has_next(file->input))
        return sound_file_open_next(file, err);
    *ret_is_end = true;
    return 0;
}

/* Whether the resampler gets no more input: the file ends, or the next frame needs another one. */
static bool sound_file_ends_resample(const struct sound_file *file)
{
    return file->has_frame ? !sound_file_matches_resample(file)
                           : file->stream_ended && !sound_input_has_next(file->input);
}

/* Pairs that the resampler has ready; returns their number. */
static int sound_file_read_ready(struct sound_file *file, float *pairs, int n, struct error *err)
{
    int rc = file->resample.swr
                 ? resample_read(&file->resample, pairs, n, sound_file_ends_resample(file), err)
                 : 0;

    return rc < 0 ? error_where(err, "%s: ", file->input->name) : rc;
}

static int sound_file_check_length(struct sound_file *file, int n, bool is_end, struct error *err)
{
    file->n += n;
    if (file->n > (int64_t)SOUND_SECONDS_MAX * TIMELINE_RATE)
        return error_set(
            err, ERR_INPUT, "%s: longer than %d seconds", file->input->name, SOUND_SECONDS_MAX);
    if (is_end && file->n == 0)
        return error_set(err, ERR_INPUT, "%s: holds no sound", file->input->name);
    return 0;
}

int sound_file_read(struct sound_file *file, float *pairs, int n, struct error *err)
{
    int n_read = 0, rc;
    bool is_end = false;

    while (n_read < n && !is_end) {
        rc = sound_file_read_ready(file, pairs + 2 * (int64_t)n_read, n - n_read, err);
        if (rc > 0)
            n_read += rc;
        else if (rc == 0)
            rc = sound_file_advance(file, &is_end, err);
        if (rc < 0)
            return rc;
    }
    rc = sound_file_check_length(file, n_read, is_end, err);
    return rc < 0 ? rc : n_read;
}

/* --- opening --- */

int sound_file_open(int root_fd, const char *name, const atomic_bool *cancel,
    struct sound_file **ret_file, struct error *err)
{
    struct stat stat;
    int fd, rc = beneath_open(root_fd, name, &fd, &stat, err);

    return rc < 0 ? rc : sound_file_take(fd, stat.st_size, name, cancel, ret_file, err);
}

int sound_file_take(int fd, int64_t size, const char *name, const atomic_bool *cancel,
    struct sound_file **ret_file, struct error *err)
{
    struct sound_input *input;
    struct sound_file *file;
    int rc = sound_input_open(fd, size, name, cancel, &input, err);

    if (rc < 0)
        return rc;
    file = mem_new(struct sound_file);
    file->input = input;
    file->frame = av_frame_alloc();
    rc = file->frame ? sound_decoder_open(input, &file->decoder, err)
                     : sound_input_no_memory(input, err);
    if (rc < 0)
        sound_file_close(file);
    else
        *ret_file = file;
    return rc;
}

void sound_file_close(struct sound_file *file)
{
    if (!file)
        return;
    resample_close(&file->resample);
    sound_decoder_close(&file->decoder);
    av_frame_free(&file->frame);
    sound_input_close(file->input);
    free(file);
}

int sound_file_check(int root_fd, const char *name, struct error *err)
{
    float pairs[2 * SOUND_CHECKED];
    struct sound_file *file;
    int rc;

    libav_log_capture();
    rc = sound_file_open(root_fd, name, NULL, &file, err);
    if (rc < 0)
        return rc;
    rc = sound_file_read(file, pairs, SOUND_CHECKED, err);
    sound_file_close(file);
    return rc < 0 ? rc : 0;
}
