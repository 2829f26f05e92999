/* members.h - a member's row as JSON.  Any thread. */
#pragma once

#include <jansson.h>

#include "store/store.h"

/* The kinds that it can run now, as an array of names; null: all. */
json_t *store_member_kinds(const struct member_row *row);
