/* exchange.h - what a process that decodes is asked, and what it answers: one message each way over
 * a socket pair (SOCK_SEQPACKET), with descriptors beside the question.  One thread at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "video/picture/picture.h"
#include "video/sound/sound_file.h"

/* The process finds its end of the pair here. */
enum { EXCHANGE_FD = 3 };

enum {
    EXCHANGE_NAME = 4096,   /* bytes of a file's name, with its NUL */
    EXCHANGE_PAIRS = 16384, /* left-right pairs of sound that an answer holds at most */
    EXCHANGE_TEXT = sizeof(((struct error *)0)->text),
    EXCHANGE_FDS = 2, /* descriptors with a question at most */
};

enum question_kind {
    QUESTION_PROBE,      /* picture_bytes_probe(); the file's bytes in a memfd */
    QUESTION_CHECK,      /* picture_bytes_check(); the same */
    QUESTION_DRAW,       /* picture_bytes_draw(); the same, and a memfd for the planes */
    QUESTION_SOUND_OPEN, /* sound_file_take(); the file, and a memfd of EXCHANGE_PAIRS pairs */
    QUESTION_SOUND_READ, /* sound_file_read() of that file, into that memfd */
    QUESTION_SOUND_CLOSE,
};

struct question {
    enum question_kind kind;
    char name[EXCHANGE_NAME];
    int64_t size;      /* bytes of the file */
    int width, height; /* QUESTION_DRAW */
    struct fit fit;    /* QUESTION_DRAW */
    int n;             /* QUESTION_SOUND_READ: pairs, up to EXCHANGE_PAIRS */
};

struct answer {
    int rc; /* of the function: 0, a number of pairs, or -ERR_… */
    char text[EXCHANGE_TEXT];
    char warnings[PICTURE_WARNINGS_MAX]; /* QUESTION_CHECK */
    struct fit fit;                      /* QUESTION_DRAW: what was done */
};

/* Sends `size` bytes and `n_fds` descriptors, which stay open here.  False: the other side is gone.
 * No signal. */
bool exchange_send(int socket, const void *message, size_t size, const int *fds, int n_fds);

/* Waits for a message of exactly `size` bytes.  `fds`: EXCHANGE_FDS descriptors that came with it
 * (-1: none), which the caller closes; NULL: none is taken.  False: the other side is gone, or sent
 * something else. */
bool exchange_receive(int socket, void *message, size_t size, int *fds);
