/* mux.c - see mux.h. */
#include "video/deliver/mux.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "video/deliver/live.h"
#include "video/deliver/mux_private.h"
#include "video/plan/timeline.h"

enum { FLUSH_BYTES = 8 << 20 }; /* flushed between two ticks */

/* --- opening --- */

/* Called before each read and write of the file. */
static bool mux_is_interrupted(void *ctx)
{
    const struct mux *mux = ctx;

    if (mux->tick)
        mux->tick(mux->tick_ctx);
    return cancel_is_set(mux->cancel);
}

static int mux_open_file(struct mux *mux, struct error *err)
{
    int rc = avformat_alloc_output_context2(&mux->format, NULL, "mp4", mux->temporary);

    if (rc >= 0) {
        mux->format->flags |= AVFMT_FLAG_BITEXACT;
        rc = mux_file_open(&mux->file, mux->dir->fd, mux->temporary, mux->format);
    }
    return rc < 0 ? mux_error(mux, rc, err) : 0;
}

int mux_open(const struct outdir *dir, const char *name, const struct case_record *record,
    struct soundtrack *track, const atomic_bool *cancel, struct mux **ret_mux, struct error *err)
{
    struct mux *mux = mem_new(struct mux);
    int rc;

    *mux = (struct mux){.dir = dir,
        .name = name,
        .record = record,
        .temporary = outdir_temporary(dir, name),
        .track = track,
        .cancel = cancel,
        .packet = av_packet_alloc(),
        .sound = av_packet_alloc(),
        .line = av_packet_alloc(),
        .file = {.fd = -1, .is_interrupted = mux_is_interrupted, .ctx = mux},
        .next_dts = AV_NOPTS_VALUE};
    libav_log_clear();
    rc = mux->packet && mux->sound && mux->line
             ? mux_open_file(mux, err)
             : error_set(err, ERR_LIMIT, "no memory for the MP4");
    if (rc < 0) {
        mux_free(mux);
        return rc;
    }
    *ret_mux = mux;
    return 0;
}

void mux_set_words(struct mux *mux, const struct mux_words *words)
{
    mux->words = *words;
}

void mux_set_tick(struct mux *mux, void (*tick)(void *ctx), void *ctx)
{
    mux->tick = tick;
    mux->tick_ctx = ctx;
}

const struct live *mux_live(const struct mux *mux)
{
    return mux->live;
}

void mux_free(struct mux *mux)
{
    if (!mux)
        return;
    mux_file_close(&mux->file, mux->format, true);
    avformat_free_context(mux->format);
    live_free(mux->live);
    if (mux->temporary)
        outdir_remove(mux->dir, mux->temporary);
    free(mux->temporary);
    av_packet_free(&mux->packet);
    av_packet_free(&mux->sound);
    av_packet_free(&mux->line);
    avcodec_parameters_free(&mux->headers);
    free(mux);
}

/* --- segments --- */

static int mux_check_headers(
    const struct mux *mux, const AVCodecParameters *headers, struct error *err)
{
    if (mux->headers->extradata_size != headers->extradata_size ||
        memcmp(mux->headers->extradata, headers->extradata, (size_t)headers->extradata_size) != 0)
        return error_set(err, ERR_LIBRARY, "a segment has other H.264 headers than the first");
    return 0;
}

/* Writing is buffered, so an error may be known only later. */
static int mux_check_io(const struct mux *mux, struct error *err)
{
    return mux->format->pb->error < 0 ? mux_error(mux, mux->format->pb->error, err) : 0;
}

/* Decoding times lie before the times of showing, so the sound of the last frames is not written
 * yet. */
static int mux_end_segment(struct mux *mux, int n_frames, struct error *err)
{
    int rc;

    mux->n_frames += n_frames;
    rc = mux_write_sound(mux, (int64_t)mux->n_frames * (TIMELINE_RATE / mux->record->fps), err);
    return rc < 0 ? rc : live_cut(mux->live, n_frames, err);
}

int mux_add(struct mux *mux, const struct segment *segment, struct error *err)
{
    int rc = mux->has_header ? mux_check_headers(mux, segment->parameters, err)
                             : mux_write_header(mux, segment->parameters, err);

    libav_log_clear();
    for (int i = 0; rc == 0 && i < segment->n_packets; i++)
        rc = mux_write_picture(mux, segment->packets[i], err);
    if (rc == 0)
        rc = mux_end_segment(mux, segment->n_packets, err);
    return rc < 0 ? rc : mux_check_io(mux, err);
}

/* --- the end --- */

static int mux_write_trailer(struct mux *mux, struct error *err)
{
    int rc = av_write_trailer(mux->format);

    if (rc < 0)
        return mux_error(mux, rc, err);
    rc = mux_check_io(mux, err);
    if (rc < 0)
        return rc;
    rc = mux_file_close(&mux->file, mux->format, false);
    return rc < 0 ? mux_error(mux, rc, err) : 0;
}

static int mux_disable_text(struct mux *mux, struct error *err)
{
    char *path;
    int rc;

    if (!mux->words.text)
        return 0;
    path = mem_format("%s/%s", mux->dir->path, mux->temporary);
    rc = text_track_disable(path, mux->format->streams[MUX_TEXT], err);
    free(path);
    return rc;
}

/* Write the file's data to the disk in steps, with a tick after each, so that the fsync() of
 * outdir_finish() is quick.  Errors are ignored here: that fsync() reports them. */
static int mux_flush(struct mux *mux, struct error *err)
{
    const unsigned how =
        SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;
    int fd = openat(mux->dir->fd, mux->temporary, O_RDONLY | O_CLOEXEC), rc = 0;
    struct stat file;

    for (off_t at = 0; rc == 0 && fd >= 0 && fstat(fd, &file) == 0 && at < file.st_size;
         at += FLUSH_BYTES) {
        sync_file_range(fd, at, FLUSH_BYTES, how);
        rc = mux_is_interrupted(mux) ? cancel_error(err) : 0;
    }
    if (fd >= 0)
        close(fd);
    return rc;
}

int mux_end(struct mux *mux, struct error *err)
{
    int rc;

    libav_log_clear();
    rc = mux_write_sound(mux, INT64_MAX, err);
    if (rc == 0)
        rc = live_end(mux->live, err);
    if (rc == 0)
        rc = mux_write_text(mux, INT64_MAX, err);
    if (rc == 0)
        rc = mux_write_trailer(mux, err);
    if (rc == 0)
        rc = mux_disable_text(mux, err);
    if (rc == 0)
        rc = mux_check(mux, err);
    if (rc == 0)
        rc = mux_flush(mux, err);
    if (rc == 0)
        rc = outdir_finish(mux->dir, mux->temporary, mux->name, LIVE_PREFIX, err);
    if (rc < 0)
        return rc;
    free(mux->temporary);
    mux->temporary = NULL;
    return 0;
}
