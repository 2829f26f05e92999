/* position.h - which scene comes when: the values of a column called position.  Any thread. */
#pragma once

#include "store/rows/case_row.h"

/* Whole numbers are compared as such: as doubles, large ones that differ would be the same. */
struct position {
    bool is_whole;
    long long whole;
    double real;
};

/* As qsort() wants it; what is no number comes first. */
int position_compare(const struct cell *a, const struct cell *b);

/* Read the position of scene `at`; `*last` is that of the scene before it, which is lower or the
 * same, and becomes this one.  -ERR_INPUT: no number, or the same as the last. */
int position_read(const struct cell *cell, int at, struct position *last, struct error *err);
