/* bucket_lengths.h - the lengths of objects that were put or measured.  Each is believed for a
 * minute, because an object never changes.  Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* False: it is not known. */
bool bucket_length_find(const char *address, const char *name, int64_t *ret_len);
void bucket_length_put(const char *address, const char *name, int64_t len);
void bucket_length_remove(const char *address, const char *name);
