/* hook_events.h - which events a hook is for, as somebody asks for them.  Any thread. */
#pragma once

#include <stddef.h>

#include "base/error.h"

#define HOOK_EVENTS_END ",end," /* where nobody asks for any: the last one */

/* `n` names as struct hook_request has them: in one order, each once, so that the same events in
 * another order are the same hook.  It sorts `names`; the caller frees `*ret_events`.  -ERR_INPUT:
 * they are too many, or one can't be delivered. */
int hook_events_read(const char **names, size_t n, char **ret_events, struct error *err);
/* The same of words with spaces between them, or the word "all". */
int hook_events_parse(const char *words, char **ret_events, struct error *err);
int hook_events_refuse(struct error *err); /* -ERR_INPUT: they are no names */
