/* position.c - see position.h. */
#include "store/rows/position.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static bool position_parse(const char *text, struct position *ret_position)
{
    char *end;

    if (!text_real(text, &ret_position->real))
        return false;
    errno = 0;
    ret_position->whole = strtoll(text, &end, 10);
    ret_position->is_whole = errno == 0 && !end[strspn(end, " \t\n\v\f\r")];
    return true;
}

static bool position_is_same(const struct position *a, const struct position *b)
{
    return a->is_whole && b->is_whole ? a->whole == b->whole : a->real == b->real;
}

static int position_sign(bool is_less, bool is_more)
{
    return is_more - is_less;
}

int position_compare(const struct cell *a, const struct cell *b)
{
    struct position one = {.real = -INFINITY}, other = {.real = -INFINITY};

    position_parse(a->text, &one);
    position_parse(b->text, &other);
    if (one.is_whole && other.is_whole)
        return position_sign(one.whole<other.whole, one.whole> other.whole);
    return position_sign(one.real<other.real, one.real> other.real);
}

static int position_refuse(const struct cell *cell, struct error *err)
{
    char shown[64];

    snprintf(shown, sizeof shown, "%s", cell->text);
    text_one_line(shown);
    return error_set(err, ERR_INPUT, "position: \"%s\" must be a number, as 2 or 2.5", shown);
}

int position_read(const struct cell *cell, int at, struct position *last, struct error *err)
{
    struct position position = {0};

    if (cell_is_blank(cell))
        return error_set(err, ERR_INPUT, "position: is missing; it says which scene comes when");
    if (cell_check(cell, "position", "a number", err) < 0)
        return -ERR_INPUT;
    if (!position_parse(cell->text, &position))
        return position_refuse(cell, err);
    if (at > 0 && position_is_same(&position, last))
        return error_set(err, ERR_INPUT, "position: is %s, as that of scenes[%d]: each must differ",
            cell->text, at - 1);
    *last = position;
    return 0;
}
