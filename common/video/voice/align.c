/* align.c - see align.h.
 *
 * Dynamic programming: an anchor lays the end of a phrase on a pause, and the cheapest chain of
 * anchors from the start of the sound to its end is taken.  A link costs the square of the
 * difference between its time and the time that its letters need; a long pause lowers the cost. */
#include "video/voice/align.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum {
    CANDIDATES_MAX = 60, /* pauses tried for one end: bounds the work, whatever the sound */
    SKIPS_MAX = 3,       /* consecutive ends that are laid on no pause */
};

struct anchor {
    int phrase;               /* that ends here; -1: the start of the sound */
    int64_t start_ms, end_ms; /* of the pause */
    double letters;           /* from the start of the text */
    double cost;              /* of the cheapest chain up to here */
    int before;               /* the anchor before it in that chain; -1: none */
};

struct chain {
    const struct phrases *phrases;
    const struct pauses *pauses;
    int64_t total_ms;
    double letter_ms; /* the mean time of a letter */
    int n;
    struct anchor *anchors;
};

static double align_link_cost(
    const struct chain *chain, const struct anchor *a, const struct anchor *b)
{
    double expected = (b->letters - a->letters) * chain->letter_ms;
    double error = ((double)(b->start_ms - a->end_ms) - expected) / (0.15 * expected + 150);

    return error * error;
}

/* How much a pause lowers the cost: a longer one more, a full stop's up to twice as much as a
 * comma's. */
static double align_pause_bonus(const struct pause *pause, enum phrase_rest rest)
{
    double most = rest == PHRASE_STOP ? 6 : 3;

    return fmin((double)(pause->end_ms - pause->start_ms) / 60, most);
}

/* Appends `anchor` behind the anchor that makes its chain cheapest, of the `ends_back` ends before
 * it; drops it if there is none.  `bonus` is taken off its cost. */
static void align_add(struct chain *chain, struct anchor anchor, double bonus, int ends_back)
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
        cost = a->cost + align_link_cost(chain, a, &anchor);
        if (cost < best) {
            best = cost;
            anchor.before = i;
        }
    }
    if (best == DBL_MAX)
        return;
    anchor.cost = best - bonus;
    chain->anchors = mem_grow(chain->anchors, (size_t)chain->n + 1, sizeof *chain->anchors);
    chain->anchors[chain->n++] = anchor;
}

/* The index of the first pause that starts at `ms` or later. */
static int align_pause_from(const struct pauses *pauses, int64_t ms)
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

/* Adds anchors for the end of phrase `i`, at the pauses around the time that `letters` (up to
 * there) give. */
static void align_add_end(struct chain *chain, int i, double letters)
{
    const struct phrase *phrase = &chain->phrases->list[i];
    int middle = align_pause_from(chain->pauses, (int64_t)(letters * chain->letter_ms));
    int first = middle > CANDIDATES_MAX / 2 ? middle - CANDIDATES_MAX / 2 : 0;

    for (int k = first; k < chain->pauses->n && k < first + CANDIDATES_MAX; k++) {
        const struct pause *pause = &chain->pauses->list[k];
        struct anchor anchor = {
            .phrase = i, .start_ms = pause->start_ms, .end_ms = pause->end_ms, .letters = letters};

        if (pause->end_ms < chain->total_ms)
            align_add(chain, anchor, align_pause_bonus(pause, phrase->rest), SKIPS_MAX);
    }
}

static void align_build(struct chain *chain)
{
    const struct phrases *phrases = chain->phrases;
    double letters = 0;

    chain->anchors = mem_new(struct anchor);
    chain->anchors[chain->n++] = (struct anchor){.phrase = -1, .before = -1};
    for (int i = 0; i < phrases->n - 1; i++) {
        letters += phrases->list[i].weight;
        if (phrases->list[i].rest != PHRASE_GOES_ON)
            align_add_end(chain, i, letters);
    }
    letters += phrases->list[phrases->n - 1].weight;
    align_add(chain,
        (struct anchor){.phrase = phrases->n - 1,
            .start_ms = chain->total_ms,
            .end_ms = chain->total_ms,
            .letters = letters},
        0, phrases->n + 1);
}

/* Phrases `first` to `last` share the time from the start of the one to the end of the other by
 * their letters. */
static void align_share(const struct phrases *phrases, struct spoken *spoken, int first, int last)
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
    align_build(&chain);
    spoken[last].end_ms = total_ms;
    for (int at = chain.anchors[chain.n - 1].before; at > 0; at = chain.anchors[at].before) {
        const struct anchor *anchor = &chain.anchors[at];

        spoken[anchor->phrase].end_ms = anchor->start_ms;
        spoken[anchor->phrase + 1].start_ms = anchor->end_ms;
        align_share(phrases, spoken, anchor->phrase + 1, last);
        last = anchor->phrase;
    }
    align_share(phrases, spoken, 0, last);
    free(chain.anchors);
    return spoken;
}
