/* direction.h - which way words run.  Any thread. */
#pragma once

#include <stddef.h>

enum direction { DIRECTION_NONE, DIRECTION_LTR, DIRECTION_RTL };

/* Of `len` bytes of valid UTF-8: that of the first letter that has one (Unicode's UAX 9, rule P2).
 */
enum direction direction_of(const char *text, size_t len);

/* `line` (the caller's, as what is returned) so that everybody lays it in that direction: if its
 * first letter says another one, behind a mark that is not seen. */
char *direction_mark(enum direction direction, char *line);
