/* text.h - questions about text that came from outside.  Any thread; nothing is allocated. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Length in bytes of the one well-formed UTF-8 sequence at `s` (Unicode 15, table 3-7: no overlong
 * forms, no surrogates), or 0 if there is none.  `len` > 0. */
size_t text_utf8_at(const char *s, size_t len);

/* Is all of it well-formed?  `*ret_bad` (may be NULL) is the offset of the first byte that is not.
 */
bool text_is_utf8(const char *s, size_t len, size_t *ret_bad);

/* Code points in well-formed UTF-8. */
size_t text_chars(const char *s);

/* Offset of the first control character (C0, DEL, C1), except those in `allowed` ("\n\t"); -1 if
 * none. */
long text_find_control(const char *s, size_t len, const char *allowed);

/* Only A-Z a-z 0-9 _ -, and at least one of them. */
bool text_is_name(const char *s);

/* Make `s` one line of well-formed UTF-8 in place: control characters and stray bytes become '?', a
 * sequence cut at the end is dropped.  For messages that quote what somebody sent. */
void text_one_line(char *s);

/* `number` in decimal digits at `to`, which has room for TEXT_NUMBER_MAX bytes and a NUL.  Returns
 * where the NUL stands, as stpcpy() does. */
enum { TEXT_NUMBER_MAX = 20 };
char *text_put_number(char *to, unsigned long long number);

/* A whole decimal number in lo…hi, digits only (no sign, no space). */
bool text_number(const char *s, long long lo, long long hi, long long *ret_number);

/* `s` without the white space around it (Unicode's, and the byte order mark that some programs put
 * in front): where it begins, and `*len` is what is left of its length.  0: it was blank. */
const char *text_trim(const char *s, size_t *len);

/* A decimal number, whole or not, with or without white space (ASCII) around it: "6.5", " 24 ",
 * "-1e3".  No hexadecimal, no infinity, whatever the locale. */
bool text_real(const char *s, double *ret_number);
