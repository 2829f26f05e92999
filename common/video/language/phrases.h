/* phrases.h - splits a narration into phrases for subtitles: at most two lines each (84 Latin
 * letters or 33 Chinese ones), split where sentences end, else at a comma, else between words, in
 * any script.
 *
 * Thread-safety: any thread. */
#pragma once

/* How long the voice rests after a phrase: not at all, briefly, as after a sentence. */
enum phrase_rest { PHRASE_GOES_ON, PHRASE_COMMA, PHRASE_STOP };

struct phrase {
    char *text;    /* one line, no space at either end, never empty */
    double weight; /* how long it takes to say: in Latin letters */
    enum phrase_rest rest;
};

struct phrases {
    int n;
    struct phrase *list;
};

/* `text` is valid UTF-8.  No phrases (n 0) if nothing in it is visible.  The caller frees them. */
struct phrases phrases_of(const char *text);
void phrases_free(struct phrases *phrases); /* leaves an empty list */
