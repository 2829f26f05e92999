/* interrupt.c - see interrupt.h. */
#include "cli/create/interrupt.h"

#include <signal.h>
#include <stdbool.h>

#include "base/clock.h"

static atomic_bool cancel;     /* set by signals */
static atomic_int canceled_by; /* that signal */

enum { SAME_MS = 1000 };

/* The first signal cancels the work, a later one kills the process.  A second signal within SAME_MS
 * is ignored: timeout(1) signals the process and then its group. */
static void interrupt_on_signal(int number)
{
    static atomic_llong first_ms;
    long long now_ms = clock_monotonic_ms(), earlier_ms = 0;

    if (atomic_compare_exchange_strong(&first_ms, &earlier_ms, now_ms)) {
        atomic_store(&canceled_by, number);
        atomic_store(&cancel, true);
    } else if (now_ms - earlier_ms > SAME_MS) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

void interrupt_catch(void)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = interrupt_on_signal, .sa_flags = SA_RESTART};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&action.sa_mask, numbers[i]);
        sigaction(numbers[i], &action, NULL);
    }
}

const atomic_bool *interrupt_flag(void)
{
    return &cancel;
}

int interrupt_signal(void)
{
    return atomic_load(&canceled_by);
}
