/* phrases.c - see phrases.h.
 *
 * Pango finds where lines and sentences may be broken: it implements Unicode's UAX 14 and 29, and
 * finds the words of Thai, which has no spaces. */
#include "video/language/phrases.h"

#include <pango/pango.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "case/spoken.h"
#include "video/language/abbreviation.h"
#include "video/language/direction.h"

/* Widths: a Latin letter is 2, a Chinese one 5. */
enum {
    NARROW = 2,
    WIDE = 5,
    PHRASE_MAX = NARROW * 84, /* two lines of 42 letters, as broadcasters' guidelines say */
    JOINED_MAX = NARROW * 70, /* of several sentences in one phrase */
    SHORT = NARROW * 30,      /* a sentence of this width is joined with its neighbour */
};

struct letter {
    gunichar c;
    int at; /* byte offset */
    int width;
    bool may_break;       /* a line may end before it */
    bool is_start;        /* of a sentence or a paragraph */
    bool is_base;         /* not a combining mark of the letter before */
    bool is_abbreviation; /* a full stop that ends no sentence */
};

struct text {
    const char *bytes;
    int n;                  /* letters */
    struct letter *letters; /* n + 1: the last one marks the end */
};

static int phrases_letter_width(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? WIDE : NARROW;
}

static bool phrases_is_space(gunichar c)
{
    return g_unichar_isspace(c) || c == '\n';
}

/* Keep "Mr." and the name behind it together. */
static void phrases_mark_abbreviations(struct text *text)
{
    struct letter *letters = text->letters;

    for (int i = 0; i < text->n; i++) {
        int next = i + 1;

        if (letters[i].c != '.' || !abbreviation_is(text->bytes, text->bytes + letters[i].at))
            continue;
        letters[i].is_abbreviation = true;
        while (phrases_is_space(letters[next].c))
            next++;
        for (int k = i + 1; k <= next; k++)
            letters[k].is_start = letters[k].may_break = false;
    }
}

static struct text phrases_read(const char *bytes)
{
    int n = (int)g_utf8_strlen(bytes, -1), at = 0;
    struct text text = {.bytes = bytes, .n = n, .letters = mem_new_n((size_t)n + 1, struct letter)};
    PangoLogAttr *attrs = mem_new_n((size_t)n + 1, PangoLogAttr);

    pango_get_log_attrs(bytes, (int)strlen(bytes), -1, NULL, attrs, n + 1);
    for (int i = 0; i <= n; i++) {
        gunichar c = i < n ? g_utf8_get_char(bytes + at) : 0;

        text.letters[i] = (struct letter){.c = c,
            .at = at,
            .width = c ? phrases_letter_width(c) : 0,
            .may_break = attrs[i].is_line_break,
            .is_start = attrs[i].is_sentence_boundary || attrs[i].is_mandatory_break,
            .is_base = attrs[i].is_cursor_position};
        if (c)
            at = (int)(g_utf8_next_char(bytes + at) - bytes);
    }
    free(attrs);
    phrases_mark_abbreviations(&text);
    return text;
}

/* A voice rests after these. */
static bool phrases_is_rest(gunichar c)
{
    return c < 0x80 ? c && strchr(",;:.!?", (int)c)
                    : c && g_utf8_strchr("…—–،؛؟।॥、。，；：！？։።፣፤", -1, c);
}

static bool phrases_is_full_stop(gunichar c)
{
    return c < 0x80 ? c && strchr(".!?", (int)c) : c && g_utf8_strchr("…؟।॥。！？։።", -1, c);
}

/* How long a character takes to say, in Latin letters: a Chinese one is a syllable, a digit about a
 * word, and a voice rests at punctuation. */
static double phrases_letter_weight(gunichar c, gunichar next)
{
    if (g_unichar_isdigit(c))
        return 6.5;
    if (phrases_is_rest(c) && (!next || phrases_is_space(next) || c >= 0x80))
        return phrases_is_full_stop(c) ? 5 : 3;
    if (g_unichar_isalpha(c))
        return g_unichar_iswide(c) ? 3 : 1;
    return g_unichar_ismark(c) ? 0.5 : 0;
}

static int phrases_width(const struct text *text, int from, int to)
{
    int width = 0;

    for (int i = from; i < to; i++)
        width += text->letters[i].width;
    return width;
}

/* Take white space off both ends. */
static void phrases_trim(const struct text *text, int *from, int *to)
{
    while (*from < *to && phrases_is_space(text->letters[*from].c))
        ++*from;
    while (*to > *from && phrases_is_space(text->letters[*to - 1].c))
        --*to;
}

/* The rest after letters from … to - 1, by their last punctuation mark.  Closing quotes and
 * brackets are skipped. */
static enum phrase_rest phrases_rest(const struct text *text, int from, int to)
{
    for (; to > from && g_unichar_ispunct(text->letters[to - 1].c); to--)
        if (!text->letters[to - 1].is_abbreviation && phrases_is_rest(text->letters[to - 1].c))
            return phrases_is_full_stop(text->letters[to - 1].c) ? PHRASE_STOP : PHRASE_COMMA;
    return PHRASE_GOES_ON;
}

static bool phrases_has_visible(const struct text *text, int from, int to)
{
    for (int i = from; i < to; i++)
        if (g_unichar_isgraph(text->letters[i].c) && text->letters[i].width)
            return true;
    return false;
}

