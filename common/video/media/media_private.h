/* media_private.h - what the files of media.h share. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "video/media/decoders.h"
#include "video/media/media.h"

/* Who decodes; CASECAST_SEAL. */
enum media_seal {
    MEDIA_SEAL_OFF,     /* this process: for programs that can't start a decoder */
    MEDIA_SEAL_TRY,     /* decoders, sealed as far as the kernel lets them */
    MEDIA_SEAL_REQUIRE, /* sealed decoders, or nothing */
};

enum { MEDIA_IDLE = 16 };

struct media {
    int root_fd;
    enum media_seal seal;
    const atomic_bool *cancel; /* the caller's, or NULL */
    pthread_mutex_t lock;
    struct decoders_one idle[MEDIA_IDLE]; /* under lock */
    int n_idle;
};

/* A decoder that nobody else uses; a new one if there is none.  -ERR_LIMIT: no process. */
int media_borrow(struct media *media, struct decoders_one *ret_one, struct error *err);
/* Back, for the next file. */
void media_return(struct media *media, struct decoders_one *one);

/* The name of a file in a question.  -ERR_INPUT: it is longer than any that can be opened. */
int media_name(struct question *question, const char *name, struct error *err);
