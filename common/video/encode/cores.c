/* cores.c - see cores.h.  Locks of the open file description (F_OFD_SETLK): each thread opens the
 * file for itself, so threads exclude one another as processes do. */
#include "video/encode/cores.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    CORES = 1,                 /* the first core's lock, as 0 is none */
    LINES = CORES + CORES_MAX, /* for each rank, of whoever is next; those behind wait for it */
    LINE_LOCKS = (CORES_LOCKS - LINES) / (CORE_NEXT + 1),
    WAIT_MS = 2,
    MARK_MS = 100,
};

int core_open(const char *path, int n, struct core *ret_core, struct error *err)
{
    *ret_core =
        (struct core){.fd = -1, .n = n < CORES_MAX ? n : CORES_MAX, .still_ms = CORES_STILL_MS};
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

static struct flock lock_of(int number, short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = number, .l_len = 1};
}

static bool lock(const struct core *core, int number)
{
    struct flock lock = lock_of(number, F_WRLCK);

    return fcntl(core->fd, F_OFD_SETLK, &lock) == 0;
}

static void unlock(const struct core *core, int number)
{
    struct flock lock = lock_of(number, F_UNLCK);

    fcntl(core->fd, F_OFD_SETLK, &lock);
}

static bool is_locked_by_another(const struct core *core, int number)
{
    struct flock lock = lock_of(number, F_WRLCK);

    return fcntl(core->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* --- marks --- */

/* The time, since that is another one each time; nobody compares it with a clock.  Where it can't
 * be written (a full disk) the lock counts less, and nothing else goes wrong. */
static void mark(struct core *core, int number)
{
    int64_t now_ns = clock_monotonic_ns();

    core->marked_ms = now_ns / 1000000;
    if (pwrite(core->fd, &now_ns, sizeof now_ns, (off_t)number * (off_t)sizeof now_ns) < 0)
        core->marked_ms = 0;
}

static void mark_now_and_then(struct core *core, int number)
{
    if (clock_monotonic_ms() - core->marked_ms >= MARK_MS)
        mark(core, number);
}

/* Of a lock that another one holds.  Each looks for itself how long the mark has stood. */
static bool stands_still(struct core *core, int number)
{
    int64_t now_ms = clock_monotonic_ms(), mark = 0;

    if (pread(core->fd, &mark, sizeof mark, (off_t)number * (off_t)sizeof mark) < 0)
        return false;
    if (core->seen[number].mark != mark || !core->seen[number].since_ms) {
        core->seen[number].mark = mark;
        core->seen[number].since_ms = now_ms;
    }
    return now_ms - core->seen[number].since_ms >= core->still_ms;
}

/* One of `n` locks from `first` on, and one more for each of them that stands still.  0: none is
 * free. */
static int take_one(struct core *core, int first, int n, int most)
{
    for (int i = first; i < first + n; i++) {
        if (lock(core, i)) {
            mark(core, i);
            return i;
        }
        if (stands_still(core, i) && n < most)
            n++;
    }
    return 0;
}

/* Locks can be waited for without polling, but not while `stop` and marks are watched, too. */
static bool wait_a_little(const atomic_bool *stop)
{
    const struct timespec span = {.tv_nsec = WAIT_MS * 1000000};

    nanosleep(&span, NULL);
    return !atomic_load_explicit(stop, memory_order_relaxed);
}

/* --- turns --- */

static int line_of(enum core_rank rank)
{
    return LINES + (int)rank * LINE_LOCKS;
}

static bool somebody_waits(struct core *core, enum core_rank rank)
{
    int number = line_of(rank), end = number + LINE_LOCKS;

    while (number < end && is_locked_by_another(core, number)) {
        if (!stands_still(core, number))
            return true;
        number++;
    }
    return false;
}

static bool is_first_in_line(struct core *core)
{
    for (enum core_rank rank = CORE_FIRST; rank < core->rank; rank++)
        if (somebody_waits(core, rank))
            return false;
    return true;
}

static bool take_a_core(struct core *core)
{
    core->held = is_first_in_line(core) ? take_one(core, CORES, core->n, CORES_MAX) : 0;
    return core->held;
}

bool core_take(struct core *core, enum core_rank rank, const atomic_bool *stop)
{
    bool goes_on = true;
    int line = 0;

    if (core->fd < 0)
        return true;
    core->rank = rank;
    while (goes_on && !(line = take_one(core, line_of(rank), 1, LINE_LOCKS)))
        goes_on = wait_a_little(stop);
    while (goes_on && !take_a_core(core)) {
        mark_now_and_then(core, line);
        goes_on = wait_a_little(stop);
    }
    if (line)
        unlock(core, line);
    return goes_on;
}

bool core_keep(struct core *core, const atomic_bool *stop)
{
    if (core->fd < 0)
        return true;
    mark_now_and_then(core, core->held);
    if (core->rank == CORE_FIRST || !somebody_waits(core, CORE_FIRST) ||
        somebody_waits(core, CORE_AGAIN))
        return true;
    core_give(core);
    return core_take(core, CORE_AGAIN, stop);
}

void core_give(struct core *core)
{
    if (core->held)
        unlock(core, core->held);
    core->held = 0;
}
