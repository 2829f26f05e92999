/* test_hub.c - one database, one loop, and a hub for each process we pretend to be. */
#include <check.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "hub/hub.h"

enum { LEASE_MS = 600, MOST_MS = 20000 };

static char folder[] = "/tmp/casecast-hub.XXXXXX";
static char database[64];
static struct config config;
static struct loop loop;
static struct store *store;

/* --- a kind whose subject says how it goes --- */

static atomic_bool gate; /* "gated" works wait until it opens */
static atomic_int n_at_once, most_at_once, n_runs, n_cleared;

static int prepare(const struct job_kind *unused_kind, struct store *unused,
    const struct config *unused_config, const struct job_ask *ask, char **ret_input,
    char ret_key[static DIGEST_HEX_LEN + 1], struct error *err)
{
    (void)unused_kind, (void)unused, (void)unused_config, (void)ask, (void)ret_input, (void)ret_key,
        (void)err;
    ck_abort_msg("the hub itself prepares nothing");
    return 0;
}

static bool still_good(const struct config *unused, const struct job *done)
{
    (void)unused, (void)done;
    return true;
}

/* The disk of the machine "ill" may be written, or not; that of other machines may. */
static atomic_bool is_ill;
static atomic_int n_runs_ill; /* on that machine */

static bool is_on_ill(const struct config *it)
{
    return it->machine && strcmp(it->machine, "ill") == 0;
}

static int may_run(const struct config *it, struct error *err)
{
    return is_on_ill(it) && atomic_load(&is_ill) ? error_set(err, ERR_IO, "the disk is ill") : 0;
}

static int wait_for_gate(struct work *work, struct error *err)
{
    while (!atomic_load(&gate)) {
        if (atomic_load(work_cancel(work)))
            return error_set(err, ERR_CANCELED, "canceled");
        usleep(2000);
    }
    return 0;
}

static int steps(struct work *work, struct error *err)
{
    char once[16];

    for (int i = 1; i <= 3; i++) {
        snprintf(once, sizeof once, "step:%d", i);
        if (work_emit(work, once, i == 2 ? "named" : NULL, once, err) < 0)
            return -(int)err->code;
        work_progress(work, i == 1 ? "{\"percent\":33}" : "{\"percent\":66}");
        if (i == 2 && strstr(work_input(work), "gated") && wait_for_gate(work, err) < 0)
            return -ERR_CANCELED;
    }
    return 0;
}

static int run(struct work *work, char **ret_result, struct error *err)
{
    int now = atomic_fetch_add(&n_at_once, 1) + 1, most = atomic_load(&most_at_once), failed;

    while (now > most && !atomic_compare_exchange_weak(&most_at_once, &most, now))
        ;
    atomic_fetch_add(&n_runs, 1);
    atomic_fetch_add(&n_runs_ill, is_on_ill(work_config(work)));
    failed = steps(work, err);
    atomic_fetch_sub(&n_at_once, 1);
    if (failed < 0)
        return failed;
    if (strstr(work_input(work), "disk") && may_run(work_config(work), err) < 0)
        return -ERR_IO;
    if (strstr(work_input(work), "bad"))
        return error_set(err, ERR_INPUT, "it was bad from the start");
    *ret_result = mem_copy("{\"good\":true}");
    return 0;
}

static void finish(
    enum job_state state, const char *result, const char *error, struct last_events *last)
{
    last_events_add(last, job_state_name(state), error ? error : result ? result : "{}");
}

/* Only a job that has ended in the store has no other run, whose files these could be. */
static void clear(const struct config *config_, const struct job *job)
{
    struct store *own;
    struct error err;
    struct job now;

    ck_assert_int_eq(store_open(config_->database, config_->cases, &own, &err), 0);
    ck_assert_int_eq(store_job_get(own, job->id, &now, &err), 0);
    ck_assert(now.state == JOB_FAILED || now.state == JOB_CANCELED);
    job_clear(&now);
    store_close(own);
    atomic_fetch_add(&n_cleared, 1);
}

static const struct job_kind kind = {.name = "steps",
    .subject_name = "thing",
    .subject_example = "1",
    .first = "begins",
    .last = "the end",
    .prepare = prepare,
    .still_good = still_good,
    .may_run = may_run,
    .run = run,
    .finish = finish,
    .clear = clear};
static const struct job_kind *const list[] = {&kind, NULL};
static const struct kinds kinds = {list};

/* --- arranging --- */

static void set_up(void)
{
    struct error err;

    log_start("stderr", LOG_LEVEL_ERROR);
    digest_init();
    setenv("UV_THREADPOOL_SIZE", "6", 1);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(database, sizeof database, "%s/db", folder);
    config =
        (struct config){.database = database, .slots = 2, .lease_ms = LEASE_MS, .max_queued = 50};
    loop_init(&loop);
    ck_assert_int_eq(store_open(database, database, &store, &err), 0);
}

