/* phrases.c - see phrases.h.
 *
 * Where lines and sentences may be broken is Unicode's to say (UAX 14 and 29), and Pango knows it,
 * Thai without spaces included. */
#include "video/language/phrases.h"

#include <pango/pango.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "case/spoken.h"
#include "video/language/abbreviation.h"
#include "video/language/direction.h"

/* Widths are in half columns: a Latin letter is 2, a Chinese one 5. */
enum {
    NARROW = 2,
    WIDE = 5,
    PHRASE_MAX = NARROW * 84, /* two lines of 42 letters, what broadcasters agree on */
    TOGETHER_MAX = NARROW * 70,
    SHORT = NARROW * 30, /* a sentence like this goes with its neighbour */
};

struct letter {
    gunichar c;
    int at; /* byte */
    int width;
    bool may_break; /* a line, before it */
    bool is_start;  /* of a sentence or a paragraph */
    bool is_whole;  /* no mark of the one before */
    bool is_short;  /* a full stop that ends no sentence */
};

struct text {
    const char *bytes;
    int n;                  /* letters, plus one after the last */
    struct letter *letters; /* [n]: the end */
};

static int width_of(gunichar c)
{
    if (g_unichar_iszerowidth(c))
        return 0;
    return g_unichar_iswide(c) ? WIDE : NARROW;
}

static bool is_space(gunichar c)
{
    return g_unichar_isspace(c) || c == '\n';
}

/* "Mr." and the name behind it stay together. */
static void join_abbreviations(struct text *text)
{
    struct letter *letters = text->letters;

    for (int i = 0; i < text->n; i++) {
        int next = i + 1;

        if (letters[i].c != '.' || !abbreviation_is(text->bytes, text->bytes + letters[i].at))
            continue;
        letters[i].is_short = true;
        while (is_space(letters[next].c))
            next++;
        for (int k = i + 1; k <= next; k++)
            letters[k].is_start = letters[k].may_break = false;
    }
}

static struct text read_text(const char *bytes)
{
    int n = (int)g_utf8_strlen(bytes, -1), at = 0;
    struct text text = {.bytes = bytes, .n = n, .letters = mem_new_n((size_t)n + 1, struct letter)};
    PangoLogAttr *attrs = mem_new_n((size_t)n + 1, PangoLogAttr);

    pango_get_log_attrs(bytes, (int)strlen(bytes), -1, NULL, attrs, n + 1);
    for (int i = 0; i <= n; i++) {
        gunichar c = i < n ? g_utf8_get_char(bytes + at) : 0;

        text.letters[i] = (struct letter){.c = c,
            .at = at,
            .width = c ? width_of(c) : 0,
            .may_break = attrs[i].is_line_break,
            .is_start = attrs[i].is_sentence_boundary || attrs[i].is_mandatory_break,
            .is_whole = attrs[i].is_cursor_position};
        if (c)
            at = (int)(g_utf8_next_char(bytes + at) - bytes);
    }
    free(attrs);
    join_abbreviations(&text);
    return text;
}

/* After these a voice rests. */
static bool is_rest(gunichar c)
{
    return c < 0x80 ? c && strchr(",;:.!?", (int)c)
                    : c && g_utf8_strchr("…—–،؛؟।॥、。，；：！？։።፣፤", -1, c);
}

static bool is_full_stop(gunichar c)
{
    return c < 0x80 ? c && strchr(".!?", (int)c) : c && g_utf8_strchr("…؟।॥。！？։።", -1, c);
}

/* In letters: a Chinese one is a syllable, a figure is half a word, and a voice rests at a stop. */
static double weight_of(gunichar c, gunichar next)
{
    if (g_unichar_isdigit(c))
        return 6.5;
    if (is_rest(c) && (!next || is_space(next) || c >= 0x80))
        return is_full_stop(c) ? 5 : 3;
    if (g_unichar_isalpha(c))
        return g_unichar_iswide(c) ? 3 : 1;
    return g_unichar_ismark(c) ? 0.5 : 0;
}

static int width_between(const struct text *text, int from, int to)
{
    int width = 0;

    for (int i = from; i < to; i++)
        width += text->letters[i].width;
    return width;
}

static void trim(const struct text *text, int *from, int *to)
{
    while (*from < *to && is_space(text->letters[*from].c))
        ++*from;
    while (*to > *from && is_space(text->letters[*to - 1].c))
        --*to;
}

/* What its last mark asks for, closing quotes and brackets aside. */
static enum phrase_rest rest_after(const struct text *text, int from, int to)
{
    for (; to > from && g_unichar_ispunct(text->letters[to - 1].c); to--)
        if (!text->letters[to - 1].is_short && is_rest(text->letters[to - 1].c))
            return is_full_stop(text->letters[to - 1].c) ? PHRASE_STOP : PHRASE_COMMA;
    return PHRASE_GOES_ON;
}

