/* progress.c - see progress.h. */
#include "video/watch/progress.h"

#include "base/clock.h"

/* Percent at which each stage begins, then the end. */
static const double begins[] = {0, 4, 97, 100};

const char *video_stage_name(enum video_stage stage)
{
    static const char *const names[] = {"reading", "encoding", "joining"};

    return names[stage];
}

void progress_start(struct progress *progress, const struct video_watch *watch)
{
    *progress = (struct progress){.watch = watch, .machines = 1};
}

static void progress_remember(struct progress *p, int64_t now_ms, int frame)
{
    int at = p->n_past++ % PROGRESS_PAST;

    p->past[at].ms = now_ms;
    p->past[at].frame = frame;
}

/* Encoded frames a second over the ring; 0: fewer than two reports. */
static double progress_speed(const struct progress *p)
{
    int n = p->n_past < PROGRESS_PAST ? p->n_past : PROGRESS_PAST;
    int newest, oldest;
    int64_t ms;

    if (n < 2)
        return 0;
    newest = (p->n_past - 1) % PROGRESS_PAST;
    oldest = (p->n_past - n) % PROGRESS_PAST;
    ms = p->past[newest].ms - p->past[oldest].ms;
    return ms > 0 ? (p->past[newest].frame - p->past[oldest].frame) * 1000.0 / (double)ms : 0;
}

static void progress_report(struct progress *p, int frame, int n_frames)
{
    double fps = p->stage == VIDEO_ENCODING ? progress_speed(p) : 0;
    struct video_progress report = {.stage = p->stage,
        .percent = p->percent,
        .frame = frame,
        .n_frames = n_frames,
        .fps = fps,
        .machines = p->machines,
        .left_ms = fps > 0 ? (int64_t)((n_frames - frame) * 1000.0 / fps) : -1};

    if (p->stage == VIDEO_JOINING)
        report.left_ms = 0;
    p->watch->progress(p->watch->ctx, &report);
}

void progress_at(struct progress *p, enum video_stage stage, double share, int frame, int n_frames)
{
    int64_t now_ms = clock_monotonic_ms();
    double percent = begins[stage] + (begins[stage + 1] - begins[stage]) * (share > 1 ? 1 : share);

    if (p->reported_ms && stage == p->stage && now_ms - p->reported_ms < PROGRESS_MS)
        return;
    p->reported_ms = now_ms;
    p->stage = stage;
    p->percent = percent > p->percent ? percent : p->percent;
    if (stage == VIDEO_ENCODING)
        progress_remember(p, now_ms, frame);
    if (p->watch->progress)
        progress_report(p, frame, n_frames);
}

void progress_end(struct progress *p, int n_frames)
{
    p->reported_ms = 0;
    progress_at(p, VIDEO_JOINING, 1, n_frames, n_frames);
}