static void tear_down(void)
{
    char command[64];

    store_close(store);
    loop_deinit(&loop); /* asserts that no handle is left */
    snprintf(command, sizeof command, "rm -r %s", folder);
    ck_assert_int_eq(system(command), 0);
}

static char last_job[JOB_ID_LEN + 1]; /* that new_job() made */

static const char *new_job(const char *input)
{
    static int n;
    char key[DIGEST_HEX_LEN + 1], quoted[64];
    struct job_event first = {.data = "begins"};
    struct job_request request = {.kind = "steps",
        .subject = "s",
        .key = key,
        .input = quoted,
        .first = &first,
        .max_queued = 50,
        .hold_ms = 0};
    struct job job;
    struct error err;
    bool is_new;

    snprintf(key, sizeof key, "%064d", ++n);
    snprintf(quoted, sizeof quoted, "\"%s\"", input);
    ck_assert_int_eq(store_job_open(store, &request, &job, &is_new, &err), 0);
    ck_assert(is_new);
    strcpy(last_job, job.id);
    job_clear(&job);
    return last_job;
}

/* --- a viewer --- */

struct viewer {
    struct watch watch;
    struct buf heard; /* every frame's data lines, in order */
    int n_last;
    bool leaves_at_once;
};

static void hear(struct watch *watch, struct frame *frame, const struct job_cursor *at)
{
    struct viewer *viewer = list_item(&watch->link, struct viewer, watch.link);
    bool is_last = !at || at->is_over;

    if (frame && !frame->passing && strncmp(frame->bytes, "event: job", 10) != 0)
        buf_add(&viewer->heard, frame->bytes, frame->len);
    viewer->n_last += is_last;
    if (is_last || viewer->leaves_at_once)
        watch_close(watch);
}

static bool wait_until(bool (*is_so)(void *ctx), void *ctx)
{
    int64_t until = clock_monotonic_ms() + MOST_MS;

    while (!is_so(ctx)) {
        if (clock_monotonic_ms() > until)
            return false;
        uv_run(&loop.uv, UV_RUN_NOWAIT);
        usleep(500);
    }
    return true;
}

/* What the store holds of a job, in the form a viewer hears it. */
struct reading {
    const char *job_id;
    struct buf text;
    int n_last;
};

static bool add_stored(void *ctx, const struct job_event *event)
{
    struct reading *reading = ctx;

    hub_encode_event(&reading->text, reading->job_id, event);
    reading->n_last += event->is_final;
    return true;
}

static struct buf read_store(const char *job_id, uint64_t *ret_position, int *ret_n_last)
{
    struct reading reading = {.job_id = job_id};
    struct error err;

    ck_assert_int_eq(
        store_job_events(store, job_id, 0, add_stored, &reading, ret_position, &err), 0);
    *ret_n_last = reading.n_last;
    return reading.text;
}

/* As a responder does it: what the store holds already, then, unless that was all, a watch from
 * there on.  The hub answers BEHIND until its clerk has found where the journal begins for it. */
static void view(struct hub *hub, struct viewer *viewer, const char *job_id)
{
    int64_t until = clock_monotonic_ms() + MOST_MS;
    uint64_t position;

    *viewer = (struct viewer){.watch.deliver = hear};
    viewer->heard = read_store(job_id, &position, &viewer->n_last);
    while (!viewer->n_last && hub_watch(hub, &viewer->watch, job_id, position) == HUB_E_BEHIND) {
        ck_assert_int_lt(clock_monotonic_ms(), until);
        uv_run(&loop.uv, UV_RUN_NOWAIT);
        buf_free(&viewer->heard);
        viewer->heard = read_store(job_id, &position, &viewer->n_last);
    }
}

static bool has_heard_the_end(void *ctx)
{
    return ((struct viewer *)ctx)->n_last > 0;
}

static bool has_heard_something(void *ctx)
{
    return ((struct viewer *)ctx)->heard.len > 0;
}

static bool is_true(void *ctx)
{
    return *(bool *)ctx;
}

static void drained(void *ctx)
{
    *(bool *)ctx = true;
}

static void end_hub(struct hub *hub)
{
    bool is_drained = false;

    hub_drain(hub, drained, &is_drained);
    ck_assert(wait_until(is_true, &is_drained));
    hub_free(hub);
}

static void assert_heard_all(const struct viewer *viewer, const char *job_id)
{
    uint64_t position;
    int n_last;
    struct buf all = read_store(job_id, &position, &n_last);

    ck_assert_str_eq(viewer->heard.data, all.data);
    ck_assert_int_eq(viewer->n_last, 1);
    buf_free(&all);
}

static enum job_state state_of(const char *job_id)
{
    struct job job;
    struct error err;
    enum job_state state;

