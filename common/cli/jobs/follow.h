/* follow.h - a job that any process makes, looked at until it ends.  Main thread. */
#pragma once

#include "cli/command/command.h"

/* Set `config`, `id` and `prints_events`; the rest is zeroed.  follow_end() frees it. */
struct follow {
    const struct config *config;
    const char *id;
    bool prints_events;  /* with --json: a line each */
    struct store *store; /* NULL: to be opened */
    uint64_t after;      /* the last event that was read */
    struct meter meter;
    struct job job; /* as it was last read */
    int failures;   /* looks, one after the other */
};

enum { FOLLOW_E_GOES_ON = 1, FOLLOW_MS = 250 /* between two looks */ };

void follow_start(struct follow *follow);
/* Reads the job and shows its progress.  0: it has ended, and all its events were read.
 * FOLLOW_E_GOES_ON, also while the database can't be read for half a minute. */
int follow_look(struct follow *follow, struct error *err);
void follow_end(struct follow *follow);
