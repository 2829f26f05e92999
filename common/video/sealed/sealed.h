/* sealed.h - processes that may do nothing but one thing: started, asked, and ended.  Each is a
 * copy of this program's fork server (fork_server.h); it has no environment, no descriptor but its
 * end of a socket pair (exchange.h), and seals itself (seal.h) before it reads a question.
 *
 * Room: processes that may do nothing but one thing, and messages to them.
 * May use: base.
 * Used by: cli, fcgi, video, video/draw, video/language, video/media, video/voice. */
#pragma once

#include <stdatomic.h>
#include <sys/types.h>

#include "base/error.h"
#include "video/sealed/exchange.h"

/* --- CASECAST_SEAL --- */

enum sealed_choice {
    SEALED_OFF,     /* this process does the work: for programs that can't start another */
    SEALED_TRY,     /* in processes sealed as far as the kernel lets them */
    SEALED_REQUIRE, /* in sealed processes, or not at all */
};

/* For the whole process; once, before threads start.  `seal`: the value of CASECAST_SEAL.  Normally
 * off.  The program must ask child_is_wanted() first of all. */
void sealed_choose(const char *seal);
enum sealed_choice sealed_chosen(void);

/* --- a process --- */

/* What a process is for.  The words are those of errors. */
struct sealed_role {
    const char *name;          /* "decoder" */
    const char *process;       /* "its decoder" */
    const char *fault;         /* "damaged" */
    const char *work;          /* "decoding it" */
    const char *variables[10]; /* of the environment: what their lines begin with; ends with NULL */
};

struct sealed_one {
    const struct sealed_role *role;
    bool is_required;
    pid_t pid; /* 0: not known before the first question */
    int socket;
    int patience_s; /* for an answer */
};

/* Starts a process, and does not wait for it; it is sealed when it answers.  `role` must stay.
 * -ERR_LIMIT: none can be started. */
int sealed_start(const struct sealed_role *role, bool is_required, struct sealed_one *ret_one,
    struct error *err);

/* Ends the process at once. */
void sealed_end(struct sealed_one *one);

/* Ask, and wait for the answer.  `name`: what errors begin with.  Negative: there is none, and the
 * process has ended, or was ended, and may not be asked again.  -ERR_INPUT: the question ended it,
 * or took SEAL_PROCESSOR_SECONDS of processor time; -ERR_LIMIT: it can't be started, or was killed
 * from outside; -ERR_LIBRARY: the kernel refuses the seal; -ERR_CANCELED. */
int sealed_ask(struct sealed_one *one, const char *name, const void *question, size_t question_size,
    const int *fds, int n_fds, const atomic_bool *cancel, void *ret_answer, size_t answer_size,
    struct error *err);
/* The same with long messages.  The caller frees `ret_answer`, in any case. */
int sealed_ask_long(struct sealed_one *one, const char *name, const struct buf *question,
    const atomic_bool *cancel, struct buf *ret_answer, struct error *err);