    ck_assert_int_eq(store_job_get(store, job_id, &job, &err), 0);
    state = job.state;
    job_clear(&job);
    return state;
}

static bool is_done(void *job_id)
{
    return state_of(job_id) == JOB_DONE;
}

static bool has_ended(void *job_id)
{
    return job_state_is_final(state_of(job_id));
}

/* Two runs said each step, and each stands in the journal once. */
static void assert_said_once(const char *job_id)
{
    static const char *const said[] = {
        "step:1\n", "step:2\n", "step:3\n", "event: done\n", "the end\n"};
    uint64_t position;
    int n_last;
    struct buf all = read_store(job_id, &position, &n_last);

    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        char *first = strstr(all.data, said[i]);

        ck_assert_msg(first != NULL, "%s is missing in %s", said[i], all.data);
        ck_assert_msg(!strstr(first + 1, said[i]), "%s twice in %s", said[i], all.data);
    }
    buf_free(&all);
}

/* --- tests --- */

START_TEST(a_viewer_hears_every_event_once_and_in_order)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    struct viewer viewer;

    view(hub, &viewer, new_job("good"));
    hub_poke(hub);
    ck_assert(wait_until(has_heard_the_end, &viewer));

    assert_heard_all(&viewer, last_job);
    ck_assert_int_eq(state_of(last_job), JOB_DONE);
    buf_free(&viewer.heard);
    end_hub(hub);
}
END_TEST

static bool has_heard_step_two(void *ctx)
{
    const struct viewer *viewer = ctx;

    return viewer->heard.len && strstr(viewer->heard.data, "step:2") != NULL;
}

/* So does one whose replay has caught up. */
START_TEST(a_watch_that_is_open_is_told_again_from_where_it_says)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    struct hub_counts counts;
    struct viewer viewer;
    uint64_t after;
    size_t heard;

    view(hub, &viewer, new_job("gated"));
    after = viewer.watch.after;
    heard = viewer.heard.len;
    hub_poke(hub);
    ck_assert(wait_until(has_heard_step_two, &viewer));
    viewer.heard.len = heard;
    viewer.heard.data[heard] = '\0';
    ck_assert_int_eq(hub_watch(hub, &viewer.watch, last_job, after), 0);
    ck_assert(has_heard_step_two(&viewer));
    hub_count(hub, &counts);
    ck_assert_int_eq(counts.n_watches, 1);
    atomic_store(&gate, true);
    ck_assert(wait_until(has_heard_the_end, &viewer));

    assert_heard_all(&viewer, last_job);
    hub_count(hub, &counts);
    ck_assert_int_eq(counts.n_watches, 0);
    buf_free(&viewer.heard);
    end_hub(hub);
}
END_TEST

START_TEST(a_viewer_who_comes_late_gets_what_it_missed)
{
    struct viewer early, late;
    struct hub *hub;

    new_job("gated"); /* journal position 1 */
    hub = hub_new(&loop, &config, &kinds);
    view(hub, &early, last_job);
    atomic_store(&gate, true);
    ck_assert(wait_until(has_heard_the_end, &early));
    /* As if its responder had read the store before the work began. */
    late = (struct viewer){.watch.deliver = hear};
    ck_assert_int_eq(hub_watch(hub, &late.watch, last_job, 1), 0);

    ck_assert_int_eq(late.n_last, 1);
    ck_assert_str_eq(
        late.heard.data, strstr(early.heard.data, "data: begins\n\n") + strlen("data: begins\n\n"));
    buf_free(&early.heard);
    buf_free(&late.heard);
    end_hub(hub);
}
END_TEST

/* --- a viewer of two jobs --- */

struct joint_viewer {
    struct joint_watch {
        struct watch watch;
        struct joint_viewer *viewer;
    } watches[2];
    uint64_t position; /* of the last event that it heard */
    int n_events, n_last;
};

static void hear_joint(struct watch *watch, struct frame *frame, const struct job_cursor *at)
{
    struct joint_viewer *viewer = list_item(&watch->link, struct joint_watch, watch.link)->viewer;
    struct job_cursor seen;
    char id[JOB_CURSOR_TEXT_MAX + 1], *text = mem_copy_n(frame->bytes, frame->len);

    ck_assert_ptr_nonnull(strstr(text, "data: {\"job\":\""));
    if (sscanf(text, "id: %68s", id) == 1) {
        ck_assert(job_cursor_parse(id, &seen));
        ck_assert_uint_gt(seen.position, viewer->position);
        ck_assert_uint_eq(seen.position, at->position);
        ck_assert_uint_eq(seen.seq, at->seq);
        ck_assert_str_eq(seen.job_id, at->job_id);
        viewer->position = seen.position;
        viewer->n_events++;
    }
    free(text);
    viewer->n_last += at->is_over;
    if (at->is_over)
        watch_close(watch);
}

