/* beside.c - see beside.h. */
#include "video/beside.h"

#include "video/chapters.h"
#include "video/vtt.h"

#define CAPTIONS_NAME "captions.vtt"

int beside_open(const struct film *film, const struct mix_part *parts, const struct spool *spool,
    struct beside *ret_beside, struct error *err)
{
    cues_open(
        film->record, film->timeline, parts, spool, film->width, film->height, &ret_beside->cues);
    return stills_open(
        film->timeline, film->dir, film->width, film->height, &ret_beside->stills, err);
}

void beside_close(struct beside *beside)
{
    stills_close(&beside->stills);
    cues_close(&beside->cues);
}

int beside_look(struct beside *beside, const struct segment *segment, struct error *err)
{
    return stills_look(&beside->stills, segment, err);
}

static int write_captions(struct beside *beside, struct error *err)
{
    struct buf vtt = {0};
    int rc = cues_add_until(&beside->cues, INT64_MAX, err);

    if (rc < 0 || beside->cues.n == 0)
        return rc;
    vtt_captions(&beside->cues, &vtt);
    rc = outdir_write(beside->stills.dir, CAPTIONS_NAME, vtt.data, vtt.len, err);
    buf_free(&vtt);
    return rc;
}

static void tell(const struct beside *beside, const struct video_watch *watch)
{
    const struct case_record *record = beside->cues.record;
    struct video_chapter *chapters = chapters_of(record, beside->cues.timeline);
    struct video_beside told = {.captions = beside->cues.n ? CAPTIONS_NAME : NULL,
        .poster = STILLS_POSTER_NAME,
        .sprites = STILLS_SPRITES_VTT_NAME,
        .n_chapters = record->n_scenes,
        .chapters = chapters};

    watch->beside(watch->ctx, &told);
    chapters_free(chapters, record->n_scenes);
}

int beside_end(struct beside *beside, const struct video_watch *watch, struct error *err)
{
    int rc = write_captions(beside, err);

    if (rc == 0)
        rc = stills_end(&beside->stills, err);
    if (rc == 0 && watch->beside)
        tell(beside, watch);
    return rc;
}
