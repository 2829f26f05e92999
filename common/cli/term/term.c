/* term.c - see term.h. */
#include "cli/term/term.h"

#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "base/text.h"

static struct term_mode mode;

void term_set(const struct term_mode *wanted)
{
    mode = *wanted;
}

bool term_is_json(void)
{
    return mode.json;
}

bool term_is_quiet(void)
{
    return mode.quiet;
}

void term_say(const char *fmt, ...)
{
    va_list args;

    if (mode.json || mode.quiet)
        return;
    va_start(args, fmt);
    vprintf(fmt, args);
    va_end(args);
}

void term_print_json(json_t *json)
{
    json_dumpf(json, stdout, JSON_COMPACT | JSON_REAL_PRECISION(15));
    putchar('\n');
    fflush(stdout); /* a program at the other end of a pipe reads along */
    json_decref(json);
}

/* --- the terminal --- */

int term_columns(FILE *out)
{
    struct winsize size;

    if (!isatty(fileno(out)))
        return 0;
    return ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool term_is_live(FILE *out)
{
    const char *name = getenv("TERM");

    return isatty(fileno(out)) && name && *name && strcmp(name, "dumb") != 0;
}

static bool term_has_colors(FILE *out)
{
    const char *unwanted = getenv("NO_COLOR"); /* of any value but "": no-color.org */

    if (mode.color != TERM_AUTO)
        return mode.color == TERM_ALWAYS;
    return !(unwanted && *unwanted) && term_is_live(out);
}

const char *term_on(FILE *out, enum term_style style)
{
    static const char *const codes[] = {
        [TERM_PLAIN] = "",
        [TERM_HEAD] = "\033[1m",
        [TERM_GOOD] = "\033[32m",
        [TERM_WARNING] = "\033[33m",
        [TERM_BAD] = "\033[31m",
        [TERM_FAINT] = "\033[2m",
    };

    return term_has_colors(out) ? codes[style] : "";
}

const char *term_off(FILE *out, enum term_style style)
{
    return style != TERM_PLAIN && term_has_colors(out) ? "\033[0m" : "";
}

/* --- widths --- */

/* The bytes of `text` that take at most `columns`; `*ret_width` is what they take.  In a locale of
 * our own, because terminals show UTF-8 whatever locale this process runs in. */
static size_t term_measure(const char *text, int columns, int *ret_width)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0), old;
    size_t len = strlen(text), at = 0;
    mbstate_t state = {0};
    int width = 0;

    if (!utf8) {
        *ret_width = (int)text_chars(text);
        return *ret_width <= columns ? len : (size_t)columns;
    }
    old = uselocale(utf8);
    while (at < len) {
        wchar_t c;
        size_t n = mbrtowc(&c, text + at, len - at, &state);
        int wide = n == 0 || n > 4 || wcwidth(c) < 0 ? 0 : wcwidth(c);

        if (n == 0 || n > 4 || width + wide > columns)
            break;
        width += wide;
        at += n;
    }
    uselocale(old);
    freelocale(utf8);
    *ret_width = width;
    return at;
}

int term_width(const char *text)
{
    int width;

    term_measure(text, 1 << 30, &width);
    return width;
}

size_t term_fit(const char *text, int columns)
{
    int width;

    return term_measure(text, columns, &width);
}
