/* progress.c - see progress.h. */
#include "video/watch/progress.h"

#include "base/clock.h"

/* Percent at which a stage begins; the last is the end. */
static const double begins[] = {0, 4, 97, 100};

const char *video_stage_name(enum video_stage stage)
{
    static const char *const names[] = {"reading", "encoding", "joining"};

    return names[stage];
}

void progress_start(struct progress *progress, const struct video_watch *watch)
{
    *progress = (struct progress){.watch = watch};
}

static void remember(struct progress *p, int64_t now_ms, int frame)
{
    int at = p->n_past++ % PROGRESS_PAST;

    p->past[at].ms = now_ms;
    p->past[at].frame = frame;
}

/* Frames a second over the remembered past; 0: too little of it. */
static double speed(const struct progress *p)
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

static void tell(struct progress *p, int frame, int n_frames)
{
    double fps = p->stage == VIDEO_ENCODING ? speed(p) : 0;
    struct video_progress note = {.stage = p->stage,
        .percent = p->percent,
        .frame = frame,
        .n_frames = n_frames,
        .fps = fps,
        .left_ms = fps > 0 ? (int64_t)((n_frames - frame) * 1000.0 / fps) : -1};

    if (p->stage == VIDEO_JOINING)
        note.left_ms = 0;
    p->watch->progress(p->watch->ctx, &note);
}

void progress_at(struct progress *p, enum video_stage stage, double share, int frame, int n_frames)
{
    int64_t now_ms = clock_monotonic_ms();
    double percent = begins[stage] + (begins[stage + 1] - begins[stage]) * (share > 1 ? 1 : share);

    if (p->told_ms && stage == p->stage && now_ms - p->told_ms < PROGRESS_MS)
        return;
    p->told_ms = now_ms;
    p->stage = stage;
    p->percent = percent > p->percent ? percent : p->percent;
    if (stage == VIDEO_ENCODING)
        remember(p, now_ms, frame);
    if (p->watch->progress)
        tell(p, frame, n_frames);
}

void progress_end(struct progress *p, int n_frames)
{
    p->told_ms = 0;
    progress_at(p, VIDEO_JOINING, 1, n_frames, n_frames);
}
