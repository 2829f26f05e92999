/* direction.h - the direction of text: left to right, or right to left.
 *
 * Thread-safety: any thread. */
#pragma once

#include <stddef.h>

enum direction { DIRECTION_NONE, DIRECTION_LTR, DIRECTION_RTL };

/* The direction of `len` bytes of valid UTF-8: that of the first character that has one (Unicode's
 * UAX 9, rule P2); DIRECTION_NONE if no character has one. */
enum direction direction_of(const char *text, size_t len);

/* Returns `line` with an invisible mark in front (U+200E, U+200F) if a renderer would else lay it
 * in another direction.  Takes `line`, which malloc() made; the caller frees the result. */
char *direction_mark(enum direction direction, char *line);
