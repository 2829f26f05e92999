/* editor.h - who may write cases and files: nobody, unless the request bears CASECAST_WRITE_KEY, or
 * comes from an address of nginx/editors.conf.
 *
 * The address is that of the browser, on whatever page it is: so it counts only for pages of this
 * site, and for programs that are no browser.  A page of a site in CASECAST_ORIGINS needs the key.
 * The responder's own thread. */
#pragma once

#include <stdbool.h>

#include "request/request.h"

/* Does the request bear CASECAST_WRITE_KEY? */
bool editor_has_key(const struct request *request);

/* NULL: the request may write; else what it lacks, for its client. */
const char *editor_refusal(const struct request *request);

/* May the request write?  False: it was answered with 403, and the text says what it lacks. */
bool editor_admit(struct request *request);
