/* sharing.c - the segments of a video that other machines may make.
 *
 * The plan is opened before anything is made here, so that helpers begin at once.  Encoders ask
 * the store for each segment they begin; it gives each once: to the owner of the job in order, to
 * helpers near to what they made, as neighbours need the same pictures.  What the others made is
 * read by the taking thread, each second, and often while it waits for one of them.
 * While the store does not answer, all are made here: a segment that is made twice has the same
 * bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/number.h"
#include "video/encode/segments_private.h"

enum {
    LOOK_MS = 1000,     /* between two looks at what the others do */
    LOOK_SOON_MS = 40,  /* the same while the next segment is theirs */
    ALONE_MS = 5000,    /* after an error nothing is asked for so long */
    LATE_FACTOR = 3,    /* of the usual time */
    LATE_MIN_MS = 1000, /* and no sooner */
    LATE_ANY_MS = 5000, /* while nothing was encoded here: the usual time is not known */
    SEEN_MS = 10000,    /* a machine that claimed something so lately takes part */
    MACHINES_MAX = 32,  /* are told apart */
};

struct theirs {
    bool is_made, is_refused;
    char key[DIGEST_HEX_LEN + 1];
};

struct sharing {
    /* fixed after start */
    const struct video_parts *parts;
    struct video_plan plan;
    int *sizes; /* of the plan */

    /* under lock of the segments */
    bool is_asking; /* a thread waits for the store */
    bool is_open;   /* the plan is in the store */
    bool has_none;  /* nothing was left to claim when it was last asked */
    bool is_logged; /* the first error of a row */
    int64_t alone_until_ms;
    int64_t frames, frames_ms; /* encoded here, and how long that took with a core held */

    /* the taking thread's */
    int64_t look_at_ms;
    struct theirs *theirs; /* by number */
    bool has_refused;      /* one; logged once */

    atomic_int n_machines;
};

/* Pictures drawn: a frame of a transition shows two. */
static int *sharing_sizes(const struct timeline *timeline)
{
    int *sizes = mem_new_n((size_t)timeline->n_segments, int);

    for (int i = 0; i < timeline->n_segments; i++)
        sizes[i] = timeline->segments[i].n * (timeline->segments[i].is_transition ? 2 : 1);
    return sizes;
}

struct sharing *sharing_new(struct segments *all)
{
    const struct timeline *timeline = all->film->timeline;
    struct sharing *sharing;
    int first = 0;

    while (first < all->n && timeline->segments[first].first < timeline->fps)
        first++;
    if (first == all->n)
        return NULL;
    sharing = mem_new(struct sharing);
    sharing->parts = all->options.parts;
    sharing->sizes = sharing_sizes(timeline);
    sharing->plan = (struct video_plan){.n_scenes = timeline->n_scenes,
        .sounds = all->options.sounds,
        .first = first,
        .n = all->n,
        .sizes = sharing->sizes};
    sharing->theirs = mem_new_n((size_t)all->n, struct theirs);
    atomic_store(&sharing->n_machines, 1);
    return sharing;
}

void sharing_free(struct sharing *sharing)
{
    if (!sharing)
        return;
    free(sharing->theirs);
    free(sharing->sizes);
    free(sharing);
}

int sharing_machines(const struct sharing *sharing)
{
    return atomic_load(&sharing->n_machines);
}

/* --- errors of the store --- */

static void sharing_failed_locked(struct sharing *sharing, const struct error *err)
{
    if (!sharing->is_logged)
        log_warning("other machines can't help with a video now: %s", err->text);
    sharing->is_logged = true;
    sharing->is_open = sharing->has_none = false;
    sharing->alone_until_ms = clock_monotonic_ms() + ALONE_MS;
}

static bool sharing_is_alone(const struct sharing *sharing)
{
    return clock_monotonic_ms() < sharing->alone_until_ms;
}

/* --- the plan and claims --- */

/* Opens the plan, or claims one of its parts: 0, PARTS_E_NONE or an error.  Unlocks meanwhile. */
static int sharing_ask_locked(struct segments *all, int *ret_number)
{
    struct sharing *sharing = all->sharing;
    const struct video_parts *parts = sharing->parts;
    bool is_open = sharing->is_open;
    struct error err = {0};
    int rc;

    sharing->is_asking = true;
    pthread_mutex_unlock(&all->lock);
    rc = is_open ? parts->claim(parts->ctx, ret_number, &err)
                 : parts->open(parts->ctx, &sharing->plan, &err);
    pthread_mutex_lock(&all->lock);
    sharing->is_asking = false;
    pthread_cond_broadcast(&all->changed);
    if (rc < 0)
        sharing_failed_locked(sharing, &err);
    return rc;
}

/* Again after an error, on any thread: an encoder would come to it only after the first second. */
static void sharing_open_locked(struct segments *all)
{
    struct sharing *sharing = all->sharing;

    if (sharing->is_open || sharing->is_asking || sharing_is_alone(sharing) ||
        atomic_load(&all->stop))
        return;
    if (sharing_ask_locked(all, NULL) == 0) {
        sharing->is_open = true;
        sharing->is_logged = false;
    }
}

