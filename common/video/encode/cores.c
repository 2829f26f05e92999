/* cores.c - see cores.h.  Locks belong to the open file description (F_OFD_SETLK), and each thread
 * opens the file for itself: so threads exclude one another as processes do.
 *
 * Byte i of the file is lock i: first the cores, then QUEUE_LOCKS for each rank.  Only the head of
 * a queue holds its lock and tries for a core; the others try for that lock.  The heartbeat of lock
 * i is the i-th 64-bit number of the file. */
#include "video/encode/cores.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    CORES = 1,                  /* lock of the first core; 0 is none */
    QUEUES = CORES + CORES_MAX, /* lock of the first queue */
    QUEUE_LOCKS = (CORES_LOCKS - QUEUES) / (CORE_NORMAL + 1),
    WAIT_MS = 2,
    BEAT_MS = 100,
};

int core_open(const char *path, int n, struct core *ret_core, struct error *err)
{
    *ret_core =
        (struct core){.fd = -1, .n = n < CORES_MAX ? n : CORES_MAX, .stale_ms = CORES_STALE_MS};
    if (!path)
        return 0;
    ret_core->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (ret_core->fd < 0)
        return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    return 0;
}

void core_close(struct core *core)
{
    if (core->fd >= 0)
        close(core->fd);
    core->fd = -1;
}

/* --- locks --- */

static struct flock core_flock(int number, short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};
}

static bool core_try_lock(const struct core *core, int number)
{
    struct flock lock = core_flock(number, F_WRLCK);

    return fcntl(core->fd, F_OFD_SETLK, &lock) == 0;
}

static void core_unlock(const struct core *core, int number)
{
    struct flock lock = core_flock(number, F_UNLCK);

    fcntl(core->fd, F_OFD_SETLK, &lock);
}

static bool core_is_locked(const struct core *core, int number)
{
    struct flock lock = core_flock(number, F_WRLCK);

    return fcntl(core->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* --- heartbeats --- */

/* The value is the time only because that is new each time; no process compares it with its clock.
 * If it can't be written (a full disk), the lock becomes stale: more encoders may work at once. */
static void core_beat(struct core *core, int number)
{
    int64_t now_ns = clock_monotonic_ns();

    core->beat_ms = now_ns / 1000000;
    if (pwrite(core->fd, &now_ns, sizeof now_ns, (off_t)number * (off_t)sizeof now_ns) < 0)
        core->beat_ms = 0;
}

static void core_beat_if_due(struct core *core, int number)
{
    if (clock_monotonic_ms() - core->beat_ms >= BEAT_MS)
        core_beat(core, number);
}

/* Is the heartbeat of a lock that another thread holds stale?  Measured from when we first saw its
 * value. */
static bool core_is_stale(struct core *core, int number)
{
    int64_t now_ms = clock_monotonic_ms(), beat = 0;

    if (pread(core->fd, &beat, sizeof beat, (off_t)number * (off_t)sizeof beat) < 0)
        return false;
    if (core->seen[number].beat != beat || !core->seen[number].since_ms) {
        core->seen[number].beat = beat;
        core->seen[number].since_ms = now_ms;
    }
    return now_ms - core->seen[number].since_ms >= core->stale_ms;
}

/* Lock one of the `n` locks from `first` on, and of one more (up to `most`) for each stale one.  0:
 * none is free. */
static int core_lock_any(struct core *core, int first, int n, int most)
{
    for (int i = first; i < first + n; i++) {
        if (core_try_lock(core, i)) {
            core_beat(core, i);
            return i;
        }
        if (core_is_stale(core, i) && n < most)
            n++;
    }
    return 0;
}

/* Polling: F_OFD_SETLKW would block without a look at `stop` and at heartbeats. */
static bool core_wait(const atomic_bool *stop)
{
    const struct timespec span = {.tv_nsec = WAIT_MS * 1000000};

    nanosleep(&span, NULL);
    return !atomic_load_explicit(stop, memory_order_relaxed);
}

/* --- queues --- */

/* The lock of the queue's head. */
static int core_queue(enum core_rank rank)
{
    return QUEUES + (int)rank * QUEUE_LOCKS;
}

static bool core_has_waiting(struct core *core, enum core_rank rank)
{
    int number = core_queue(rank), end = number + QUEUE_LOCKS;

    while (number < end && core_is_locked(core, number)) {
        if (!core_is_stale(core, number))
            return true;
        number++;
    }
    return false;
}

static bool core_is_next(struct core *core)
{
    for (enum core_rank rank = CORE_FIRST_SECOND; rank < core->rank; rank++)
        if (core_has_waiting(core, rank))
            return false;
    return true;
}

static bool core_try_acquire(struct core *core)
{
    core->held = core_is_next(core) ? core_lock_any(core, CORES, core->n, CORES_MAX) : 0;
    return core->held;
}

bool core_acquire(struct core *core, enum core_rank rank, const atomic_bool *stop)
{
    bool is_running = true;
    int queue = 0;

    if (core->fd < 0)
        return true;
    core->rank = rank;
    while (is_running && !(queue = core_lock_any(core, core_queue(rank), 1, QUEUE_LOCKS)))
        is_running = core_wait(stop);
    while (is_running && !core_try_acquire(core)) {
        core_beat_if_due(core, queue);
        is_running = core_wait(stop);
    }
    if (queue)
        core_unlock(core, queue);
    return is_running;
}

/* --- spare cores --- */

static bool core_is_wanted(struct core *core)
{
    for (enum core_rank rank = CORE_FIRST_SECOND; rank <= CORE_NORMAL; rank++)
        if (core_has_waiting(core, rank))
            return true;
    return false;
}

/* A stale lock is not replaced: its holder may wake, and what is spare is not needed. */
static bool core_try_spare(struct core *core)
{
    core->held = core_is_wanted(core) ? 0 : core_lock_any(core, CORES, core->n, core->n);
    return core->held;
}

bool core_take_spare(struct core *core)
{
    core->rank = CORE_SPARE;
    core->waited_ms = 0;
    return core->fd >= 0 && core_try_spare(core);
}

/* If it does not come back soon, another machine makes the segment sooner. */
static bool core_yield_spare(struct core *core, const atomic_bool *stop)
{
    int64_t since_ms = clock_monotonic_ms() - core->waited_ms;

    if (!core_is_wanted(core))
        return true;
    core_release(core);
    while (core->waited_ms < CORES_SPARE_MS && core_wait(stop)) {
        if (core_try_spare(core))
            return true;
        core->waited_ms = clock_monotonic_ms() - since_ms;
    }
    return false;
}

/* --- a core that is held --- */

bool core_yield(struct core *core, const atomic_bool *stop)
{
    if (core->fd < 0)
        return true;
    core_beat_if_due(core, core->held);
    if (core->rank == CORE_SPARE)
        return core_yield_spare(core, stop);
    if (core->rank == CORE_FIRST_SECOND || !core_has_waiting(core, CORE_FIRST_SECOND) ||
        core_has_waiting(core, CORE_RESUMED))
        return true;
    core_release(core);
    return core_acquire(core, CORE_RESUMED, stop);
}

void core_release(struct core *core)
{
    if (core->held)
        core_unlock(core, core->held);
    core->held = 0;
}