/* Letters from … to - 1, trimmed, in one line: each run of white space becomes one space. */
static char *phrases_copy_line(const struct text *text, int from, int to)
{
    const struct letter *letters = text->letters;
    char *line = mem_new_n((size_t)(letters[to].at - letters[from].at) + 1, char), *out = line;

    for (int i = from; i < to; i++) {
        int len = letters[i + 1].at - letters[i].at;

        if (!phrases_is_space(letters[i].c)) {
            memcpy(out, text->bytes + letters[i].at, (size_t)len);
            out += len;
        } else if (!phrases_is_space(letters[i - 1].c)) /* never the first letter */
            *out++ = ' ';
    }
    return line;
}

/* The weight of what the voice says: it shortens an address (case/spoken.h). */
static double phrases_weight(const char *words)
{
    char *spoken = spoken_of(words);
    double weight = 0;

    for (const char *at = spoken; *at; at = g_utf8_next_char(at)) {
        const char *next = g_utf8_next_char(at);

        weight += phrases_letter_weight(g_utf8_get_char(at), *next ? g_utf8_get_char(next) : 0);
    }
    free(spoken);
    return weight;
}

/* The direction of the paragraph that a letter belongs to. */
static enum direction phrases_direction(const struct text *text, int letter)
{
    const char *start = text->bytes + text->letters[letter].at;

    while (start > text->bytes && start[-1] != '\n')
        start--;
    return direction_of(start, strcspn(start, "\n"));
}

static void phrases_add(const struct text *text, int from, int to, struct phrases *phrases)
{
    struct phrase phrase = {0};

    phrases_trim(text, &from, &to);
    if (!phrases_has_visible(text, from, to))
        return;
    phrase.text = direction_mark(phrases_direction(text, from), phrases_copy_line(text, from, to));
    phrase.weight = phrases_weight(phrase.text);
    phrase.rest = phrases_rest(text, from, to);
    phrases->list = mem_grow(phrases->list, (size_t)phrases->n + 1, sizeof phrase);
    phrases->list[phrases->n++] = phrase;
}

/* Where to split letters from … to - 1 so that about `wanted` of their width comes before: at the
 * nearest possible line break, where one after a comma counts as 20 letters nearer; between two
 * letters if there is no line break. */
static int phrases_best_break(const struct text *text, int from, int to, int wanted)
{
    int best = -1, best_cost = 0, width = text->letters[from].width, last = from + 1;

    for (int i = from + 1; i < to && width <= PHRASE_MAX; i++) {
        const struct letter *letter = &text->letters[i];
        int cost = abs(width - wanted);

        if (letter->is_base)
            last = i;
        if (phrases_rest(text, from, i - phrases_is_space(text->letters[i - 1].c)))
            cost -= NARROW * 20;
        if (letter->may_break && (best < 0 || cost < best_cost)) {
            best = i;
            best_cost = cost;
        }
        width += letter->width;
    }
    return best < 0 ? last : best;
}

/* Add letters from … to - 1 as the least number of phrases, of about equal width. */
static void phrases_add_sentence(const struct text *text, int from, int to, struct phrases *phrases)
{
    phrases_trim(text, &from, &to);
    for (;;) {
        int width = phrases_width(text, from, to), parts = (width + PHRASE_MAX - 1) / PHRASE_MAX;
        int at;

        if (parts <= 1)
            break;
        at = phrases_best_break(text, from, to, width / parts);
        phrases_add(text, from, at, phrases);
        from = at;
        phrases_trim(text, &from, &to);
    }
    phrases_add(text, from, to, phrases);
}

static int phrases_next_start(const struct text *text, int at)
{
    do
        at++;
    while (at < text->n && !text->letters[at].is_start);
    return at;
}

/* The end of the sentences that make one phrase: a short one ("Hold still!") is joined with the
 * next, as nobody can read a phrase that stands for a second. */
static int phrases_join_sentences(const struct text *text, int from)
{
    int to = phrases_next_start(text, from);

    while (to < text->n) {
        int more = phrases_next_start(text, to);
        int width = phrases_width(text, from, to), next = phrases_width(text, to, more);

        if ((width > SHORT && next > SHORT) || width + next > JOINED_MAX)
            break;
        to = more;
    }
    return to;
}

/* A copy, the caller's, in which a line break is a space, as for the voice; an empty line still
 * ends a paragraph. */
static char *phrases_join_lines(const char *bytes)
{
    char *copy = mem_copy(bytes);

    for (char *c = copy; *c; c++)
        if (*c == '\n' && c[1] != '\n' && (c == copy || c[-1] != '\n'))
            *c = ' ';
    return copy;
}

struct phrases phrases_of(const char *bytes)
{
    char *joined = phrases_join_lines(bytes);
    struct text text = phrases_read(joined);
    struct phrases phrases = {0};

    for (int from = 0; from < text.n;) {
        int to = phrases_join_sentences(&text, from);

        phrases_add_sentence(&text, from, to, &phrases);
        from = to;
    }
    free(text.letters);
    free(joined);
    return phrases;
}

void phrases_free(struct phrases *phrases)
{
    for (int i = 0; i < phrases->n; i++)
        free(phrases->list[i].text);
    free(phrases->list);
    *phrases = (struct phrases){0};
}
