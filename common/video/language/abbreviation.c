/* abbreviation.c - see abbreviation.h. */
#include "video/language/abbreviation.h"

#include <glib.h>
#include <stdio.h>
#include <string.h>

/* Mostly titles: the next word belongs to them. */
static const char always[] =
    " mr mrs ms messrs mx dr drs prof st sr jr mt ft capt cpt col gen lt sgt maj cmdr adm rev fr "
    "hon "
    "gov sen rep pres supt esq vs ca cf viz hr frl dipl ing bzw vgl sog ggf evtl inkl exkl geb "
    "gest "
    "mag mm mme mlle mgr sra srta srs sras dra ud uds sig sigg dott avv egr dhr mevr mw bijv np tj "
    "tzw św ks гг ул им см пр обл напр проф акад гр др ";

/* Abbreviations only in front of a digit: "No. 5", but "No. I won't." */
static const char before_figures[] =
    " no nos num nr fig figs vol vols ch sec art pp pg pt ed abb bd kap abs pág núm cap tel jan "
    "feb "
    "mar apr jun jul aug sep sept oct okt nov dec dez стр рис тел ст ";

/* Words of one letter: "So did I." */
static const char words[] = "Iяиоуаеyeoaàé";

static bool abbreviation_is_listed(const char *list, const char *word, size_t len)
{
    char key[64], *low;
    bool found;

    if (len > 40)
        return false;
    low = g_utf8_strdown(word, (gssize)len);
    snprintf(key, sizeof key, " %s ", low);
    found = strstr(list, key) != NULL;
    g_free(low);
    return found;
}

static const char *abbreviation_word_start(const char *text, const char *end)
{
    while (end > text) {
        const char *before = g_utf8_prev_char(end);
        gunichar c = g_utf8_get_char(before);

        if (!g_unichar_isalpha(c) && !g_unichar_ismark(c))
            break;
        end = before;
    }
    return end;
}

/* Whether an initial ("т. ") stands before `word`: then "е" is an initial, too, and not a word. */
static bool abbreviation_follows_initial(const char *text, const char *word)
{
    const char *dot, *before;

    while (word > text && word[-1] == ' ')
        word--;
    if (word - text < 2 || word[-1] != '.')
        return false;
    dot = word - 1;
    before = abbreviation_word_start(text, dot);
    return before < dot && g_utf8_next_char(before) == dot;
}

bool abbreviation_is(const char *text, const char *dot)
{
    const char *word = abbreviation_word_start(text, dot), *next = dot + 1;
    gunichar first = g_utf8_get_char(word), behind;
    long n = g_utf8_strlen(word, dot - word);

    while (*next != '\n' && g_unichar_isspace(g_utf8_get_char(next)))
        next = g_utf8_next_char(next);
    behind = g_utf8_get_char(next);
    if (n == 0 || !behind || behind == '\n')
        return false;
    if (n <= 2 && word > text && word[-1] == '.') /* e.g., U.S., p.ex., Ph.D. */
        return true;
    if (n == 1)
        return !g_unichar_iswide(first) &&
               (!g_utf8_strchr(words, -1, first) || abbreviation_follows_initial(text, word));
    return abbreviation_is_listed(always, word, (size_t)(dot - word)) ||
           (g_unichar_isdigit(behind) &&
               abbreviation_is_listed(before_figures, word, (size_t)(dot - word)));
}
