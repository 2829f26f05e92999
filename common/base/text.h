/* text.h - checks and small changes of text from outside.  Any thread; nothing is allocated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The length in bytes of the well-formed UTF-8 sequence at `s` (Unicode 15, table 3-7: no overlong
 * forms, no surrogates), or 0 if there is none.  `len` > 0. */
size_t text_utf8_at(const char *s, size_t len);

/* Is all of it well-formed UTF-8?  If not, `*ret_bad` (may be NULL) is the offset of the first
 * wrong byte. */
bool text_is_utf8(const char *s, size_t len, size_t *ret_bad);

/* The number of code points of well-formed UTF-8. */
size_t text_chars(const char *s);

/* The offset in bytes of the first control character (C0, DEL, C1) that is not in `allowed`
 * ("\n\t"); -1 if there is none. */
long text_find_control(const char *s, size_t len, const char *allowed);

/* At least one character, all of A-Z a-z 0-9 _ -. */
bool text_is_name(const char *s);

/* Make `s` one line of well-formed UTF-8, in place: control characters and wrong bytes become '?',
 * a sequence cut at the end is dropped.  For messages that quote input. */
void text_one_line(char *s);

/* Write `number` in decimal digits and a NUL to `to`, which holds TEXT_NUMBER_MAX + 1 bytes.
 * Returns the place of the NUL, as stpcpy() does. */
enum { TEXT_NUMBER_MAX = 20 };
char *text_put_number(char *to, unsigned long long number);

/* A whole decimal number in lo…hi: digits only, no sign, no space.  False: `s` is something else.
 */
bool text_number(const char *s, long long lo, long long hi, long long *ret_number);

/* The natural order, as strcmp() returns it: digits count as the number that they write, whatever
 * its size ("2" before "10", "a2b" before "a10"), and all else as bytes, so a digit comes before a
 * letter and the locale has no influence.  Numbers that are the same ("1", "01") are in the order
 * of their bytes: 0 means that both are the same text. */
int text_compare_naturally(const char *a, const char *b);

/* A whole number with a unit: "30d", "12h", "90min", "45s", "500ms".  `*ret_ms` is at most
 * TEXT_SPAN_MAX, about a hundred years.  False: `s` is something else. */
#define TEXT_SPAN_MAX INT64_C(3155760000000)
bool text_span(const char *s, int64_t *ret_ms);

/* The part of `s` without the white space around it (Unicode's, and U+FEFF, which some programs
 * write in front); `*len` becomes its length in bytes, 0 if there is nothing else. */
const char *text_trim(const char *s, size_t *len);

/* A finite decimal number with or without a fraction, in ASCII white space or none: "6.5", " 24 ",
 * "-1e3".  No hexadecimal; the locale has no influence.  False: `s` is something else. */
bool text_real(const char *s, double *ret_number);

/* The one of `known` (ends with NULL; each at most TEXT_NEAREST_MAX bytes) that `word` may be a
 * slip of: at most two letters must be inserted, deleted, changed or swapped.  NULL: none. */
enum { TEXT_NEAREST_MAX = 32 };
const char *text_nearest(const char *word, const char *const *known);