static bool has_heard_both_ends(void *ctx)
{
    return ((struct joint_viewer *)ctx)->n_last == 2;
}

static int watch_both(struct hub *hub, struct joint_viewer *viewer, const char *const ids[2])
{
    struct watch *watches[] = {&viewer->watches[0].watch, &viewer->watches[1].watch};

    *viewer = (struct joint_viewer){0};
    for (int i = 0; i < 2; i++) {
        viewer->watches[i].viewer = viewer;
        watches[i]->deliver = hear_joint;
        watches[i]->is_joint = true;
    }
    return hub_watch_jobs(hub, watches, ids, 2, 0);
}

struct watching {
    struct hub *hub;
    struct joint_viewer *viewer;
    const char *ids[2];
};

static bool watches_both(void *ctx)
{
    struct watching *watching = ctx;

    return watch_both(watching->hub, watching->viewer, watching->ids) == 0;
}

/* The hub keeps what is new since it began: a viewer who comes late is told all of it. */
START_TEST(a_viewer_of_two_jobs_hears_both_in_the_order_of_the_journal)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    struct joint_viewer early, late;
    char one[JOB_ID_LEN + 1], two[JOB_ID_LEN + 1];
    struct watching watching = {.hub = hub, .viewer = &early, .ids = {one, two}};

    memset(one, '0', JOB_ID_LEN);
    memset(two, '1', JOB_ID_LEN);
    one[JOB_ID_LEN] = two[JOB_ID_LEN] = '\0';
    ck_assert(wait_until(watches_both, &watching)); /* the clerk follows the journal from 0 on */
    for (int i = 0; i < 2; i++)
        watch_close(&early.watches[i].watch);
    strcpy(one, new_job("gated"));
    strcpy(two, new_job("gated"));
    ck_assert(watches_both(&watching));
    hub_poke(hub);
    atomic_store(&gate, true);
    ck_assert(wait_until(has_heard_both_ends, &early));

    watching.viewer = &late;
    ck_assert(watches_both(&watching));
    ck_assert_int_eq(late.n_last, 2);
    ck_assert_int_eq(early.n_events, late.n_events);
    ck_assert_int_eq(late.n_events, 14); /* begins, three steps, done, the end, end */
    end_hub(hub);
}
END_TEST

START_TEST(a_viewer_in_another_process_hears_the_same)
{
    struct config watcher_config = config;
    struct hub *owner, *watcher;
    struct viewer here, there;

    watcher_config.slots = 0; /* claims nothing */
    watcher = hub_new(&loop, &watcher_config, &kinds);
    view(watcher, &there, new_job("good"));
    owner = hub_new(&loop, &config, &kinds);
    view(owner, &here, last_job);
    ck_assert(wait_until(has_heard_the_end, &there));
    ck_assert(wait_until(has_heard_the_end, &here));

    assert_heard_all(&there, last_job);
    assert_heard_all(&here, last_job);
    buf_free(&here.heard);
    buf_free(&there.heard);
    end_hub(owner);
    end_hub(watcher);
}
END_TEST

START_TEST(a_closed_watch_hears_nothing_more)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    struct viewer leaves, stays;

    view(hub, &leaves, new_job("gated"));
    leaves.leaves_at_once = true;
    view(hub, &stays, last_job);
    ck_assert(wait_until(has_heard_something, &leaves));
    atomic_store(&gate, true);
    ck_assert(wait_until(has_heard_the_end, &stays));

    ck_assert_int_eq(leaves.n_last, 0);
    ck_assert_uint_lt(leaves.heard.len, stays.heard.len);
    buf_free(&leaves.heard);
    buf_free(&stays.heard);
    end_hub(hub);
}
END_TEST

START_TEST(a_database_that_is_gone_sends_every_viewer_of_a_job_away)
{
    struct config watcher_config = config;
    struct viewer one, two;
    struct hub *hub;
    char aside[sizeof database + 8];

    watcher_config.slots = 0; /* claims nothing */
    hub = hub_new(&loop, &watcher_config, &kinds);
    view(hub, &one, new_job("good"));
    view(hub, &two, last_job);
    snprintf(aside, sizeof aside, "%s-aside", database);
    ck_assert_int_eq(rename(database, aside), 0);

    ck_assert(wait_until(has_heard_the_end, &one));
    ck_assert(wait_until(has_heard_the_end, &two));
    ck_assert_int_eq(one.n_last + two.n_last, 2);
    buf_free(&one.heard);
    buf_free(&two.heard);
    end_hub(hub);
}
END_TEST

/* After the end, of which viewers hear. */
static bool was_cleared(void *unused)
{
    (void)unused;
    return atomic_load(&n_cleared) == 1;
}

