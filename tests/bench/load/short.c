/* short.c - streams that begin and end, one after another, and the memory they leave behind. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "scenarios.h"

enum {
    SETTLE_MS = 1500, /* after a batch: both sides close its connections */
    STUCK_MS = 30000, /* without an ended stream: the batch has failed */
};

struct shorts {
    struct crowd crowd; /* first: a viewer's crowd is cast to its scenario */
    int n_begun, n_ended, n_goal;
    int64_t last_ended_ms;
};

static void begin(struct shorts *shorts, struct viewer *viewer)
{
    if (shorts->n_begun == shorts->n_goal) {
        viewer_leave(viewer);
        return;
    }
    shorts->n_begun++;
    if (viewer->fd < 0)
        viewer_start(viewer);
    else
        viewer_ask(viewer);
}

static void on_ended(struct viewer *viewer, bool is_gone)
{
    struct shorts *shorts = (struct shorts *)viewer->crowd;

    shorts->n_ended++;
    shorts->last_ended_ms = clock_monotonic_ms();
    if (is_gone) {
        viewer_leave(viewer);
    } else if (viewer->is_open) {
        viewer->is_open = false;
        shorts->crowd.n_open--;
    }
    begin(shorts, viewer);
}

/* Every second viewer leaves as soon as it has a message. */
static void leave_early(struct shorts *shorts)
{
    for (int i = 0; i < shorts->crowd.plan->n_viewers; i += 2) {
        struct viewer *viewer = &shorts->crowd.viewers[i];

        if (viewer->fd >= 0 && viewer->last && !viewer->is_finished) {
            viewer_leave(viewer);
            on_ended(viewer, true);
        }
    }
}

static int run_batch(struct shorts *shorts)
{
    struct crowd *crowd = &shorts->crowd;

    shorts->n_goal += crowd->plan->n_batch;
    shorts->last_ended_ms = clock_monotonic_ms();
    for (int i = 0; i < crowd->plan->n_viewers; i++)
        begin(shorts, &crowd->viewers[i]);
    while (shorts->n_ended < shorts->n_goal) {
        crowd_turn(crowd, 10);
        leave_early(shorts);
        if (clock_monotonic_ms() - shorts->last_ended_ms > STUCK_MS)
            return -1;
    }
    for (int64_t until = clock_monotonic_ms() + SETTLE_MS; clock_monotonic_ms() < until;)
        crowd_turn(crowd, 20);
    return 0;
}

static int note_memory(const struct plan *plan, json_t *memory)
{
    for (int i = 0; i < plan->n_groups; i++) {
        const char *name = plan->groups[i].name;
        struct usage usage;

        if (group_usage(&plan->groups[i], &usage) < 0)
            return -1;
        if (!json_object_get(memory, name))
            json_object_set_new(memory, name, json_array());
        json_array_append_new(json_object_get(memory, name), json_integer(usage.rss_kib));
    }
    return 0;
}

json_t *short_run(const struct plan *plan)
{
    struct shorts *shorts = mem_new(struct shorts);
    json_t *memory = json_object(), *told;
    const char *broke = NULL;
    int64_t began_ms = clock_monotonic_ms();

    crowd_init(&shorts->crowd, plan, on_ended);
    while (!broke && shorts->n_ended < plan->n_short)
        if (run_batch(shorts) < 0)
            broke = "streams that never ended";
        else if (note_memory(plan, memory) < 0)
            broke = "a measured process has ended";
    told = json_pack("{s:i, s:i, s:i, s:f, s:O, s:o, s:s?}", "streams", shorts->n_ended, "batch",
        plan->n_batch, "failed", shorts->crowd.n_failed, "seconds",
        (double)(clock_monotonic_ms() - began_ms) / 1000, "failures", shorts->crowd.failures,
        "rssKib", memory, "broke", broke);
    crowd_deinit(&shorts->crowd);
    free(shorts);
    return told;
}
