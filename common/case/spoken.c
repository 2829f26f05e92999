/* spoken.c - see spoken.h.  Passes over the text: lines, links, addresses, marks, brackets. */
#include "case/spoken.h"

#include <ctype.h>
#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

static char *take(struct buf *buf)
{
    return buf->data ? buf->data : mem_zero(1, 1);
}

/* --- lines: headings, items, quotes, rules --- */

/* "---", "* * *", "===" under a heading, "```": nothing is said. */
static bool is_rule(const char *line, size_t len)
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

static size_t blanks(const char *at, const char *end)
{
    const char *start = at;

    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return (size_t)(at - start);
}

/* "## ", "- ", "[x] ": the bytes of it; 0: none. */
static size_t heading_mark(const char *at, const char *end)
{
    size_t n = 0;

    while (at + n < end && at[n] == '#')
        n++;
    return n >= 1 && n <= 6 && at + n < end && at[n] == ' ' ? n : 0;
}

/* Before a figure, a minus is one. */
static size_t item_mark(const char *at, const char *end)
{
    return end - at > 2 && strchr("-*+", at[0]) && at[1] == ' ' &&
                   !isdigit((unsigned char)at[1 + blanks(at + 1, end)])
               ? 1
               : 0;
}

static size_t box_mark(const char *at, const char *end)
{
    return end - at > 3 && at[0] == '[' && strchr(" xX", at[1]) && at[2] == ']' && at[3] == ' ' ? 3
                                                                                                : 0;
}

static bool is_last_of_sentence(const struct buf *out)
{
    const char *last = out->len ? g_utf8_find_prev_char(out->data, out->data + out->len) : NULL;

    return !last || g_unichar_ispunct(g_utf8_get_char(last)) || *last == '\n';
}

static void add_line(const char *line, const char *end, struct buf *out)
{
    const char *at = line + blanks(line, end);
    size_t mark;
    bool ends = false;

    if (is_rule(line, (size_t)(end - line)))
        return;
    while (at < end && *at == '>')
        at += 1 + blanks(at + 1, end);
    if ((mark = heading_mark(at, end))) {
        ends = true;
        while (end > at && (end[-1] == '#' || end[-1] == ' ')) /* "## Like this ##" */
            end--;
    } else if ((mark = item_mark(at, end)))
        ends = true;
    if (at + mark < end)
        at += mark;
    at += mark ? blanks(at, end) : 0;
    mark = ends ? box_mark(at, end) : 0;
    at += mark ? mark + blanks(at + mark, end) : 0;
    buf_add(out, at, (size_t)(end - at));
    if (ends && !is_last_of_sentence(out))
        buf_add_text(out, ".");
}

static char *without_line_marks(const char *text)
{
    struct buf out = {0};

    while (*text) {
        const char *end = text + strcspn(text, "\n");

        add_line(text, end, &out);
        if (*end)
            buf_add_text(&out, "\n");
        text = *end ? end + 1 : end;
    }
    return take(&out);
}

/* --- links and pictures: [text](address "title"), ![text](address) --- */

/* Behind the bracket that closes the one at `at`; NULL: none does. */
static const char *find_close(const char *at, char open, char close)
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

static char *without_links(const char *text)
{
    struct buf out = {0};

    while (*text) {
        const char *open = text + (text[0] == '!' && text[1] == '[');
        const char *label = *open == '[' ? find_close(open, '[', ']') : NULL;
        const char *end = label && *label == '(' ? find_close(label, '(', ')') : NULL;

        if (end) {
            char *words = mem_copy_n(open + 1, (size_t)(label - open - 2));
            char *plain = without_links(words); /* a picture within a link */

            buf_add_text(&out, plain);
            free(plain);
            free(words);
            text = end;
        } else
            buf_add(&out, text++, 1);
    }
    return take(&out);
}

/* --- addresses --- */

static bool is_word(gunichar c)
{
    return g_unichar_isalnum(c);
}

/* The letters a script without spaces has on both sides of anything. */
static bool is_narrow_word(gunichar c)
{
    return is_word(c) && !g_unichar_iswide(c);
}

static gunichar before(const char *text, const char *at)
{
    return at > text ? g_utf8_get_char(g_utf8_prev_char(at)) : 0;
}

/* Where its host begins, if an address does at `at`; NULL: none does. */
static const char *find_host(const char *text, const char *at)
{
    const char *c = at;

    if (is_narrow_word(before(text, at)))
        return NULL;
    if (g_ascii_strncasecmp(at, "www.", 4) == 0 && g_ascii_isalnum(at[4]))
        return at;
    while (g_ascii_isalnum(*c) || (c > at && (*c == '+' || *c == '-')))
        c++;
    return c - at > 1 && strncmp(c, "://", 3) == 0 && is_word(g_utf8_get_char(c + 3)) ? c + 3
                                                                                      : NULL;
}