START_TEST(a_job_that_fails_says_why)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    struct viewer viewer;

    view(hub, &viewer, new_job("bad"));
    ck_assert(wait_until(has_heard_the_end, &viewer));

    ck_assert_ptr_nonnull(
        strstr(viewer.heard.data, "event: failed\ndata: it was bad from the start\n"));
    ck_assert_int_eq(state_of(last_job), JOB_FAILED);
    ck_assert(wait_until(was_cleared, NULL));
    buf_free(&viewer.heard);
    end_hub(hub);
}
END_TEST

static bool works_run(void *ctx)
{
    return atomic_load(&n_at_once) == *(int *)ctx;
}

START_TEST(a_canceled_job_stops_and_says_so)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    struct job_event last[] = {{.name = "canceled", .data = "{}"}};
    struct viewer viewer;
    struct error err;
    struct job job;
    bool is_first;
    int one = 1;

    view(hub, &viewer, new_job("gated"));
    ck_assert(wait_until(works_run, &one));
    ck_assert_int_eq(
        store_job_cancel(store, last_job, CANCEL_ASKED, last, 1, &job, &is_first, &err), 0);
    job_clear(&job);
    ck_assert(wait_until(has_heard_the_end, &viewer));

    ck_assert_int_eq(state_of(last_job), JOB_CANCELED);
    ck_assert(wait_until(was_cleared, NULL));
    assert_heard_all(&viewer, last_job);
    buf_free(&viewer.heard);
    end_hub(hub);
}
END_TEST

static bool time_is_over(void *until_ms)
{
    return clock_monotonic_ms() > *(int64_t *)until_ms;
}

START_TEST(a_job_that_nobody_watches_any_more_is_canceled_if_that_is_wanted)
{
    struct config owner_config = config, watcher_config = config;
    struct hub *owner, *watcher;
    struct viewer viewer;
    char never_watched[JOB_ID_LEN + 1];
    int64_t until_ms;
    int two = 2;

    owner_config.cancel_unwatched_s = watcher_config.cancel_unwatched_s = 1;
    watcher_config.slots = 0; /* claims nothing */
    watcher = hub_new(&loop, &watcher_config, &kinds);
    owner = hub_new(&loop, &owner_config, &kinds);
    strcpy(never_watched, new_job("gated"));
    view(watcher, &viewer, new_job("gated"));
    ck_assert(wait_until(works_run, &two));
    until_ms = clock_monotonic_ms() + 3000;
    ck_assert(wait_until(time_is_over, &until_ms));
    ck_assert_int_eq(state_of(last_job), JOB_RUNNING);
    watch_close(&viewer.watch);

    ck_assert(wait_until(has_ended, last_job));
    ck_assert_int_eq(state_of(last_job), JOB_CANCELED);
    ck_assert_int_eq(state_of(never_watched), JOB_RUNNING);
    buf_free(&viewer.heard);
    end_hub(watcher);
    end_hub(owner);
}
END_TEST

START_TEST(two_processes_together_run_no_more_than_the_slots)
{
    struct hub *one = hub_new(&loop, &config, &kinds), *other = hub_new(&loop, &config, &kinds);
    struct viewer viewers[8];

    atomic_store(&gate, true);
    for (int i = 0; i < 8; i++)
        view(i % 2 ? one : other, &viewers[i], new_job("gated"));
    for (int i = 0; i < 8; i++) {
        ck_assert(wait_until(has_heard_the_end, &viewers[i]));
        buf_free(&viewers[i].heard);
    }

    ck_assert_int_le(atomic_load(&most_at_once), 2);
    ck_assert_int_eq(atomic_load(&n_runs), 8);
    end_hub(one);
    end_hub(other);
}
END_TEST

START_TEST(a_job_that_was_running_when_its_process_stopped_ends_once_in_the_next)
{
    struct hub *first = hub_new(&loop, &config, &kinds), *second;
    struct viewer viewer;
    int one = 1;

    view(first, &viewer, new_job("gated"));
    ck_assert(wait_until(works_run, &one));
    watch_close(&viewer.watch);
    buf_free(&viewer.heard);
    end_hub(first);
    ck_assert_int_eq(state_of(last_job), JOB_QUEUED);

    atomic_store(&gate, true);
    second = hub_new(&loop, &config, &kinds);
    ck_assert(wait_until(is_done, last_job));
    ck_assert_int_eq(atomic_load(&n_runs), 2);
    assert_said_once(last_job);
    ck_assert_int_eq(atomic_load(&n_cleared), 0);
    end_hub(second);
}
END_TEST

static const char *kit_tag(void)
{
    static char tag[STORE_TAG_LEN + 1];

    digest_random_name(tag, STORE_TAG_LEN);
    return tag;
}

