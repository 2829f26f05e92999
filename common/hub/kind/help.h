/* help.h - what a kind's help() may ask: it makes parts of a job that runs on another machine.  Any
 * thread. */
#pragma once

#include <stdatomic.h>

#include "base/config.h"
#include "base/error.h"

struct help; /* one visit to one job */

const char *help_input(const struct help *help); /* the job's */
const char *help_plan(const struct help *help);  /* as work_plan() got it */
int help_first(const struct help *help);         /* the parts are first … n - 1 */
int help_n(const struct help *help);
const struct config *help_config(const struct help *help);

/* Set when this process is to stop: what was begun is given up. */
const atomic_bool *help_stop(const struct help *help);

enum { HELP_E_NONE = 1 };

/* Claims a part, to be made at once.  HELP_E_NONE: there is none, or another job needs help more.
 */
int help_claim(struct help *help, int *ret_number, struct error *err);
/* The part lies where the job finds it, under `key`.  NULL: it is not made here. */
void help_made(struct help *help, int number, const char *key);
