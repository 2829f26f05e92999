/* source.c - see source.h. */
#include "video/mix/source.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/cancel.h"
#include "base/mem.h"
#include "video/sound/resample.h"

enum { PIECE = 4096 }; /* samples read at once */

struct source_reader {
    const struct source *source;
    const atomic_bool *cancel;
    struct media_sound *file; /* NULL: the spool */
    struct resample resample; /* of the spool's samples */
    int64_t n_fed;            /* samples of all channels that it got */
};

static int source_open_spool(struct source_reader *reader, struct error *err)
{
    AVChannelLayout layout;

    av_channel_layout_default(&layout, reader->source->channels);
    return resample_open(&layout, AV_SAMPLE_FMT_S16, reader->source->rate, &reader->resample, err);
}

int source_open(const struct source *source, const atomic_bool *cancel,
    struct source_reader **ret_reader, struct error *err)
{
    struct source_reader *reader = mem_new(struct source_reader);
    int rc;

    reader->source = source;
    reader->cancel = cancel;
    rc = source->file ? media_sound_open(source->media, source->file, cancel, &reader->file, err)
                      : source_open_spool(reader, err);
    if (rc < 0)
        source_close(reader);
    else
        *ret_reader = reader;
    return rc;
}

void source_close(struct source_reader *reader)
{
    if (!reader)
        return;
    media_sound_close(reader->file);
    resample_close(&reader->resample);
    free(reader);
}

/* Hands the next samples of the spool to the resampler. */
static int source_feed(struct source_reader *reader, struct error *err)
{
    const struct source *source = reader->source;
    int16_t samples[PIECE];
    const uint8_t *data = (const uint8_t *)samples;
    int64_t left = source->n - reader->n_fed, n = left < PIECE ? left : PIECE;
    int rc = spool_read(source->spool, source->from + reader->n_fed, samples, n, err);

    if (rc == 0)
        rc = resample_write(&reader->resample, &data, (int)n / source->channels, err);
    reader->n_fed += n;
    return rc;
}

static int source_read_spool(struct source_reader *reader, float *pairs, int n, struct error *err)
{
    int n_read = 0;

    if (cancel_is_set(reader->cancel))
        return cancel_error(err);
    while (n_read < n) {
        bool is_end = reader->n_fed == reader->source->n;
        int rc = resample_read(&reader->resample, pairs + 2 * n_read, n - n_read, is_end, err);

        if (rc < 0 || (rc == 0 && is_end))
            return rc < 0 ? rc : n_read;
        n_read += rc;
        rc = rc == 0 ? source_feed(reader, err) : 0;
        if (rc < 0)
            return rc;
    }
    return n_read;
}

int source_read(struct source_reader *reader, float *pairs, int n, struct error *err)
{
    return reader->file ? media_sound_read(reader->file, pairs, n, err)
                        : source_read_spool(reader, pairs, n, err);
}

static int source_meter(struct source_reader *reader, struct levels_meter *meter, struct error *err)
{
    float pairs[2 * PIECE];
    int rc;

    do {
        rc = source_read(reader, pairs, PIECE, err);
        if (rc > 0)
            levels_add(meter, pairs, rc);
    } while (rc == PIECE);
    return rc < 0 ? rc : 0;
}

int source_measure(const struct source *source, const atomic_bool *cancel, int64_t *ret_n,
    struct levels *ret_levels, struct error *err)
{
    struct levels_meter meter;
    struct source_reader *reader;
    int rc = source_open(source, cancel, &reader, err);

    if (rc < 0)
        return rc;
    levels_open(&meter);
    rc = source_meter(reader, &meter, err);
    source_close(reader);
    *ret_levels = levels_end(&meter);
    *ret_n = meter.n_samples;
    if (rc < 0)
        levels_free(ret_levels);
    return rc;
}
