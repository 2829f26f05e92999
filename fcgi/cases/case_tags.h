/* case_tags.h - entity tags of cases, and the conditions of a request (RFC 9110, 13.1).  Any
 * thread. */
#pragma once

#include <stdbool.h>

#include "case/case.h"

/* "\"0123…\"", as the header ETag has it. */
enum { CASE_ETAG_MAX = CASE_TAG_LEN + 3 };
void case_etag(const struct case_record *record, char ret_etag[static CASE_ETAG_MAX]);

/* Does the value of If-Match or If-None-Match name `etag`?  A tag that a proxy made weak, because
 * it compressed the answer, still names what it named. */
bool case_etag_is_in(const char *value, const char *etag);