static bool has_visible(const struct text *text, int from, int to)
{
    for (int i = from; i < to; i++)
        if (g_unichar_isgraph(text->letters[i].c) && text->letters[i].width)
            return true;
    return false;
}

/* White space within becomes one space. */
static char *copy_line(const struct text *text, int from, int to)
{
    const struct letter *letters = text->letters;
    char *line = mem_new_n((size_t)(letters[to].at - letters[from].at) + 1, char), *out = line;

    for (int i = from; i < to; i++) {
        int len = letters[i + 1].at - letters[i].at;

        if (!is_space(letters[i].c)) {
            memcpy(out, text->bytes + letters[i].at, (size_t)len);
            out += len;
        } else if (!is_space(letters[i - 1].c)) /* trimmed: never the first */
            *out++ = ' ';
    }
    return line;
}

/* Of what is said of them: an address is long to write. */
static double weight_of_words(const char *words)
{
    char *spoken = spoken_of(words);
    double weight = 0;

    for (const char *at = spoken; *at; at = g_utf8_next_char(at)) {
        const char *next = g_utf8_next_char(at);

        weight += weight_of(g_utf8_get_char(at), *next ? g_utf8_get_char(next) : 0);
    }
    free(spoken);
    return weight;
}

/* Of the paragraph around a letter. */
static enum direction direction_around(const struct text *text, int letter)
{
    const char *start = text->bytes + text->letters[letter].at;

    while (start > text->bytes && start[-1] != '\n')
        start--;
    return direction_of(start, strcspn(start, "\n"));
}

static void add_phrase(const struct text *text, int from, int to, struct phrases *phrases)
{
    struct phrase phrase = {0};

    trim(text, &from, &to);
    if (!has_visible(text, from, to))
        return;
    phrase.text = direction_mark(direction_around(text, from), copy_line(text, from, to));
    phrase.weight = weight_of_words(phrase.text);
    phrase.rest = rest_after(text, from, to);
    phrases->list = mem_grow(phrases->list, (size_t)phrases->n + 1, sizeof phrase);
    phrases->list[phrases->n++] = phrase;
}

/* Where to break a sentence of letters from … to - 1 so that about `wanted` of its width comes
 * before: the nearest break, a comma's being worth a detour; between letters if there is none. */
static int best_break(const struct text *text, int from, int to, int wanted)
{
    int best = -1, best_cost = 0, width = 0, last = from + 1;

    for (int i = from; i < to; i++) {
        const struct letter *letter = &text->letters[i];
        int cost = abs(width - wanted);

        if (i > from && width > PHRASE_MAX)
            break;
        if (i > from && letter->is_whole)
            last = i;
        if (i > from && rest_after(text, from, i - is_space(text->letters[i - 1].c)))
            cost -= NARROW * 20;
        if (i > from && letter->may_break && (best < 0 || cost < best_cost)) {
            best = i;
            best_cost = cost;
        }
        width += letter->width;
    }
    return best < 0 ? last : best;
}

/* One sentence, in as many even parts as it needs. */
static void add_sentence(const struct text *text, int from, int to, struct phrases *phrases)
{
    trim(text, &from, &to);
    for (;;) {
        int width = width_between(text, from, to), parts = (width + PHRASE_MAX - 1) / PHRASE_MAX;
        int at;

        if (parts <= 1)
            break;
        at = best_break(text, from, to, width / parts);
        add_phrase(text, from, at, phrases);
        from = at;
        trim(text, &from, &to);
    }
    add_phrase(text, from, to, phrases);
}

static int next_start(const struct text *text, int at)
{
    do
        at++;
    while (at < text->n && !text->letters[at].is_start);
    return at;
}

/* "Hold still!" goes with what comes next: a phrase a second long is gone before it is found. */
static int sentences_together(const struct text *text, int from)
{
    int to = next_start(text, from);

    while (to < text->n) {
        int more = next_start(text, to);
        int width = width_between(text, from, to), next = width_between(text, to, more);

        if ((width > SHORT && next > SHORT) || width + next > TOGETHER_MAX)
            break;
        to = more;
    }
    return to;
}

/* A line's end is a space, as a voice reads it; an empty line ends what stands before it. */
static char *join_lines(const char *bytes)
{
    char *copy = mem_copy(bytes);

    for (char *c = copy; *c; c++)
        if (*c == '\n' && c[1] != '\n' && (c == copy || c[-1] != '\n'))
            *c = ' ';
    return copy;
}

struct phrases phrases_of(const char *bytes)
{
    char *joined = join_lines(bytes);
    struct text text = read_text(joined);
    struct phrases phrases = {0};

    for (int from = 0; from < text.n;) {
        int to = sentences_together(&text, from);

        add_sentence(&text, from, to, &phrases);
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
