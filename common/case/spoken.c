/* spoken.c - see spoken.h.  One pass each for lines, links, addresses, marks and brackets. */
#include "case/spoken.h"

#include <ctype.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

/* The text of `buf`, which the caller frees. */
static char *spoken_take(struct buf *buf)
{
    return buf->data ? buf->data : mem_zero(1, 1);
}

/* --- lines: headings, items, quotes, rules --- */

/* A line that is not spoken: "---", "* * *", "===" under a heading, "```". */
static bool spoken_is_rule(const char *line, size_t len)
{
    char mark = '\0';
    int n = 0;

    for (size_t i = 0; i < len; i++) {
        if (line[i] == ' ' || line[i] == '\t')
            continue;
        if (!strchr("-*_=`~", line[i]) || (mark && line[i] != mark))
            return false;
        mark = line[i];
        n++;
    }
    return n >= 3;
}

static size_t spoken_blanks(const char *at, const char *end)
{
    const char *start = at;

    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return (size_t)(at - start);
}

/* These give the length in bytes of a mark at `at` ("##", "-", "[x]"); 0: there is none. */
static size_t spoken_heading_mark(const char *at, const char *end)
{
    size_t n = 0;

    while (at + n < end && at[n] == '#')
        n++;
    return n >= 1 && n <= 6 && at + n < end && at[n] == ' ' ? n : 0;
}

/* A "-" before a digit is a minus, no mark. */
static size_t spoken_item_mark(const char *at, const char *end)
{
    return end - at > 2 && strchr("-*+", at[0]) && at[1] == ' ' &&
                   !isdigit((unsigned char)at[1 + spoken_blanks(at + 1, end)])
               ? 1
               : 0;
}

static size_t spoken_box_mark(const char *at, const char *end)
{
    return end - at > 3 && at[0] == '[' && strchr(" xX", at[1]) && at[2] == ']' && at[3] == ' ' ? 3
                                                                                                : 0;
}

static bool spoken_ends_sentence(const struct buf *out)
{
    const char *last = out->len ? g_utf8_find_prev_char(out->data, out->data + out->len) : NULL;

    return !last || g_unichar_ispunct(g_utf8_get_char(last)) || *last == '\n';
}

static void spoken_add_line(const char *line, const char *end, struct buf *out)
{
    const char *at = line + spoken_blanks(line, end);
    size_t mark;
    bool ends = false;

    if (spoken_is_rule(line, (size_t)(end - line)))
        return;
    while (at < end && *at == '>')
        at += 1 + spoken_blanks(at + 1, end);
    if ((mark = spoken_heading_mark(at, end))) {
        ends = true;
        while (end > at && (end[-1] == '#' || end[-1] == ' ')) /* "## Like this ##" */
            end--;
    } else if ((mark = spoken_item_mark(at, end)))
        ends = true;
    if (at + mark < end)
        at += mark;
    at += mark ? spoken_blanks(at, end) : 0;
    mark = ends ? spoken_box_mark(at, end) : 0;
    at += mark ? mark + spoken_blanks(at + mark, end) : 0;
    buf_add(out, at, (size_t)(end - at));
    if (ends && !spoken_ends_sentence(out))
        buf_add_text(out, ".");
}

static char *spoken_without_line_marks(const char *text)
{
    struct buf out = {0};

    while (*text) {
        const char *end = text + strcspn(text, "\n");

        spoken_add_line(text, end, &out);
        if (*end)
            buf_add_text(&out, "\n");
        text = *end ? end + 1 : end;
    }
    return spoken_take(&out);
}

/* --- links and pictures: [text](address "title"), ![text](address) --- */

/* The end of the bracket that begins at `at`; NULL: it is not closed in this line. */
static const char *spoken_find_close(const char *at, char open, char close)
{
    int depth = 0;

    for (; *at && *at != '\n'; at++) {
        depth += *at == open;
        depth -= *at == close;
        if (depth == 0)
            return at + 1;
    }
    return NULL;
}

