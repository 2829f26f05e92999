/* kind_syntax.c - see kind_syntax.h. */
#include "program/kind_syntax.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum { SHOWN = 60 /* bytes of a line in a message */ };

struct syntax {
    const char *text, *at, *end;
    const char *group;
    int number; /* of the line */
    bool has_group;
};

struct line {
    const char *start; /* without white space around it */
    size_t len;
};

static bool syntax_next(struct syntax *syntax, struct line *ret_line)
{
    const char *end;

    if (syntax->at >= syntax->end)
        return false;
    end = memchr(syntax->at, '\n', (size_t)(syntax->end - syntax->at));
    if (!end)
        end = syntax->end;
    ret_line->start = syntax->at;
    ret_line->len = (size_t)(end - syntax->at);
    while (ret_line->len && strchr(" \t\r", *ret_line->start))
        ret_line->start++, ret_line->len--;
    while (ret_line->len && strchr(" \t\r", ret_line->start[ret_line->len - 1]))
        ret_line->len--;
    syntax->at = end + 1;
    syntax->number++;
    return true;
}

/* The length of the key of KEY=VALUE; 0: the line is something else. */
static size_t syntax_key(const struct line *line)
{
    const char *equals = memchr(line->start, '=', line->len);
    size_t len = equals ? (size_t)(equals - line->start) : 0;

    while (len && strchr(" \t", line->start[len - 1]))
        len--;
    return len;
}

static bool syntax_is_group(const struct syntax *syntax, const struct line *line)
{
    size_t len = strlen(syntax->group);

    return line->len == len + 2 && line->start[0] == '[' && line->start[len + 1] == ']' &&
           memcmp(line->start + 1, syntax->group, len) == 0;
}

int kind_syntax_line(const char *text, size_t len, const char *key)
{
    struct syntax syntax = {.text = text, .at = text, .end = text + len};
    struct line line;

    while (syntax_next(&syntax, &line))
        if (syntax_key(&line) == strlen(key) && memcmp(line.start, key, strlen(key)) == 0)
            return syntax.number;
    return 0;
}

static int syntax_refuse(
    const struct syntax *syntax, const struct line *line, const char *what, struct error *err)
{
    return error_set(err, ERR_INPUT, "line %d: \"%.*s\" %s", syntax->number,
        (int)(line->len < SHOWN ? line->len : SHOWN), line->start, what);
}

static int syntax_check_key(const struct syntax *syntax, const struct line *line, struct error *err)
{
    char key[SHOWN];
    size_t len = syntax_key(line);

    if (len == 0)
        return syntax_refuse(
            syntax, line, "must be KEY=VALUE, or a comment that begins with #", err);
    if (len >= sizeof key)
        return syntax_refuse(syntax, line, "is no key that a kind has", err);
    memcpy(key, line->start, len);
    key[len] = '\0';
    if (kind_syntax_line(syntax->text, (size_t)(syntax->end - syntax->text), key) < syntax->number)
        return error_set(err, ERR_INPUT, "line %d: %s stands in line %d already: say it once",
            syntax->number, key,
            kind_syntax_line(syntax->text, (size_t)(syntax->end - syntax->text), key));
    return 0;
}

static int syntax_check_line(struct syntax *syntax, const struct line *line, struct error *err)
{
    if (line->len == 0 || *line->start == '#')
        return 0;
    if (syntax_is_group(syntax, line) && !syntax->has_group) {
        syntax->has_group = true;
        return 0;
    }
    if (*line->start == '[' || !syntax->has_group)
        return syntax_refuse(
            syntax, line, "stands where it must not: the file has one group, before all keys", err);
    return syntax_check_key(syntax, line, err);
}

int kind_syntax_check(const char *text, size_t len, const char *group, struct error *err)
{
    struct syntax syntax = {.text = text, .at = text, .end = text + len, .group = group};
    struct line line;
    size_t bad;
    int rc = 0;

    if (!text_is_utf8(text, len, &bad) || memchr(text, '\0', len))
        return error_set(err, ERR_INPUT, "must be text in UTF-8; byte %zu is not",
            text_is_utf8(text, len, NULL) ? (size_t)((char *)memchr(text, '\0', len) - text) : bad);
    while (rc == 0 && syntax_next(&syntax, &line))
        rc = syntax_check_line(&syntax, &line, err);
    if (rc == 0 && !syntax.has_group)
        rc = error_set(err, ERR_INPUT, "[%s] is missing: it must be the first line", group);
    return rc;
}
