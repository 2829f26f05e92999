/* questions.h - what a process that decodes is asked, and what it answers: one message each way
 * (exchange.h), with descriptors beside the question. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "video/picture/picture.h"
#include "video/sealed/exchange.h"
#include "video/sound/sound_file.h"

enum {
    EXCHANGE_NAME = 4096,   /* bytes of a file's name, with its NUL */
    EXCHANGE_PAIRS = 16384, /* left-right pairs of sound that an answer holds at most */
    EXCHANGE_TEXT = sizeof(((struct error *)0)->text),
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