/* Spaces end an address, as do the marks of the sentence around it. */
static const char *address_end(const char *at)
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

static void add_host(const char *host, const char *end, struct buf *out)
{
    size_t len = (size_t)(end - host), n = 0;
    const char *at = memchr(host, '@', len);

    while (n < len && !strchr("/?#", host[n]))
        n++;
    if (at && at < host + n) { /* a user's name */
        n -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    if (n > 4 && g_ascii_strncasecmp(host, "www.", 4) == 0) {
        host += 4;
        n -= 4;
    }
    for (size_t i = 0; i < n && host[i] != ':'; i++) /* a port */
        buf_add(out, &host[i], 1);
}

static char *without_addresses(const char *text)
{
    struct buf out = {0};

    for (const char *at = text; *at;) {
        const char *host = find_host(text, at);

        if (host) {
            const char *end = address_end(host);

            add_host(host, end, &out);
            at = end;
        } else {
            size_t len = (size_t)(g_utf8_next_char(at) - at);

            buf_add(&out, at, len);
            at += len;
        }
    }
    return take(&out);
}

/* --- marks within a line: **strong**, _so_, ~~gone~~, `code` --- */

static const char *const marks[] = {"***", "**", "__", "~~", "``", "*", "_", "`"};

/* Two marks in a word may be meant so ("un**believ**able"), but not between figures, and a single
 * one is as likely a part of it: 2*3*4, snake_case. */
static bool may_touch(const char *mark, gunichar c)
{
    if (!is_narrow_word(c))
        return true;
    return mark[1] && mark[0] == '*' && !g_unichar_isdigit(c);
}

static bool opens(const char *text, const char *at, const char *mark)
{
    gunichar next = g_utf8_get_char(at + strlen(mark));

    return next && !g_unichar_isspace(next) && next != (gunichar)mark[0] &&
           may_touch(mark, before(text, at));
}

static bool closes(const char *at, const char *mark, gunichar last)
{
    gunichar next = g_utf8_get_char(at + strlen(mark));

    return !g_unichar_isspace(last) && last != (gunichar)mark[0] && next != (gunichar)mark[0] &&
           may_touch(mark, next);
}

/* The mark that closes the one at `at`, in the same paragraph. */
static const char *find_closing(const char *at, const char *mark)
{
    size_t len = strlen(mark);
    const char *start = at + len;

    for (const char *c = start; *c && strncmp(c, "\n\n", 2) != 0; c = g_utf8_next_char(c))
        if (c > start && strncmp(c, mark, len) == 0 && closes(c, mark, before(start, c)))
            return c;
    return NULL;
}

static void add_without_marks(const char *text, struct buf *out);

/* What a pair at `at` holds, added; where it ends.  NULL: there is no pair. */
static const char *add_pair(const char *text, const char *at, struct buf *out)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t len = strlen(marks[i]);
        const char *end = NULL;
        char *within;

        if (strncmp(at, marks[i], len) != 0)
            continue;
        if (opens(text, at, marks[i]))
            end = find_closing(at, marks[i]);
        if (!end)
            continue;
        within = mem_copy_n(at + len, (size_t)(end - at) - len);
        add_without_marks(within, out);
        free(within);
        return end + len;
    }
    return NULL;
}

static void add_without_marks(const char *text, struct buf *out)
{
    for (const char *at = text; *at;) {
        const char *end = strchr("*_~`", *at) ? add_pair(text, at, out) : NULL;
        size_t len = (size_t)(g_utf8_next_char(at) - at);

        if (end) {
            at = end;
            continue;
        }
        if (*at == '\\' && at[1] && strchr("\\`*_{}[]()#+-.!~|>", at[1]))
            at++; /* "\*" is a star */
        else if (*at == '*' || *at == '_' || *at == '~' || *at == '`') {
            while (at[1] == *at) { /* a run that is no pair is one, too */
                buf_add(out, at, 1);
                at++;
            }
        }
        len = (size_t)(g_utf8_next_char(at) - at);
        buf_add(out, at, len);
        at += len;
    }
}

static char *without_marks(const char *text)
{
    struct buf out = {0};

    add_without_marks(text, &out);
    return take(&out);
}

/* --- brackets: two of them begin espeak-ng's phonemes, and wikis' links --- */

/* A space stays for each pair: what stood around it must not become one. */
static char *without_double_brackets(const char *text)
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
    return take(&out);
}

char *spoken_of(const char *text)
{
    static char *(*const passes[])(const char *) = {without_line_marks, without_double_brackets,
        without_links, without_addresses, without_marks, without_double_brackets};
    char *spoken = mem_copy(text);

    for (size_t i = 0; i < sizeof passes / sizeof *passes; i++) {
        char *next = passes[i](spoken);

        free(spoken);
        spoken = next;
    }
    return spoken;
}