void sharing_open(struct segments *all)
{
    pthread_mutex_lock(&all->lock);
    sharing_open_locked(all);
    pthread_mutex_unlock(&all->lock);
}

static int sharing_claim_locked(struct segments *all)
{
    struct sharing *sharing = all->sharing;
    int number = 0, rc;

    sharing_open_locked(all);
    if (!sharing->is_open || sharing->is_asking)
        return SEGMENT_WAIT;
    rc = sharing_ask_locked(all, &number);
    if (rc < 0)
        return SEGMENT_WAIT;
    sharing->has_none = rc == PARTS_E_NONE;
    if (rc != 0 || number < 0 || number >= all->n || all->is_begun[number])
        return SEGMENT_WAIT; /* a segment may have been begun here while the store did not answer */
    return number;
}

/* The caller looks again after SEGMENT_WAIT only when something changes; a claim just changed it.
 */
int sharing_choose_locked(struct segments *all, int next)
{
    struct sharing *sharing = all->sharing;
    int number = SEGMENT_WAIT;

    if (next < sharing->plan.first)
        return next;
    while (number == SEGMENT_WAIT && !sharing->is_asking && !sharing->has_none &&
           !sharing_is_alone(sharing) && !atomic_load(&all->stop))
        number = sharing_claim_locked(all);
    if (number == SEGMENT_WAIT && sharing_is_alone(sharing))
        for (number = next; number < all->n && all->is_begun[number];)
            number++;
    return number < all->n ? number : SEGMENT_WAIT;
}

void sharing_measure_locked(struct sharing *sharing, int n_frames, int64_t ms)
{
    sharing->frames += n_frames;
    sharing->frames_ms += ms;
}

/* --- looking: the taking thread --- */

struct look {
    struct sharing *sharing;
    int next; /* the segment that is taken next */
    bool is_claimed, is_claimer_gone;
    int64_t claimed_ms; /* so long ago */
    int n_machines;
    uint64_t machines[MACHINES_MAX]; /* digests of their names */
};

static void sharing_see_machine(struct look *look, const char *name)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */

    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 1099511628211u;
    for (int i = 0; i < look->n_machines; i++)
        if (look->machines[i] == hash)
            return;
    if (look->n_machines < MACHINES_MAX)
        look->machines[look->n_machines++] = hash;
}

static void sharing_see(void *ctx, const struct video_part *part)
{
    struct look *look = ctx;
    struct theirs *theirs;

    if (part->number < 0 || part->number >= look->sharing->plan.n)
        return;
    theirs = &look->sharing->theirs[part->number];
    if (part->key && !theirs->is_made) {
        theirs->is_made = true;
        snprintf(theirs->key, sizeof theirs->key, "%s", part->key);
    }
    if (*part->machine && (part->claimed_ms < SEEN_MS || (!part->key && !part->is_claimer_gone)))
        sharing_see_machine(look, part->machine);
    if (part->number == look->next) {
        look->is_claimed = true;
        look->is_claimer_gone = part->is_claimer_gone;
        look->claimed_ms = part->claimed_ms;
    }
}

/* The time that the segment would take here; 0: not known. */
static int64_t sharing_usual_ms_locked(const struct segments *all, int number)
{
    const struct sharing *sharing = all->sharing;

    return sharing->frames
               ? sharing->frames_ms * all->film->timeline->segments[number].n / sharing->frames
               : 0;
}

static bool sharing_is_late_locked(const struct segments *all, const struct look *look)
{
    int64_t usual_ms = sharing_usual_ms_locked(all, look->next);
    int64_t late_ms = usual_ms ? LATE_FACTOR * usual_ms : LATE_ANY_MS;

    return look->is_claimed && (look->is_claimer_gone ||
                                   (look->claimed_ms > late_ms && look->claimed_ms > LATE_MIN_MS));
}

static bool sharing_is_theirs_locked(const struct segments *all)
{
    return all->sharing->is_open && all->taken >= all->sharing->plan.first &&
           !all->is_begun[all->taken];
}

/* Some encoder makes the next segment before all others. */
static void sharing_want_locked(struct segments *all)
{
    all->wanted = all->taken;
    pthread_cond_broadcast(&all->changed);
}

static void sharing_judge_locked(struct segments *all, const struct look *look)
{
    struct sharing *sharing = all->sharing;

    if (!sharing_is_theirs_locked(all) || sharing->theirs[look->next].is_made)
        return;
    if (!look->is_claimed && !sharing->is_asking) {
        /* Given back: to be claimed again.  If it can't be, it was claimed here by a call whose
         * answer was lost, and nobody makes it. */
        if (sharing->has_none || all->n_held >= all->window)
            sharing_want_locked(all);
        sharing->has_none = false;
        pthread_cond_broadcast(&all->changed);
    } else if (sharing_is_late_locked(all, look) && all->wanted != all->taken) {
        sharing->parts->count(sharing->parts->ctx, PART_TWICE);
        sharing_want_locked(all);
    }
}

