/* video_parts.c - see video_parts.h.  The plan of a video is
 * {"sounds":[samples a scene],"sizes":[pictures drawn, a part]}: with the case, every machine cuts
 * the same segments from the sounds. */
#include "kind/video_parts.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "case/case.h"
#include "video/engine_all.h"

enum { BUSY_MS = 10000 /* without a spare core for so long, what was loaded is freed */ };

/* --- the side of the job --- */

static int parts_open(void *ctx, const struct video_plan *plan, struct error *err)
{
    json_t *sounds = json_array(), *sizes = json_array(), *json;
    char *text;
    int rc;

    for (int i = 0; i < plan->n_scenes; i++)
        json_array_append_new(sounds, json_integer(plan->sounds[i]));
    for (int i = plan->first; i < plan->n; i++)
        json_array_append_new(sizes, json_integer(plan->sizes[i]));
    json = json_pack("{s:o, s:o}", "sounds", sounds, "sizes", sizes);
    text = json_dumps(json, JSON_COMPACT);
    rc = work_plan(ctx, text, plan->first, plan->n, err);
    free(text);
    json_decref(json);
    return rc;
}

static int parts_claim(void *ctx, int *ret_number, struct error *err)
{
    int rc = work_part_claim(ctx, ret_number, err);

    return rc == WORK_E_NONE ? PARTS_E_NONE : rc;
}

struct parts_reading {
    void (*each)(void *ctx, const struct video_part *part);
    void *ctx;
};

static void parts_see(void *ctx, const struct job_part *part)
{
    const struct parts_reading *reading = ctx;

    reading->each(reading->ctx, &(struct video_part){.number = part->number,
                                    .machine = part->machine,
                                    .key = part->key,
                                    .claimed_ms = part->claimed_ms,
                                    .is_claimer_gone = part->is_claimer_gone});
}

static int parts_read(void *ctx, int from,
    void (*each)(void *each_ctx, const struct video_part *part), void *each_ctx, struct error *err)
{
    return work_part_each(ctx, from, parts_see, &(struct parts_reading){each, each_ctx}, err);
}

static void parts_count(void *ctx, enum video_part_fate fate)
{
    static const enum part_fate fates[] = {[PART_BY_OTHERS] = PART_TAKEN,
        [PART_TWICE] = PART_DOUBLED,
        [PART_REFUSED] = PART_DISCARDED};

    work_part_count(ctx, fates[fate]);
}

const struct video_parts video_parts = {
    .open = parts_open, .claim = parts_claim, .read = parts_read, .count = parts_count};

/* --- the side of the helper --- */

static int parts_help_claim(void *ctx, int *ret_number, struct error *err)
{
    int rc = help_claim(ctx, ret_number, err);

    return rc == HELP_E_NONE ? PARTS_E_NONE : rc;
}

static void parts_help_made(void *ctx, int number, const char *key)
{
    help_made(ctx, number, key);
}

static int parts_help_case(
    struct help *help, const struct case_record *record, json_t *sounds, struct error *err)
{
    const struct config *config = help_config(help);
    char *cores_file = config_cores_file(config);
    size_t n = json_array_size(sounds);
    int64_t *samples = mem_new_n(n + 1, int64_t);
    struct video_help video = {.media_root = config->media_root,
        .cache_dir = config->cache,
        .cache_bytes = (int64_t)config->cache_mib << 20,
        .cores_file = cores_file,
        .n_cores = config->slots,
        .stop = help_stop(help),
        .plan = {.n_scenes = (int)n,
            .sounds = samples,
            .first = help_first(help),
            .n = help_n(help)},
        .ms = BUSY_MS,
        .claim = parts_help_claim,
        .made = parts_help_made,
        .ctx = help};
    int rc;

    for (size_t i = 0; i < n; i++)
        samples[i] = json_integer_value(json_array_get(sounds, i));
    rc = video_help(record, &video, err);
    free(samples);
    free(cores_file);
    return rc;
}

int video_parts_help(struct help *help, struct error *err)
{
    json_t *input = json_loads(help_input(help), 0, NULL);
    json_t *plan = json_loads(help_plan(help), 0, NULL);
    json_t *sounds = json_object_get(plan, "sounds");
    struct case_record *record;
    int rc = json_is_array(sounds)
                 ? case_from_json(json_object_get(input, "case"), "", &record, err)
                 : error_set(err, ERR_INPUT, "its plan has no sounds");

    if (rc == 0) {
        rc = parts_help_case(help, record, sounds, err);
        case_free(record);
    }
    json_decref(plan);
    json_decref(input);
    return rc;
}

void video_parts_engine(char ret_name[static KIND_ENGINE_LEN + 1])
{
    _Static_assert((int)KIND_ENGINE_LEN == (int)ENGINE_NAME_LEN, "one name for both");
    engine_short_name(ret_name);
}
