/* media_private.h - what the files of media.h share. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "video/media/media.h"
#include "video/media/questions.h"
#include "video/sealed/sealed.h"

enum { MEDIA_IDLE = 16 };

struct media {
    int root_fd;
    enum sealed_choice seal;
    const atomic_bool *cancel; /* the caller's, or NULL */
    pthread_mutex_t lock;
    struct sealed_one idle[MEDIA_IDLE]; /* under lock */
    int n_idle;
};

/* Starts a decoder. */
int media_start(bool is_required, struct sealed_one *ret_one, struct error *err);
/* A decoder that nobody else uses; a new one if there is none.  -ERR_LIMIT: no process. */
int media_borrow(struct media *media, struct sealed_one *ret_one, struct error *err);
/* Asks it, and returns `ret_answer->rc`, with its text in `err`.  `*ret_is_alive`: false: it has
 * ended, and may not be returned. */
int media_ask(struct sealed_one *one, const struct question *question, const int *fds, int n_fds,
    const atomic_bool *cancel, struct answer *ret_answer, bool *ret_is_alive, struct error *err);
/* Back, for the next file. */
void media_return(struct media *media, struct sealed_one *one);

/* The name of a file in a question.  -ERR_INPUT: it is longer than any that can be opened. */
int media_name(struct question *question, const char *name, struct error *err);
