/* piece.c - see piece.h. */
#include "files/piece.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"

enum { NUMBER_MAX = 18 /* digits, which an int64_t holds */ };

/* The digits up to `end`, and what is behind it; NULL: there is another character. */
static const char *piece_number(const char *at, char end, int64_t *ret_number)
{
    size_t len = strspn(at, "0123456789");
    char digits[NUMBER_MAX + 1];
    long long number;

    if (len == 0 || len > NUMBER_MAX || at[len] != end)
        return NULL;
    memcpy(digits, at, len);
    digits[len] = '\0';
    if (!text_number(digits, 0, INT64_MAX, &number))
        return NULL;
    *ret_number = number;
    return at + len + (end != '\0');
}

bool piece_read(const char *content_range, struct piece *ret_piece)
{
    const char *at = content_range;
    int64_t first, last, of;

    if (strncasecmp(at, "bytes ", 6) != 0)
        return false;
    at = piece_number(at + 6, '-', &first);
    if (at)
        at = piece_number(at, '/', &last);
    if (at)
        at = piece_number(at, '\0', &of);
    if (!at || last < first || last >= of)
        return false;
    *ret_piece = (struct piece){.first = first, .end = last + 1, .of = of};
    return true;
}
