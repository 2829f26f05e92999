/* phrases.h - a spoken text in pieces that can be read at a glance: at most two lines each, broken
 * where sentences end, else at a comma, else between words, in any script.  Any thread. */
#pragma once

/* What a voice does after it. */
enum phrase_rest { PHRASE_GOES_ON, PHRASE_COMMA, PHRASE_STOP };

struct phrase {
    char *text;    /* one line, no space at either end, never empty */
    double weight; /* how long it takes to say, in letters */
    enum phrase_rest rest;
};

struct phrases {
    int n;
    struct phrase *list;
};

/* `text` is valid UTF-8.  None if there is nothing to see in it. */
struct phrases phrases_of(const char *text);
void phrases_free(struct phrases *phrases);
