/* hook_answer.c - see hook_answer.h. */
#include "hooks/hook_answer.h"

#include "base/number.h"

enum hook_answer hook_answer_of(long status)
{
    if (status >= 200 && status <= 299)
        return HOOK_TAKEN;
    return status == 410 ? HOOK_GONE : HOOK_REFUSED;
}

int64_t hook_pause_ms(int attempt, uint32_t chance, int64_t asked_s)
{
    int doublings = number_clamp(attempt - 1, 0, 20);
    int64_t pause = number_least_64((int64_t)HOOK_PAUSE_FIRST_MS << doublings, HOOK_PAUSE_MOST_MS);
    int64_t asked = asked_s < HOOK_ASKED_MOST_MS / 1000 ? asked_s * 1000 : HOOK_ASKED_MOST_MS;

    pause += pause / 2 * (int64_t)(chance % 1001) / 1000 - pause / 4;
    return pause > asked ? pause : asked;
}
