#include "base/text.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"

#define TEXT_DIGITS "0123456789"

static bool text_in(unsigned char c, unsigned char lo, unsigned char hi)
{
    return c >= lo && c <= hi;
}

/* The length of the sequence that begins with this byte; 0: no sequence does. */
static size_t text_utf8_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (text_in(first, 0xC2, 0xDF))
        return 2;
    if (text_in(first, 0xE0, 0xEF))
        return 3;
    return text_in(first, 0xF0, 0xF4) ? 4 : 0;
}

/* After some first bytes the second has a narrower range: no overlong form, no surrogate, nothing
 * above U+10FFFF. */
static bool text_utf8_may_follow(unsigned char first, unsigned char second)
{
    unsigned char lo = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    unsigned char hi = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;

    return text_in(second, lo, hi);
}

size_t text_utf8_at(const char *s, size_t len)
{
    const unsigned char *u = (const unsigned char *)s;
    size_t n = text_utf8_length(u[0]);

    if (n <= 1)
        return n;
    if (len < n || !text_utf8_may_follow(u[0], u[1]))
        return 0;
    for (size_t i = 2; i < n; i++)
        if (!text_in(u[i], 0x80, 0xBF))
            return 0;
    return n;
}

bool text_is_utf8(const char *s, size_t len, size_t *ret_bad)
{
    for (size_t i = 0; i < len;) {
        size_t n = text_utf8_at(s + i, len - i);

        if (n == 0) {
            if (ret_bad)
                *ret_bad = i;
            return false;
        }
        i += n;
    }
    return true;
}

size_t text_chars(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        if (((unsigned char)*s & 0xC0) != 0x80)
            n++;
    return n;
}

long text_find_control(const char *s, size_t len, const char *allowed)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];
        /* C1 controls are U+0080…U+009F: C2 80 … C2 9F. */
        bool c1 = c == 0xC2 && i + 1 < len && text_in((unsigned char)s[i + 1], 0x80, 0x9F);

        if (c1 || c == 0x7F || (c < 0x20 && (c == 0 || !strchr(allowed, c))))
            return (long)i;
    }
    return -1;
}

bool text_is_name(const char *s)
{
    if (!*s)
        return false;
    for (; *s; s++)
        if (!isalnum((unsigned char)*s) && *s != '_' && *s != '-')
            return false;
    return true;
}

void text_one_line(char *s)
{
    size_t len = strlen(s);
    char *out = s;

    for (size_t i = 0; i < len;) {
        size_t n = text_utf8_at(s + i, len - i);
        bool cut = n == 0 && text_in((unsigned char)s[i], 0xC2, 0xF4) && len - i < 4;

        if (cut && text_find_control(s + i, len - i, "") < 0) {
            /* Drop the rest if it is one incomplete sequence: the text was cut there. */
            size_t k = i + 1;

            while (k < len && ((unsigned char)s[k] & 0xC0) == 0x80)
                k++;
            if (k == len)
                break;
        }
        if (n == 0 || text_find_control(s + i, n, "") >= 0) {
            *out++ = '?';
            i += n ? n : 1;
        } else {
            memmove(out, s + i, n);
            out += n;
            i += n;
        }
    }
    *out = '\0';
}

/* Of two runs of digits, which it moves behind: the longer one without leading zeros is more. */
static int text_compare_digits(const char **a, const char **b)
{
    const char *one = *a + strspn(*a, "0"), *other = *b + strspn(*b, "0");
    size_t n_one = strspn(one, TEXT_DIGITS), n_other = strspn(other, TEXT_DIGITS);

    *a = one + n_one;
    *b = other + n_other;
    return n_one == n_other ? memcmp(one, other, n_one) : (n_one > n_other) - (n_one < n_other);
}

int text_compare_naturally(const char *a, const char *b)
{
    const char *one = a, *other = b;
    int order = 0;

    while (order == 0 && *one && *other)
        if (isdigit((unsigned char)*one) && isdigit((unsigned char)*other))
            order = text_compare_digits(&one, &other);
        else
            order = (unsigned char)*one++ - (unsigned char)*other++;
    if (order == 0)
        order = (*one != '\0') - (*other != '\0');
    return order ? order : strcmp(a, b);
}

bool text_number(const char *s, long long lo, long long hi, long long *ret_number)
{
    long long number = 0;

    if (!*s || strlen(s) > 18)
        return false;
    for (; *s; s++) {
        if (!isdigit((unsigned char)*s))
            return false;
        number = number * 10 + (*s - '0');
    }
    if (number < lo || number > hi)
        return false;
    *ret_number = number;
    return true;
}

