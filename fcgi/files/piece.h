/* piece.h - the header Content-Range of a file that is sent in pieces (RFC 9110, 14.4).  Any
 * thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct piece {
    int64_t first, end; /* bytes first … end - 1 */
    int64_t of;         /* of a file of so many */
};

/* "bytes FIRST-LAST/LENGTH", with all three known.  False: it is something else, or no piece of a
 * file of that length. */
bool piece_read(const char *content_range, struct piece *ret_piece);
