/* video_help.c - video_help() of video.h. */
#include <stdlib.h>

#include "video/canary/canary.h"
#include "video/encode/help.h"
#include "video/video_private.h"

/* Both machines cut the same segments, or the plan is that of another case or version. */
static int video_help_check(
    const struct video_plan *plan, const struct timeline *timeline, struct error *err)
{
    if (plan->n == timeline->n_segments)
        return 0;
    return error_set(err, ERR_INPUT, "the plan has %d parts, the case makes %d segments", plan->n,
        timeline->n_segments);
}

static int video_help_make(struct film *film, const struct video_help *help, struct error *err)
{
    return help_make(film,
        &(struct help){.cores_file = help->cores_file,
            .n_cores = help->n_cores,
            .ms = help->ms,
            .stop = help->stop,
            .claim = help->claim,
            .made = help->made,
            .ctx = help->ctx},
        err);
}

static int video_help_film(const struct case_record *record, const struct video_help *help,
    struct cache *cache, struct media *media, struct error *err)
{
    struct timeline timeline = {0};
    struct film film;
    int rc = video_plan_timeline(record, help->plan.sounds, &timeline, err);

    if (rc == 0)
        rc = video_help_check(&help->plan, &timeline, err);
    if (rc == 0) {
        film_open(record, NULL, cache, media, &film);
        film_share(&film);
        film_plan(&film, &timeline);
        rc = video_help_make(&film, help, err);
        film_close(&film);
    }
    timeline_free(&timeline);
    return rc;
}

int video_help(const struct case_record *record, const struct video_help *help, struct error *err)
{
    struct cache cache;
    struct media *media = NULL;
    int rc = 0;

    if (record->n_scenes == 0 || record->n_scenes != help->plan.n_scenes)
        return error_set(err, ERR_INPUT, "the plan has %d scenes, the case %d", help->plan.n_scenes,
            record->n_scenes);
    canary_prepare();
    rc = cache_open(help->cache_dir, help->cache_bytes, &cache, err);
    if (rc == 0)
        rc = media_open(help->media_root, help->stop, &media, err);
    if (rc == 0)
        rc = video_help_film(record, help, &cache, media, err);
    media_close(media);
    cache_close(&cache);
    return rc;
}