static void sharing_look(struct segments *all)
{
    struct sharing *sharing = all->sharing;
    struct look look = {.sharing = sharing, .next = all->taken};
    struct error err;
    bool is_theirs;
    int rc = sharing->parts->read(sharing->parts->ctx, look.next, sharing_see, &look, &err);

    pthread_mutex_lock(&all->lock);
    if (rc < 0)
        sharing_failed_locked(sharing, &err);
    else
        sharing_judge_locked(all, &look);
    is_theirs = sharing_is_theirs_locked(all);
    pthread_cond_broadcast(&all->changed); /* the time alone may be over */
    pthread_mutex_unlock(&all->lock);
    atomic_store(&sharing->n_machines, 1 + look.n_machines);
    if (look.n_machines)
        film_share(all->film);
    sharing->look_at_ms = clock_monotonic_ms() + (is_theirs ? LOOK_SOON_MS : LOOK_MS);
}

static bool sharing_must_look(struct segments *all)
{
    struct sharing *sharing = all->sharing;
    bool must;

    pthread_mutex_lock(&all->lock);
    sharing_open_locked(all);
    must = sharing->is_open &&
           (clock_monotonic_ms() >= sharing->look_at_ms || sharing_is_theirs_locked(all)) &&
           !sharing->theirs[all->taken].is_made;
    pthread_mutex_unlock(&all->lock);
    return must;
}

/* --- taking from the others: the taking thread --- */

static void sharing_log_refused(struct sharing *sharing, int number)
{
    if (!sharing->has_refused)
        log_warning("segment %d: another machine made it from other files or with another engine, "
                    "so it is made here",
            number);
    sharing->has_refused = true;
}

/* Is it there, and is it what we would make?  Else `*ret_segment` stays NULL. */
static int sharing_find(
    struct segments *all, int number, struct segment **ret_segment, struct error *err)
{
    const struct timeline_segment *plan = &all->film->timeline->segments[number];
    const struct theirs *theirs = &all->sharing->theirs[number];
    char key[DIGEST_HEX_LEN + 1];
    struct buf data = {0};
    int rc = film_segment_key(all->film, plan, key, err);

    if (rc < 0)
        return rc;
    if (strcmp(key, theirs->key) != 0)
        sharing_log_refused(all->sharing, number);
    else if (cache_find(all->film->cache, key, &data) &&
             segment_unpack(data.data, data.len, ret_segment))
        segment_move(*ret_segment, plan->first);
    buf_free(&data);
    return *ret_segment ? film_thumbnail_write(all->film, plan->scene, err) : 0;
}

static void sharing_keep_locked(struct segments *all, int number, struct segment *segment)
{
    struct sharing *sharing = all->sharing;

    if (!segment) {
        sharing->theirs[number].is_refused = true;
        sharing->parts->count(sharing->parts->ctx, PART_REFUSED);
        sharing_want_locked(all);
        return;
    }
    sharing->parts->count(sharing->parts->ctx, PART_BY_OTHERS);
    if (all->done[number]) {
        segment_free(segment); /* an encoder here was faster */
        return;
    }
    all->done[number] = segment;
    if (all->is_begun[number])
        return; /* its encoder counts it, and ends its use of the pictures */
    all->is_begun[number] = true;
    all->n_held++;
    atomic_fetch_add(&all->frames_done, all->film->timeline->segments[number].n);
    film_segment_end(all->film, &all->film->timeline->segments[number]);
}

static int sharing_take(struct segments *all, struct error *err)
{
    struct segment *segment = NULL;
    int number = all->taken, rc = sharing_find(all, number, &segment, err);

    if (rc < 0) {
        segment_free(segment);
        return rc;
    }
    pthread_mutex_lock(&all->lock);
    sharing_keep_locked(all, number, segment);
    pthread_mutex_unlock(&all->lock);
    return 0;
}

int sharing_turn(struct segments *all, struct error *err)
{
    struct theirs *theirs = &all->sharing->theirs[all->taken];
    bool is_done;

    if (sharing_must_look(all))
        sharing_look(all);
    pthread_mutex_lock(&all->lock);
    is_done = all->done[all->taken] != NULL;
    pthread_mutex_unlock(&all->lock);
    return theirs->is_made && !theirs->is_refused && !is_done ? sharing_take(all, err) : 0;
}

int sharing_wait_ms(struct segments *all, int wait_ms)
{
    bool is_theirs;

    pthread_mutex_lock(&all->lock);
    is_theirs = sharing_is_theirs_locked(all);
    pthread_mutex_unlock(&all->lock);
    return is_theirs ? number_least(wait_ms, LOOK_SOON_MS) : wait_ms;
}