static char *spoken_without_links(const char *text)
{
    struct buf out = {0};

    while (*text) {
        const char *open = text + (text[0] == '!' && text[1] == '[');
        const char *label = *open == '[' ? spoken_find_close(open, '[', ']') : NULL;
        const char *end = label && *label == '(' ? spoken_find_close(label, '(', ')') : NULL;

        if (end) {
            char *words = mem_copy_n(open + 1, (size_t)(label - open - 2));
            char *plain = spoken_without_links(words); /* a picture within a link */

            buf_add_text(&out, plain);
            free(plain);
            free(words);
            text = end;
        } else
            buf_add(&out, text++, 1);
    }
    return spoken_take(&out);
}

/* --- addresses --- */

static bool spoken_is_word(gunichar c)
{
    return g_unichar_isalnum(c);
}

/* False for letters of scripts without spaces: there, a letter next to a mark says nothing. */
static bool spoken_is_narrow_word(gunichar c)
{
    return spoken_is_word(c) && !g_unichar_iswide(c);
}

static gunichar spoken_char_before(const char *text, const char *at)
{
    return at > text ? g_utf8_get_char(g_utf8_prev_char(at)) : 0;
}

/* The host of the address that begins at `at`; NULL: no address begins there. */
static const char *spoken_find_host(const char *text, const char *at)
{
    const char *c = at;

    if (spoken_is_narrow_word(spoken_char_before(text, at)))
        return NULL;
    if (g_ascii_strncasecmp(at, "www.", 4) == 0 && g_ascii_isalnum(at[4]))
        return at;
    while (g_ascii_isalnum(*c) || (c > at && (*c == '+' || *c == '-')))
        c++;
    return c - at > 1 && strncmp(c, "://", 3) == 0 && spoken_is_word(g_utf8_get_char(c + 3)) ? c + 3
                                                                                             : NULL;
}

/* A space ends an address, and so does the punctuation of its sentence. */
static const char *spoken_address_end(const char *at)
{
    bool is_wide = g_unichar_iswide(g_utf8_get_char(at)); /* 例子.测试 */
    const char *end = at;
    int depth = 0;

    for (; *end && (unsigned char)*end > ' ' && !strchr("<>\"`|", *end); end++) {
        gunichar c = g_utf8_get_char(end);

        is_wide &= *end != '/';
        if (c >= 0x80 && (g_unichar_ispunct(c) || (!is_wide && g_unichar_iswide(c))))
            break;
        depth += *end == '(' || *end == '[';
        if ((*end == ')' || *end == ']') && --depth < 0)
            break;
        end = g_utf8_next_char(end) - 1;
    }
    while (end > at && strchr(".,;:!?'*_~", end[-1]))
        end--;
    return end;
}

