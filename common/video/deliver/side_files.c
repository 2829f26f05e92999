/* side_files.c - see side_files.h. */
#include "video/deliver/side_files.h"

#include "video/text/chapters.h"
#include "video/text/vtt.h"

#define CAPTIONS_NAME "captions.vtt"

int side_files_open(const struct film *film, const struct mix_clip *clips,
    struct side_files *ret_files, struct error *err)
{
    cues_open(film->record, film->timeline, clips, film->fonts, film->width, film->height,
        &ret_files->cues);
    text_track_open(&ret_files->cues, &ret_files->text);
    ret_files->n_chapters = film->record->n_scenes;
    ret_files->chapters = chapters_of(film->record, film->timeline);
    return stills_open(film->timeline, film->dir, ends_poster_segment(film->record, film->timeline),
        film->width, film->height, &ret_files->stills, err);
}

void side_files_close(struct side_files *files)
{
    stills_close(&files->stills);
    cues_close(&files->cues);
    chapters_free(files->chapters, files->n_chapters);
}

void side_files_words(struct side_files *files, struct mux_words *ret_words)
{
    const struct timeline *timeline = files->cues.timeline;

    *ret_words = (struct mux_words){.text = cues_are_wanted(&files->cues) ? &files->text : NULL,
        .chapters = files->chapters,
        .n_chapters = files->n_chapters,
        .end_s = (double)timeline->n_frames / timeline->fps};
}

int side_files_add(struct side_files *files, const struct segment *segment, struct error *err)
{
    return stills_add(&files->stills, segment, err);
}

static int side_files_write_captions(struct side_files *files, struct error *err)
{
    struct buf vtt = {0};
    int rc = cues_add_all(&files->cues, err);

    if (rc < 0 || files->cues.n == 0)
        return rc;
    vtt_captions(&files->cues, &vtt);
    rc = outdir_write(files->stills.dir, CAPTIONS_NAME, vtt.data, vtt.len, err);
    buf_free(&vtt);
    return rc;
}

static void side_files_report(const struct side_files *files, const struct video_watch *watch)
{
    struct video_side_files report = {.captions = files->cues.n ? CAPTIONS_NAME : NULL,
        .poster = STILLS_POSTER_NAME,
        .sprites = STILLS_SPRITES_VTT_NAME,
        .n_chapters = files->n_chapters,
        .chapters = files->chapters};

    watch->side_files(watch->ctx, &report);
}

int side_files_end(struct side_files *files, const struct video_watch *watch, struct error *err)
{
    int rc = side_files_write_captions(files, err);

    if (rc == 0)
        rc = stills_end(&files->stills, err);
    if (rc == 0 && watch->side_files)
        side_files_report(files, watch);
    return rc;
}
