/* steady.c - many streams at once, each with a message at a fixed interval. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "scenarios.h"
#include "stalled.h"

enum {
    QUIET_MS = 10000,  /* without an opened stream: opening has failed */
    SETTLE_MS = 1500,  /* between the last opening and measuring */
    GRACE_MS = 15000,  /* how late the last message may come */
    WARM_UP_MS = 1000, /* stalled viewers connect so long before the others */
};

struct steady {
    struct crowd crowd;
    struct stalled *stalled;
    int64_t began_ms, last_opened_ms, all_open_ms, measured_from_ms, measured_to_ms;
    long n_before, n_measured; /* messages before and during the measurement */
    struct usage idle[GROUPS_MAX], opened[GROUPS_MAX], from[GROUPS_MAX], to[GROUPS_MAX];
};

static void on_ended(struct viewer *viewer, bool is_gone)
{
    (void)is_gone;
    viewer_leave(viewer);
}

static int note_usage(const struct plan *plan, struct usage usage[GROUPS_MAX])
{
    for (int i = 0; i < plan->n_groups; i++)
        if (group_usage(&plan->groups[i], &usage[i]) < 0)
            return -1;
    return 0;
}

/* --- opening --- */

static int open_all(struct steady *steady)
{
    struct crowd *crowd = &steady->crowd;
    const struct plan *plan = crowd->plan;
    int64_t most_ms = (int64_t)plan->n_messages * plan->interval_ms * 3 / 4, now;
    int n_started = 0, n_seen = 0;

    steady->began_ms = steady->last_opened_ms = clock_monotonic_ms();
    do {
        while (n_started < plan->n_viewers && crowd->n_waiting < plan->n_at_once)
            viewer_start(&crowd->viewers[n_started++]);
        crowd_turn(crowd, 20);
        now = clock_monotonic_ms();
        if (crowd->n_open > n_seen) {
            n_seen = crowd->n_open;
            steady->last_opened_ms = now;
        }
    } while (n_seen + crowd->n_failed < plan->n_viewers && now - steady->began_ms < most_ms &&
             now - steady->last_opened_ms < QUIET_MS);
    steady->all_open_ms = steady->last_opened_ms;
    return n_seen == plan->n_viewers && note_usage(plan, steady->opened) == 0 ? 0 : -1;
}

/* --- measuring --- */

static void turn_until(struct steady *steady, int64_t until_ms)
{
    int64_t now;

    while ((now = clock_monotonic_ms()) < until_ms) {
        crowd_turn(&steady->crowd, until_ms - now < 20 ? (int)(until_ms - now) : 20);
        stalled_turn(steady->stalled);
    }
}

/* Memory is read between the two CPU readings, because /proc takes long to sum many pages. */
static int measure(struct steady *steady)
{
    struct crowd *crowd = &steady->crowd;
    const struct plan *plan = crowd->plan;
    int64_t last_due_ms = steady->all_open_ms + (int64_t)plan->n_messages * plan->interval_ms;

    turn_until(steady, steady->all_open_ms + SETTLE_MS);
    if (note_usage(plan, steady->from) < 0)
        return -1;
    steady->n_before = crowd->n_received;
    steady->measured_from_ms = clock_monotonic_ms();
    crowd->is_measuring = true;
    while (!crowd->has_last && clock_monotonic_ms() < last_due_ms)
        turn_until(steady, clock_monotonic_ms() + 5);
    crowd->is_measuring = false;
    steady->measured_to_ms = clock_monotonic_ms();
    steady->n_measured = crowd->n_received - steady->n_before;
    return note_usage(plan, steady->to);
}

static void wait_for_ends(struct steady *steady)
{
    const struct plan *plan = steady->crowd.plan;
    int64_t due_ms = steady->all_open_ms + (int64_t)plan->n_messages * plan->interval_ms + GRACE_MS;

    while (steady->crowd.n_connected && clock_monotonic_ms() < due_ms)
        turn_until(steady, clock_monotonic_ms() + 20);
}

/* --- results --- */

static long expected_of(const struct crowd *crowd)
{
    long n = 0;

    for (int i = 0; i < crowd->plan->n_viewers; i++) {
        long first = crowd->viewers[i].first;

        n += crowd->plan->n_messages + 1 - (crowd->plan->is_broadcast && first ? first : 1);
    }
    return n;
}

static json_t *tell_processes(const struct steady *steady)
{
    const struct plan *plan = steady->crowd.plan;
    json_t *all = json_object();

    for (int i = 0; i < plan->n_groups; i++) {
        const struct usage *idle = &steady->idle[i], *opened = &steady->opened[i],
                           *from = &steady->from[i], *to = &steady->to[i];

        json_object_set_new(all, plan->groups[i].name,
            json_pack("{s:f, s:f, s:f, s:i, s:i}", "rssKibPerStream",
                (double)(from->rss_kib - idle->rss_kib) / plan->n_viewers, "cpuPer100k",
                (to->cpu_s - from->cpu_s) * 1e5 / (double)steady->n_measured, "cpuPer100kOpened",
                (opened->cpu_s - idle->cpu_s) * 1e5 / plan->n_viewers, "rssKibIdle",
                (int)idle->rss_kib, "rssKib", (int)from->rss_kib));
    }
    return all;
}

static json_t *tell_opening(const struct steady *steady, int n_opened, const char *broke)
{
    const struct crowd *crowd = &steady->crowd;
    double seconds = (double)(steady->all_open_ms - steady->began_ms) / 1000;

    return json_pack("{s:i, s:f, s:i, s:i, s:O, s:s?}", "streams", crowd->plan->n_viewers,
        "opensPerSecond", seconds > 0 ? crowd->plan->n_viewers / seconds : 0.0, "opened", n_opened,
        "failed", crowd->n_failed, "failures", crowd->failures, "broke", broke);
}

static json_t *tell(struct steady *steady)
{
    struct crowd *crowd = &steady->crowd;
    long expected = expected_of(crowd);
    json_t *all = tell_opening(steady, crowd->plan->n_viewers, NULL);

    json_object_update_new(
        all, json_pack("{s:I, s:I, s:I, s:i, s:f, s:f, s:I, s:o, s:o}", "received",
                 (json_int_t)crowd->n_received, "expected", (json_int_t)expected, "lost",
                 (json_int_t)(expected - crowd->n_received), "closedEarly",
                 crowd->plan->n_viewers - crowd->n_finished, "seconds",
                 (double)(steady->measured_to_ms - steady->measured_from_ms) / 1000, "allSeconds",
                 (double)(crowd->last_ns - crowd->first_ns) / 1e9, "measured",
                 (json_int_t)steady->n_measured, "latencyMs", crowd_latency(crowd), "processes",
                 tell_processes(steady)));
    return all;
}

json_t *steady_run(const struct plan *plan)
{
    struct steady *steady = mem_new(struct steady);
    json_t *told;

    crowd_init(&steady->crowd, plan, on_ended);
    steady->stalled = stalled_open(plan);
    turn_until(steady, clock_monotonic_ms() + (plan->n_stalled ? WARM_UP_MS : 0));
    if (note_usage(plan, steady->idle) < 0)
        told = json_pack("{s:s}", "broke", "a measured process has ended");
    else if (open_all(steady) < 0)
        told = tell_opening(steady, steady->crowd.n_open, "not all streams could be opened");
    else if (measure(steady) < 0)
        told = tell_opening(steady, steady->crowd.n_open, "a measured process has ended");
    else {
        wait_for_ends(steady);
        told = tell(steady);
    }
    stalled_close(steady->stalled);
    crowd_deinit(&steady->crowd);
    free(steady);
    return told;
}