static void spoken_add_host(const char *host, const char *end, struct buf *out)
{
    size_t len = (size_t)(end - host), n = 0;
    const char *at = memchr(host, '@', len);

    while (n < len && !strchr("/?#", host[n]))
        n++;
    if (at && at < host + n) { /* skip the user's name */
        n -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    if (n > 4 && g_ascii_strncasecmp(host, "www.", 4) == 0) {
        host += 4;
        n -= 4;
    }
    for (size_t i = 0; i < n && host[i] != ':'; i++) /* without the port */
        buf_add(out, &host[i], 1);
}

static char *spoken_without_addresses(const char *text)
{
    struct buf out = {0};

    for (const char *at = text; *at;) {
        const char *host = spoken_find_host(text, at);

        if (host) {
            const char *end = spoken_address_end(host);

            spoken_add_host(host, end, &out);
            at = end;
        } else {
            size_t len = (size_t)(g_utf8_next_char(at) - at);

            buf_add(&out, at, len);
            at += len;
        }
    }
    return spoken_take(&out);
}

/* --- marks within a line: **strong**, _so_, ~~gone~~, `code` --- */

static const char *const marks[] = {"***", "**", "__", "~~", "``", "*", "_", "`"};

/* "**" is a mark within a word, too ("un**believ**able"), except beside digits; a single mark
 * within a word is a part of it: 2*3*4, snake_case. */
static bool spoken_may_touch(const char *mark, gunichar c)
{
    if (!spoken_is_narrow_word(c))
        return true;
    return mark[1] && mark[0] == '*' && !g_unichar_isdigit(c);
}

static bool spoken_opens(const char *text, const char *at, const char *mark)
{
    gunichar next = g_utf8_get_char(at + strlen(mark));

    return next && !g_unichar_isspace(next) && next != (gunichar)mark[0] &&
           spoken_may_touch(mark, spoken_char_before(text, at));
}

static bool spoken_closes(const char *at, const char *mark, gunichar last)
{
    gunichar next = g_utf8_get_char(at + strlen(mark));

    return !g_unichar_isspace(last) && last != (gunichar)mark[0] && next != (gunichar)mark[0] &&
           spoken_may_touch(mark, next);
}

/* The mark in the same paragraph that closes the one at `at`; NULL: none. */
static const char *spoken_find_closing(const char *at, const char *mark)
{
    size_t len = strlen(mark);
    const char *start = at + len;

    for (const char *c = start; *c && strncmp(c, "\n\n", 2) != 0; c = g_utf8_next_char(c))
        if (c > start && strncmp(c, mark, len) == 0 &&
            spoken_closes(c, mark, spoken_char_before(start, c)))
            return c;
    return NULL;
}

static void spoken_add_without_marks(const char *text, struct buf *out);

/* Append what a pair of marks at `at` encloses.  Returns the end of the pair; NULL: there is no
 * pair. */
static const char *spoken_add_pair(const char *text, const char *at, struct buf *out)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t len = strlen(marks[i]);
        const char *end = NULL;
        char *within;

        if (strncmp(at, marks[i], len) != 0)
            continue;
        if (spoken_opens(text, at, marks[i]))
            end = spoken_find_closing(at, marks[i]);
        if (!end)
            continue;
        within = mem_copy_n(at + len, (size_t)(end - at) - len);
        spoken_add_without_marks(within, out);
        free(within);
        return end + len;
    }
    return NULL;
}

static void spoken_add_without_marks(const char *text, struct buf *out)
{
    for (const char *at = text; *at;) {
        const char *end = strchr("*_~`", *at) ? spoken_add_pair(text, at, out) : NULL;
        size_t len = (size_t)(g_utf8_next_char(at) - at);

        if (end) {
            at = end;
            continue;
        }
        if (*at == '\\' && at[1] && strchr("\\`*_{}[]()#+-.!~|>", at[1]))
            at++; /* "\*" is a star */
        else if (*at == '*' || *at == '_' || *at == '~' || *at == '`') {
            while (at[1] == *at) { /* a run of marks without its pair is kept as it is */
                buf_add(out, at, 1);
                at++;
            }
        }
        len = (size_t)(g_utf8_next_char(at) - at);
        buf_add(out, at, len);
        at += len;
    }
}

static char *spoken_without_marks(const char *text)
{
    struct buf out = {0};

    spoken_add_without_marks(text, &out);
    return spoken_take(&out);
}

/* --- double brackets: they begin phonemes of espeak-ng and links of wikis --- */

/* Each becomes a space, as the characters around it must not form a new one. */
static char *spoken_without_double_brackets(const char *text)
{
    struct buf out = {0};
    bool is_in = false;

    for (const char *c = text; *c; c++) {
        bool begins = c[0] == '[' && c[1] == '[', ends = c[0] == ']' && c[1] == ']';

        if (begins || ends) {
            is_in = begins;
            c++;
        } else if (*c == '\n')
            is_in = false;
        buf_add(&out, begins || ends || (*c == '|' && is_in) ? " " : c, 1);
    }
    return spoken_take(&out);
}

char *spoken_of(const char *text)
{
    static char *(*const passes[])(const char *) = {spoken_without_line_marks,
        spoken_without_double_brackets, spoken_without_links, spoken_without_addresses,
        spoken_without_marks, spoken_without_double_brackets};
    char *spoken = mem_copy(text);

    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        char *next = passes[i](spoken);

        free(spoken);
        spoken = next;
    }
    return spoken;
}