/* A process that is gone, and was not asked to be. */
static void claim_and_die(void)
{
    struct member *dead =
        store_member_new(database, &(struct member_info){.kinds = NULL, .lease_ms = 60000});
    struct error err;
    struct job job;

    ck_assert_int_eq(store_job_claim(store, dead, 2, kit_tag(), &job, &err), 0);
    job_clear(&job);
    store_member_free(dead);
}

START_TEST(a_job_whose_process_died_is_taken_over)
{
    struct hub *heir;

    new_job("good");
    claim_and_die();
    heir = hub_new(&loop, &config, &kinds);
    ck_assert(wait_until(is_done, last_job));

    assert_said_once(last_job);
    end_hub(heir);
}
END_TEST

/* To obey is all that is left to do, and needs nobody's place. */
START_TEST(a_canceled_job_of_a_dead_process_ends_though_all_places_are_taken)
{
    struct config narrow = config;
    struct job_event last[] = {{.name = "canceled", .data = "{}"}};
    struct hub *hub;
    struct error err;
    struct job job;
    char busy[JOB_ID_LEN + 1];
    bool is_first;
    int one = 1;

    narrow.slots = 1;
    strcpy(busy, new_job("gated"));
    hub = hub_new(&loop, &narrow, &kinds);
    ck_assert(wait_until(works_run, &one));
    new_job("good");
    claim_and_die();
    ck_assert_int_eq(
        store_job_cancel(store, last_job, CANCEL_ASKED, last, 1, &job, &is_first, &err), 0);
    job_clear(&job);
    ck_assert(wait_until(has_ended, last_job));
    ck_assert_int_eq(state_of(last_job), JOB_CANCELED);
    ck_assert_int_eq(state_of(busy), JOB_RUNNING);
    ck_assert(wait_until(was_cleared, NULL));
    end_hub(hub);
}
END_TEST

