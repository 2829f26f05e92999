/* case_search.c - see case_search.h. */
#include "case/case_search.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

/* White space stands between words, so a bit of an uint64_t is enough for each. */
enum { WORDS_MAX = (CASE_QUERY_MAX + 1) / 2 };
_Static_assert(WORDS_MAX < 64, "a bit for each word");

struct case_search {
    int n;
    char *words[WORDS_MAX]; /* folded */
};

/* --- folding --- */

enum { DOT_ABOVE = 0x307, DOTLESS_I = 0x131 };

static bool search_is_unseen(gunichar c, gunichar before)
{
    return g_unichar_type(c) == G_UNICODE_FORMAT || (c == DOT_ABOVE && before == 'i');
}

/* In place: it gets no longer. */
static void search_drop_unseen(char *text)
{
    gunichar before = 0;
    char *out = text;

    for (const char *at = text; *at;) {
        gunichar c = g_utf8_get_char(at);

        at = g_utf8_next_char(at);
        if (search_is_unseen(c, before))
            continue;
        before = c == DOTLESS_I ? 'i' : c;
        out += g_unichar_to_utf8(before, out);
    }
    *out = '\0';
}

/* Most texts are ASCII, or much of a text is, and Unicode's way takes twenty times as long.  NFKD
 * first: a capital that stands in a compatibility form must be seen to be folded.  The caller frees
 * it with g_free(). */
static char *search_fold(const char *text)
{
    char *apart, *folded, *together;

    if (g_str_is_ascii(text))
        return g_ascii_strdown(text, -1);
    apart = g_utf8_normalize(text, -1, G_NORMALIZE_ALL);
    folded = g_utf8_casefold(apart, -1);
    search_drop_unseen(folded);
    together = g_utf8_normalize(folded, -1, G_NORMALIZE_ALL_COMPOSE);
    g_free(apart);
    g_free(folded);
    return together;
}

/* --- the query --- */

static int search_check(const char *query, size_t len, struct error *err)
{
    size_t bad;
    int n;

    if (memchr(query, '\0', len))
        return error_set(err, ERR_INPUT, "query: holds a NUL byte");
    if (!text_is_utf8(query, len, &bad))
        return error_set(
            err, ERR_INPUT, "query: must be UTF-8, and byte %zu of it is not", bad + 1);
    n = (int)text_chars(query);
    return n <= CASE_QUERY_MAX
               ? 0
               : error_set(err, ERR_INPUT, "query: is %d characters long, at most %d are allowed",
                     n, CASE_QUERY_MAX);
}

static const char *search_skip(const char *at, bool spaces)
{
    while (*at && (bool)g_unichar_isspace(g_utf8_get_char(at)) == spaces)
        at = g_utf8_next_char(at);
    return at;
}

int case_search_new(
    const char *query, size_t len, struct case_search **ret_search, struct error *err)
{
    struct case_search *search;
    int rc = search_check(query, len, err);

    if (rc < 0)
        return rc;
    search = mem_new(struct case_search);
    for (const char *at = search_skip(query, true); *at; at = search_skip(at, true)) {
        const char *end = search_skip(at, false);
        char *word = mem_copy_n(at, (size_t)(end - at));

        search->words[search->n++] = search_fold(word);
        free(word);
        at = end;
    }
    *ret_search = search;
    return 0;
}

void case_search_free(struct case_search *search)
{
    for (int i = 0; search && i < search->n; i++)
        g_free(search->words[i]);
    free(search);
}

/* --- texts --- */

uint64_t case_search_words(const struct case_search *search, const char *text)
{
    uint64_t words = 0;
    char *folded;

    if (!text_is_utf8(text, strlen(text), NULL))
        return 0;
    folded = search_fold(text);
    for (int i = 0; i < search->n; i++)
        if (strstr(folded, search->words[i]))
            words |= UINT64_C(1) << i;
    g_free(folded);
    return words;
}

bool case_search_is_hit(const struct case_search *search, uint64_t words)
{
    return words == (UINT64_C(1) << search->n) - 1;
}