char *text_put_number(char *to, unsigned long long number)
{
    char digits[TEXT_NUMBER_MAX];
    int n = 0;

    do
        digits[n++] = (char)('0' + number % 10);
    while (number /= 10);
    while (n)
        *to++ = digits[--n];
    *to = '\0';
    return to;
}

/* The length in bytes of the code point at `s` if it is white space
 * (White_Space in
 * https://www.unicode.org/Public/15.0.0/ucd/PropList.txt) or U+FEFF; else 0. */
static size_t text_white_at(const char *s, size_t len)
{
    static const char *const whites[] = {"\xC2\x85", "\xC2\xA0", "\xE1\x9A\x80", "\xE2\x80\xA8",
        "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80", "\xEF\xBB\xBF"};

    if (*s == ' ' || (*s >= '\t' && *s <= '\r'))
        return 1;
    for (size_t i = 0; i < sizeof whites / sizeof *whites; i++)
        if (strlen(whites[i]) <= len && memcmp(s, whites[i], strlen(whites[i])) == 0)
            return strlen(whites[i]);
    /* U+2000 … U+200A */
    return len >= 3 && memcmp(s, "\xE2\x80", 2) == 0 && (unsigned char)s[2] >= 0x80 &&
                   (unsigned char)s[2] <= 0x8A
               ? 3
               : 0;
}

static size_t text_white_before(const char *s, size_t len)
{
    for (size_t n = 1; n <= 3 && n <= len; n++)
        if (text_white_at(s + len - n, n) == n)
            return n;
    return 0;
}

bool text_span(const char *s, int64_t *ret_ms)
{
    static const struct {
        const char *name;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"min", 60000}, {"h", 3600000}, {"d", 86400000}};
    size_t digits = strspn(s, "0123456789"), unit = 0;
    char number[20] = "";
    long long n;

    if (digits >= sizeof number)
        return false;
    memcpy(number, s, digits);
    while (unit < sizeof units / sizeof *units && strcmp(units[unit].name, s + digits) != 0)
        unit++;
    if (unit == sizeof units / sizeof *units ||
        !text_number(number, 0, TEXT_SPAN_MAX / units[unit].ms, &n))
        return false;
    *ret_ms = n * units[unit].ms;
    return true;
}

const char *text_trim(const char *s, size_t *len)
{
    size_t n;

    while (*len && (n = text_white_at(s, *len)) > 0) {
        s += n;
        *len -= n;
    }
    while (*len && (n = text_white_before(s, *len)) > 0)
        *len -= n;
    return s;
}

bool text_real(const char *s, double *ret_number)
{
    static const char white[] = " \t\n\v\f\r";
    locale_t plain = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
    const char *begin = s + strspn(s, white);
    size_t len = strspn(begin, "0123456789+-.eE");
    bool is_real = false;
    char *end;

    if (plain && len > 0 && begin[len + strspn(begin + len, white)] == '\0') {
        double number = strtod_l(begin, &end, plain);

        is_real = end == begin + len && isfinite(number);
        if (is_real)
            *ret_number = number;
    }
    if (plain)
        freelocale(plain);
    return is_real;
}

/* --- hints --- */

/* The restricted Damerau-Levenshtein distance: how many letters must be inserted, deleted, changed
 * or swapped with their neighbour to turn `a` into `b`.  Both have at most TEXT_NEAREST_MAX bytes.
 */
static int text_distance(const char *a, const char *b)
{
    int n_a = (int)strlen(a), n_b = (int)strlen(b), d[TEXT_NEAREST_MAX + 1][TEXT_NEAREST_MAX + 1];

    for (int i = 0; i <= n_a; i++)
        for (int k = 0; k <= n_b; k++) {
            if (i == 0 || k == 0) {
                d[i][k] = i + k;
                continue;
            }
            d[i][k] = number_least(number_least(d[i - 1][k], d[i][k - 1]) + 1,
                d[i - 1][k - 1] + (a[i - 1] != b[k - 1]));
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1] &&
                d[i - 2][k - 2] + 1 < d[i][k])
                d[i][k] = d[i - 2][k - 2] + 1;
        }
    return d[n_a][n_b];
}

const char *text_nearest(const char *word, const char *const *known)
{
    const char *best = NULL;
    int nearest = 3;

    for (; strlen(word) <= TEXT_NEAREST_MAX && *known; known++)
        if (text_distance(word, *known) < nearest) {
            nearest = text_distance(word, *known);
            best = *known;
        }
    return best;
}