static void sql(const char *format, ...)
{
    char text[256];
    va_list values;
    sqlite3 *db;

    va_start(values, format);
    vsnprintf(text, sizeof text, format, values);
    va_end(values);
    ck_assert_int_eq(sqlite3_open(database, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    ck_assert_int_eq(sqlite3_exec(db, text, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static bool is_queued(void *job_id)
{
    return state_of(job_id) == JOB_QUEUED;
}

/* An end that could not be written, say. */
START_TEST(what_is_ours_without_anybody_who_works_on_it_is_handed_back)
{
    struct config claims_nothing = config;
    struct member *other =
        store_member_new(database, &(struct member_info){.kinds = NULL, .lease_ms = 60000});
    struct hub *hub;
    struct error err;
    struct job job;

    claims_nothing.slots = 0;
    new_job("good");
    ck_assert_int_eq(store_job_claim(store, other, 2, kit_tag(), &job, &err), 0);
    job_clear(&job);
    hub = hub_new(&loop, &claims_nothing, &kinds);
    sql("UPDATE casecast_jobs SET owner = '%s'", hub_member_name(hub));
    ck_assert(wait_until(is_queued, last_job));
    store_member_free(other);
    end_hub(hub);
}
END_TEST

/* Longer than a call waits, and longer than the lease: nobody else is there to take the job. */
START_TEST(a_locked_database_delays_an_event_and_loses_none)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    struct viewer viewer;
    int64_t until_ms;
    sqlite3 *db;
    int one = 1;

    view(hub, &viewer, new_job("gated"));
    ck_assert(wait_until(works_run, &one));
    ck_assert_int_eq(sqlite3_open(database, &db), SQLITE_OK);
    sqlite3_busy_timeout(db, 5000);
    ck_assert_int_eq(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    atomic_store(&gate, true);
    until_ms = clock_monotonic_ms() + STORE_WAIT_MS + 500;
    ck_assert(wait_until(time_is_over, &until_ms));
    ck_assert_int_eq(sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    ck_assert(wait_until(has_heard_the_end, &viewer));

    assert_heard_all(&viewer, last_job);
    assert_said_once(last_job);
    ck_assert_int_eq(atomic_load(&n_runs), 1);
    buf_free(&viewer.heard);
    end_hub(hub);
}
END_TEST

static bool was_handed_back(void *job_id)
{
    struct job job;
    struct error err;
    bool was;

    ck_assert_int_eq(store_job_get(store, job_id, &job, &err), 0);
    was = job.run > 0 && job.state == JOB_QUEUED;
    job_clear(&job);
    return was;
}

START_TEST(a_process_that_became_too_old_hands_back_what_it_has_and_holds_no_place)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    char early[JOB_ID_LEN + 1];
    int64_t until_ms;
    int one = 1;

    strcpy(early, new_job("gated"));
    ck_assert(wait_until(works_run, &one));
    sql("UPDATE casecast_meta SET value = value + 100 WHERE name = 'schema'");
    until_ms = clock_monotonic_ms() + 2100; /* a look at the tables holds for two seconds */
    ck_assert(wait_until(time_is_over, &until_ms));
    new_job("good");
    ck_assert(wait_until(was_handed_back, last_job));
    ck_assert(wait_until(was_handed_back, early));
    ck_assert_int_eq(atomic_load(&n_at_once), 0);
    ck_assert_int_eq(atomic_load(&n_cleared), 0);

    sql("UPDATE casecast_meta SET value = value - 100 WHERE name = 'schema'");
    atomic_store(&gate, true);
    ck_assert(wait_until(is_done, last_job));
    ck_assert(wait_until(is_done, early));
    end_hub(hub);
}
END_TEST

START_TEST(a_process_that_has_nothing_to_do_writes_nothing)
{
    struct hub *hub = hub_new(&loop, &config, &kinds);
    int64_t until_ms;
    struct error err;
    bool has_changed;

    new_job("good");
    ck_assert(wait_until(is_done, last_job));
    until_ms = clock_monotonic_ms() + 100; /* what belongs to the end */
    ck_assert(wait_until(time_is_over, &until_ms));
    ck_assert_int_eq(store_news(store, 0, -1, &has_changed, &err), 0);
    until_ms = clock_monotonic_ms() + 2 * LEASE_MS;
    ck_assert(wait_until(time_is_over, &until_ms));
    ck_assert_int_eq(store_news(store, 0, -1, &has_changed, &err), 0);
    ck_assert(!has_changed);
    end_hub(hub);
}
END_TEST

static void count_member(void *ctx, const struct member_row *row)
{
    *(int *)ctx += strcmp(row->machine, "here") == 0 && !row->is_gone && !row->silent_ms;
}

static bool is_listed(void *n_wanted)
{
    struct error err;
    int n = 0;

    return store_member_each(store, count_member, &n, &err) == 0 && n == *(int *)n_wanted;
}

START_TEST(a_process_without_jobs_is_listed_until_it_ends)
{
    struct config here = config;
    struct hub *hub;
    int one = 1, none = 0;

    here.machine = "here";
    hub = hub_new(&loop, &here, &kinds);
    ck_assert(wait_until(is_listed, &one));
    end_hub(hub);
    ck_assert(is_listed(&none));
}
END_TEST

/* A newer program made it, and one will come that knows it. */
START_TEST(a_job_of_an_unknown_kind_is_left_alone)
{
    struct hub *hub;
    int64_t until_ms;
    char strange[JOB_ID_LEN + 1];

    strcpy(strange, new_job("good"));
    sql("UPDATE casecast_jobs SET kind = 'strange'");
    hub = hub_new(&loop, &config, &kinds);
    new_job("good");
    ck_assert(wait_until(is_done, last_job)); /* it is behind the other in the queue */
    until_ms = clock_monotonic_ms() + LEASE_MS;
    ck_assert(wait_until(time_is_over, &until_ms));
    ck_assert_int_eq(state_of(strange), JOB_QUEUED);
    end_hub(hub);
}
END_TEST

START_TEST(a_job_that_took_three_processes_with_it_is_given_up)
{
    struct hub *hub;

    new_job("good");
    for (int i = 0; i < 3; i++)
        claim_and_die();
    hub = hub_new(&loop, &config, &kinds);
    ck_assert(wait_until(has_ended, last_job));

    ck_assert_int_eq(state_of(last_job), JOB_FAILED);
    ck_assert_int_eq(atomic_load(&n_runs), 0);
    end_hub(hub);
}
END_TEST

/* --- a machine that can't write its disk --- */

static struct hub *hub_on(struct config *own, const char *machine, int slots)
{
    *own = config;
    own->machine = machine;
    own->slots = slots;
    return hub_new(&loop, own, &kinds);
}

static void count_able(void *ctx, const struct member_row *row)
{
    *(int *)ctx += !*row->kinds || strstr(row->kinds, ",steps,");
}

/* Processes that say of themselves that they can run the kind. */
static bool are_able(void *n_wanted)
{
    struct error err;
    int n = 0;

    return store_member_each(store, count_able, &n, &err) == 0 && n == *(int *)n_wanted;
}

START_TEST(a_job_that_can_not_be_made_here_is_left_to_a_machine_that_can)
{
    struct config left, right;
    struct hub *ill, *well;
    char busy[JOB_ID_LEN + 1];
    int64_t until_ms;
    int one = 1, two = 2;

    well = hub_on(&right, "well", 1);
    strcpy(busy, new_job("gated"));
    ck_assert(wait_until(works_run, &one));
    atomic_store(&is_ill, true);
    ill = hub_on(&left, "ill", 2);
    new_job("good");
    ck_assert(wait_until(are_able, &one));
    until_ms = clock_monotonic_ms() + 1200; /* it looks for work twice a second */
    ck_assert(wait_until(time_is_over, &until_ms));
    ck_assert_int_eq(state_of(last_job), JOB_QUEUED);
    atomic_store(&gate, true);
    ck_assert(wait_until(is_done, last_job));
    ck_assert_int_eq(atomic_load(&n_runs_ill), 0);

    atomic_store(&is_ill, false);
    ck_assert(wait_until(are_able, &two));
    end_hub(well);
    new_job("good");
    ck_assert(wait_until(is_done, last_job));
    ck_assert_int_eq(atomic_load(&n_runs_ill), 1);
    end_hub(ill);
}
END_TEST

START_TEST(a_job_that_no_machine_can_make_fails_with_the_reason)
{
    struct config left, right;
    struct hub *ill, *worse;
    struct job job;
    struct error err;

    atomic_store(&is_ill, true);
    ill = hub_on(&left, "ill", 1);
    worse = hub_on(&right, "ill", 1); /* the same machine */
    new_job("disk");
    ck_assert(wait_until(has_ended, last_job));
    ck_assert_int_eq(store_job_get(store, last_job, &job, &err), 0);
    ck_assert_int_eq(job.state, JOB_FAILED);
    ck_assert_str_eq(job.error, "the disk is ill");
    ck_assert_int_eq(job.run, 1);
    job_clear(&job);
    end_hub(ill);
    end_hub(worse);
}
END_TEST

START_TEST(a_job_whose_disk_became_ill_is_handed_to_a_machine_that_can)
{
    struct config left, right;
    struct hub *ill, *well;
    struct viewer viewer;
    int one = 1, two = 2;

    ill = hub_on(&left, "ill", 1);
    view(ill, &viewer, new_job("gated disk"));
    ck_assert(wait_until(works_run, &one));
    well = hub_on(&right, "well", 1);
    ck_assert(wait_until(are_able, &two));
    atomic_store(&is_ill, true);
    atomic_store(&gate, true);
    ck_assert(wait_until(has_heard_the_end, &viewer));
    ck_assert_int_eq(state_of(last_job), JOB_DONE);
    ck_assert_int_eq(atomic_load(&n_runs_ill), 1);
    ck_assert_int_eq(atomic_load(&n_cleared), 0);
    assert_heard_all(&viewer, last_job);
    assert_said_once(last_job);
    buf_free(&viewer.heard);
    end_hub(ill);
    end_hub(well);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hub");
    TCase *tcase = tcase_create("hub");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, a_viewer_hears_every_event_once_and_in_order);
    tcase_add_test(tcase, a_watch_that_is_open_is_told_again_from_where_it_says);
    tcase_add_test(tcase, a_viewer_who_comes_late_gets_what_it_missed);
    tcase_add_test(tcase, a_viewer_of_two_jobs_hears_both_in_the_order_of_the_journal);
    tcase_add_test(tcase, a_viewer_in_another_process_hears_the_same);
    tcase_add_test(tcase, a_closed_watch_hears_nothing_more);
    tcase_add_test(tcase, a_database_that_is_gone_sends_every_viewer_of_a_job_away);
    tcase_add_test(tcase, a_job_that_fails_says_why);
    tcase_add_test(tcase, a_canceled_job_stops_and_says_so);
    tcase_add_test(tcase, a_job_that_nobody_watches_any_more_is_canceled_if_that_is_wanted);
    tcase_add_test(tcase, two_processes_together_run_no_more_than_the_slots);
    tcase_add_test(tcase, a_job_that_was_running_when_its_process_stopped_ends_once_in_the_next);
    tcase_add_test(tcase, a_job_whose_process_died_is_taken_over);
    tcase_add_test(tcase, a_canceled_job_of_a_dead_process_ends_though_all_places_are_taken);
    tcase_add_test(tcase, what_is_ours_without_anybody_who_works_on_it_is_handed_back);
    tcase_add_test(tcase, a_locked_database_delays_an_event_and_loses_none);
    tcase_add_test(tcase, a_process_that_became_too_old_hands_back_what_it_has_and_holds_no_place);
    tcase_add_test(tcase, a_process_that_has_nothing_to_do_writes_nothing);
    tcase_add_test(tcase, a_process_without_jobs_is_listed_until_it_ends);
    tcase_add_test(tcase, a_job_of_an_unknown_kind_is_left_alone);
    tcase_add_test(tcase, a_job_that_took_three_processes_with_it_is_given_up);
    tcase_add_test(tcase, a_job_that_can_not_be_made_here_is_left_to_a_machine_that_can);
    tcase_add_test(tcase, a_job_that_no_machine_can_make_fails_with_the_reason);
    tcase_add_test(tcase, a_job_whose_disk_became_ill_is_handed_to_a_machine_that_can);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed != 0;
}
