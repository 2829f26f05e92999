/* beside.c - see beside.h. */
#include "video/deliver/beside.h"

#include "video/text/chapters.h"
#include "video/text/vtt.h"

#define CAPTIONS_NAME "captions.vtt"

int beside_open(const struct film *film, const struct mix_part *parts, struct beside *ret_beside,
    struct error *err)
{
    cues_open(film->record, film->timeline, parts, film->fonts, film->width, film->height,
        &ret_beside->cues);
    text_track_open(&ret_beside->cues, &ret_beside->text);
    ret_beside->n_chapters = film->record->n_scenes;
    ret_beside->chapters = chapters_of(film->record, film->timeline);
    return stills_open(film->timeline, film->dir, ends_poster_segment(film->record, film->timeline),
        film->width, film->height, &ret_beside->stills, err);
}

void beside_close(struct beside *beside)
{
    stills_close(&beside->stills);
    cues_close(&beside->cues);
    chapters_free(beside->chapters, beside->n_chapters);
}

void beside_words(struct beside *beside, struct join_words *ret_words)
{
    const struct timeline *timeline = beside->cues.timeline;

    *ret_words = (struct join_words){.text = cues_are_wanted(&beside->cues) ? &beside->text : NULL,
        .chapters = beside->chapters,
        .n_chapters = beside->n_chapters,
        .end_s = (double)timeline->n_frames / timeline->fps};
}

int beside_look(struct beside *beside, const struct segment *segment, struct error *err)
{
    return stills_look(&beside->stills, segment, err);
}

static int write_captions(struct beside *beside, struct error *err)
{
    struct buf vtt = {0};
    int rc = cues_add_all(&beside->cues, err);

    if (rc < 0 || beside->cues.n == 0)
        return rc;
    vtt_captions(&beside->cues, &vtt);
    rc = outdir_write(beside->stills.dir, CAPTIONS_NAME, vtt.data, vtt.len, err);
    buf_free(&vtt);
    return rc;
}

static void tell(const struct beside *beside, const struct video_watch *watch)
{
    struct video_beside told = {.captions = beside->cues.n ? CAPTIONS_NAME : NULL,
        .poster = STILLS_POSTER_NAME,
        .sprites = STILLS_SPRITES_VTT_NAME,
        .n_chapters = beside->n_chapters,
        .chapters = beside->chapters};

    watch->beside(watch->ctx, &told);
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
