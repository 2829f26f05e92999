/* decoders.h - starts processes that decode, asks them, and ends them.  One thread at a time for
 * each. */
#pragma once

#include <stdatomic.h>
#include <sys/types.h>

#include "video/media/exchange.h"

struct decoders_one { /* a process */
    pid_t pid;
    int socket;
    int patience_s; /* for an answer */
};

/* Starts a process; it is sealed when it answers.  -ERR_LIMIT: none can be started. */
int decoders_start(bool is_required, struct decoders_one *ret_one, struct error *err);

/* Ends the process at once. */
void decoders_end(struct decoders_one *one);

/* Asks the question, and waits for the answer.  Returns `ret_answer->rc`, with its text in `err`.
 * `*ret_is_alive`: false: the process has ended, or was ended, and may not be asked again; then
 * the error says why. */
int decoders_ask(struct decoders_one *one, const struct question *question, const int *fds,
    int n_fds, const atomic_bool *cancel, struct answer *ret_answer, bool *ret_is_alive,
    struct error *err);
