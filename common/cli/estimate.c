/* estimate.c - see estimate.h. */
#include "cli/estimate.h"

#include <jansson.h>
#include <string.h>

#include "cli/command/command.h"

enum { VIDEOS_MOST = 50 };

/* Least and most of what the videos took a pixel of a frame. */
struct estimate_range {
    int n;
    double least, most;
};

struct estimate_ranges {
    struct estimate_range bytes, ms;
};

static void estimate_add(struct estimate_range *range, double value)
{
    if (range->n == 0 || value < range->least)
        range->least = value;
    if (range->n == 0 || value > range->most)
        range->most = value;
    range->n++;
}

/* The length of the MP4; 0: an older version did not write it down. */
static double estimate_bytes_of(const json_t *result)
{
    const char *url = json_string_value(json_object_get(result, "video"));
    const char *slash = url ? strrchr(url, '/') : NULL;

    return slash ? json_number_value(json_object_get(json_object_get(result, "bytes"), slash + 1))
                 : 0;
}

/* Kept frames take no time, so a video with many of them tells nothing of it. */
static void estimate_add_video(void *ctx, const struct job *job)
{
    struct estimate_ranges *ranges = ctx;
    json_t *result = job->result ? json_loads(job->result, 0, NULL) : NULL;
    double frames = json_number_value(json_object_get(result, "frames"));
    double kept = json_number_value(json_object_get(result, "kept"));
    double pixels = json_number_value(json_object_get(result, "width")) *
                    json_number_value(json_object_get(result, "height")) * frames;
    double bytes = estimate_bytes_of(result);

    if (pixels > 0 && bytes > 0)
        estimate_add(&ranges->bytes, bytes / pixels);
    if (pixels > 0 && kept * 10 < frames && job->ended_ms > job->started_ms)
        estimate_add(&ranges->ms, (double)(job->ended_ms - job->started_ms) / pixels);
    json_decref(result);
}

/* A row of the database may say anything. */
static int64_t estimate_scale(double a_pixel, double pixels)
{
    const double most = 1e15;

    return (int64_t)(a_pixel * pixels < most ? a_pixel * pixels + 0.5 : most);
}

int estimate_read(const struct config *config, const struct video_measures *measures,
    struct estimate *ret_estimate, struct error *err)
{
    const struct job_filter filter = {
        .most = VIDEOS_MOST, .state = job_state_name(JOB_DONE), .kind = "video"};
    double pixels = (double)measures->width * measures->height * measures->n_frames;
    struct estimate_ranges ranges = {0};
    struct store *store;
    int rc = cli_open_store(config, STORE_JOBS, &store, err);

    if (rc < 0)
        return rc;
    rc = store_job_each(store, &filter, estimate_add_video, &ranges, err);
    store_close(store);
    if (rc < 0)
        return rc;
    *ret_estimate = (struct estimate){.n_sizes = ranges.bytes.n,
        .least_bytes = estimate_scale(ranges.bytes.least, pixels),
        .most_bytes = estimate_scale(ranges.bytes.most, pixels),
        .n_times = ranges.ms.n,
        .least_ms = estimate_scale(ranges.ms.least, pixels),
        .most_ms = estimate_scale(ranges.ms.most, pixels)};
    return 0;
}
