/* align.c - see align.h.
 *
 * Dynamic programming: an anchor lays the end of a phrase on a pause; the cheapest chain of anchors
 * from the start of the sound to its end is taken.  A link costs the square of how far its time is
 * from what its letters say, and a long pause is worth something. */
#include "video/voice/align.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    NEAR_MAX = 60, /* pauses considered for one end: bounds the work, whatever the sound */
    SKIPS_MAX = 3, /* ends in a row that find no pause */
};

struct anchor {
    int phrase; /* -1: the start */
    int64_t start_ms, end_ms;
    double letters; /* up to here */
    double cost;
    int before; /* anchor; -1: none */
};

struct chain {
    const struct phrases *phrases;
    const struct pauses *pauses;
    int64_t total_ms;
    double letter_ms;
    int n;
    struct anchor *anchors;
};

static double link_cost(const struct chain *chain, const struct anchor *a, const struct anchor *b)
{
    double expected = (b->letters - a->letters) * chain->letter_ms;
    double off = ((double)(b->start_ms - a->end_ms) - expected) / (0.15 * expected + 150);

    return off * off;
}

/* A full stop asks for a long pause, a comma is content with a short one. */
static double worth_of(const struct pause *pause, enum phrase_rest rest)
{
    double most = rest == PHRASE_STOP ? 6 : 3;

    return fmin((double)(pause->end_ms - pause->start_ms) / 60, most);
}

/* Appends `anchor` behind the best of those before it; drops it if there is none. */
static void add(struct chain *chain, struct anchor anchor, double worth, int ends_back)
{
    double best = DBL_MAX;

    for (int i = chain->n - 1, last = -2, seen = 0; i >= 0; i--) {
        const struct anchor *a = &chain->anchors[i];
        double cost;

        if (a->phrase == anchor.phrase || a->end_ms > anchor.start_ms)
            continue;
        if (a->phrase != last && ++seen > ends_back)
            break;
        last = a->phrase;
        cost = a->cost + link_cost(chain, a, &anchor);
        if (cost < best) {
            best = cost;
            anchor.before = i;
        }
    }
    if (best == DBL_MAX)
        return;
    anchor.cost = best - worth;
    chain->anchors = mem_grow(chain->anchors, (size_t)chain->n + 1, sizeof *chain->anchors);
    chain->anchors[chain->n++] = anchor;
}

/* The index of the first pause that starts at `ms` or later. */
static int pause_from(const struct pauses *pauses, int64_t ms)
{
    int low = 0, high = pauses->n;

    while (low < high) {
        int middle = (low + high) / 2;

        if (pauses->list[middle].start_ms < ms)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Anchors for the end of phrase `i`, at the pauses around where all letters say it is. */
static void add_end(struct chain *chain, int i, double letters)
{
    const struct phrase *phrase = &chain->phrases->list[i];
    int middle = pause_from(chain->pauses, (int64_t)(letters * chain->letter_ms));
    int first = middle > NEAR_MAX / 2 ? middle - NEAR_MAX / 2 : 0;

    for (int k = first; k < chain->pauses->n && k < first + NEAR_MAX; k++) {
        const struct pause *pause = &chain->pauses->list[k];
        struct anchor anchor = {
            .phrase = i, .start_ms = pause->start_ms, .end_ms = pause->end_ms, .letters = letters};

        if (pause->end_ms < chain->total_ms)
            add(chain, anchor, worth_of(pause, phrase->rest), SKIPS_MAX);
    }
}

static void build(struct chain *chain)
{
    const struct phrases *phrases = chain->phrases;
    double letters = 0;

    chain->anchors = mem_new(struct anchor);
    chain->anchors[chain->n++] = (struct anchor){.phrase = -1, .before = -1};
    for (int i = 0; i < phrases->n - 1; i++) {
        letters += phrases->list[i].weight;
        if (phrases->list[i].rest != PHRASE_GOES_ON)
            add_end(chain, i, letters);
    }
    letters += phrases->list[phrases->n - 1].weight;
    add(chain,
        (struct anchor){.phrase = phrases->n - 1,
            .start_ms = chain->total_ms,
            .end_ms = chain->total_ms,
            .letters = letters},
        0, phrases->n + 1);
}

/* Phrases first … last fill the time from the one's start to the other's end by their letters. */
static void share_out(const struct phrases *phrases, struct spoken *spoken, int first, int last)
{
    int64_t from_ms = spoken[first].start_ms, len_ms = spoken[last].end_ms - from_ms;
    double sum = 0, so_far = 0;

    for (int i = first; i <= last; i++)
        sum += phrases->list[i].weight;
    for (int i = first; i < last; i++) {
        so_far += phrases->list[i].weight;
        spoken[i].end_ms = from_ms + (int64_t)((double)len_ms * (sum > 0 ? so_far / sum : 1));
        spoken[i + 1].start_ms = spoken[i].end_ms;
    }
}

struct spoken *align_phrases(
    const struct phrases *phrases, const struct pauses *pauses, int64_t total_ms)
{
    struct spoken *spoken = mem_new_n((size_t)phrases->n, struct spoken);
    struct chain chain = {.phrases = phrases, .pauses = pauses, .total_ms = total_ms};
    double letters = 0;
    int last = phrases->n - 1;

    for (int i = 0; i < phrases->n; i++)
        letters += phrases->list[i].weight;
    chain.letter_ms = letters > 0 ? (double)total_ms / letters : 0;
    build(&chain);
    spoken[last].end_ms = total_ms;
    for (int at = chain.anchors[chain.n - 1].before; at > 0; at = chain.anchors[at].before) {
        const struct anchor *anchor = &chain.anchors[at];

        spoken[anchor->phrase].end_ms = anchor->start_ms;
        spoken[anchor->phrase + 1].start_ms = anchor->end_ms;
        share_out(phrases, spoken, anchor->phrase + 1, last);
        last = anchor->phrase;
    }
    share_out(phrases, spoken, 0, last);
    free(chain.anchors);
    return spoken;
}
