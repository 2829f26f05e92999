/* exposition.c - see exposition.h. */
#include "monitor/exposition.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define FAMILY_HEAD "# HELP "

/* --- writing --- */

void exposition_family(struct exposition *to, const char *name, const char *type, const char *help)
{
    buf_format(to->out, "# HELP casecast_%s %s\n# TYPE casecast_%s %s\n", name, help, name, type);
}

/* The value of a label, quoted. */
static void exposition_add_label(struct buf *out, const char *label, const char *value)
{
    buf_format(out, "%s=\"", label);
    for (; *value; value++) {
        if (*value == '\n')
            buf_add_text(out, "\\n");
        else
            buf_format(out, *value == '"' || *value == '\\' ? "\\%c" : "%c", *value);
    }
    buf_add_text(out, "\"");
}

void exposition_sample(
    struct exposition *to, const char *name, const char *label, const char *value, double number)
{
    buf_format(to->out, "casecast_%s", name);
    if (label || to->process)
        buf_add_text(to->out, "{");
    if (label)
        exposition_add_label(to->out, label, value);
    if (label && to->process)
        buf_add_text(to->out, ",");
    if (to->process)
        exposition_add_label(to->out, "process", to->process);
    if (label || to->process)
        buf_add_text(to->out, "}");
    buf_format(to->out, " %.15g\n", number);
}

void exposition_figure(
    struct exposition *to, const char *name, const char *type, const char *help, double number)
{
    exposition_family(to, name, type, help);
    exposition_sample(to, name, NULL, NULL, number);
}

/* --- several texts as one --- */

/* A family as it stands in a text. */
struct family {
    const char *head;    /* its first line */
    const char *samples; /* the first line that is no comment */
    const char *end;
};

static const char *exposition_next_line(const char *line)
{
    const char *end = strchr(line, '\n');

    return end ? end + 1 : line + strlen(line);
}

static bool exposition_is_head(const char *line)
{
    return strncmp(line, FAMILY_HEAD, strlen(FAMILY_HEAD)) == 0;
}

/* The next family at or after `*at`, which becomes its end.  False: there is none. */
static bool exposition_next_family(const char **at, struct family *ret_family)
{
    const char *line = *at;

    while (*line && !exposition_is_head(line))
        line = exposition_next_line(line);
    if (!*line)
        return false;
    ret_family->head = line;
    do {
        line = exposition_next_line(line);
    } while (*line == '#' && !exposition_is_head(line));
    ret_family->samples = line;
    while (*line && !exposition_is_head(line))
        line = exposition_next_line(line);
    ret_family->end = *at = line;
    return true;
}

static bool exposition_same_family(const struct family *a, const struct family *b)
{
    const char *name_a = a->head + strlen(FAMILY_HEAD), *name_b = b->head + strlen(FAMILY_HEAD);
    size_t len = strcspn(name_a, " \n");

    return len == strcspn(name_b, " \n") && memcmp(name_a, name_b, len) == 0;
}

static bool exposition_find(const char *text, const struct family *like, struct family *ret_family)
{
    while (exposition_next_family(&text, ret_family))
        if (exposition_same_family(ret_family, like))
            return true;
    return false;
}

static bool exposition_has_before(const char *const *texts, int n, const struct family *family)
{
    struct family found;

    for (int i = 0; i < n; i++)
        if (exposition_find(texts[i], family, &found))
            return true;
    return false;
}

void exposition_merge(struct buf *out, const char *const *texts, int n)
{
    struct family family, other;

    for (int i = 0; i < n; i++) {
        const char *at = texts[i];

        while (exposition_next_family(&at, &family)) {
            if (exposition_has_before(texts, i, &family))
                continue;
            buf_add(out, family.head, (size_t)(family.end - family.head));
            for (int j = i + 1; j < n; j++)
                if (exposition_find(texts[j], &family, &other))
                    buf_add(out, other.samples, (size_t)(other.end - other.samples));
        }
    }
}
