/* cores.c - see cores.h.  Locks of the open file description (F_OFD_SETLK): each thread opens the
 * file for itself, so threads exclude one another as processes do. */
#include "video/cores.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum {
    LINE = 0, /* the byte of whoever is next; those behind wait for that byte */
    WAIT_MS = 2,
};

int core_open(const char *path, int n, struct core *ret_core, struct error *err)
{
    *ret_core =
        (struct core){.fd = -1, .n = n < CORES_MAX ? n : CORES_MAX, .turn_ms = CORES_TURN_MS};
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

static struct flock lock_of(int byte, short type)
{
    return (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = byte, .l_len = 1};
}

static bool lock(const struct core *core, int byte)
{
    struct flock lock = lock_of(byte, F_WRLCK);

    return fcntl(core->fd, F_OFD_SETLK, &lock) == 0;
}

static void unlock(const struct core *core, int byte)
{
    struct flock lock = lock_of(byte, F_UNLCK);

    fcntl(core->fd, F_OFD_SETLK, &lock);
}

static bool is_locked_by_another(const struct core *core, int byte)
{
    struct flock lock = lock_of(byte, F_WRLCK);

    return fcntl(core->fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

/* Locks can be waited for without polling, but not while `stop` is watched, too. */
static bool wait_a_little(const atomic_bool *stop)
{
    const struct timespec span = {.tv_nsec = WAIT_MS * 1000000};

    nanosleep(&span, NULL);
    return !atomic_load_explicit(stop, memory_order_relaxed);
}

static bool take_a_free_one(struct core *core)
{
    for (int i = 1; i <= core->n && !core->held; i++)
        if (lock(core, i))
            core->held = i;
    return core->held;
}

bool core_take(struct core *core, const atomic_bool *stop)
{
    bool goes_on = true;

    if (core->fd < 0)
        return true;
    while (goes_on && !lock(core, LINE))
        goes_on = wait_a_little(stop);
    if (!goes_on)
        return false;
    while (goes_on && !take_a_free_one(core))
        goes_on = wait_a_little(stop);
    unlock(core, LINE);
    core->since_ms = clock_monotonic_ms();
    return goes_on;
}

bool core_keep(struct core *core, const atomic_bool *stop)
{
    if (core->fd < 0 || clock_monotonic_ms() - core->since_ms < core->turn_ms)
        return true;
    if (!is_locked_by_another(core, LINE)) {
        core->since_ms = clock_monotonic_ms();
        return true;
    }
    core_give(core);
    return core_take(core, stop);
}

void core_give(struct core *core)
{
    if (core->held)
        unlock(core, core->held);
    core->held = 0;
}
