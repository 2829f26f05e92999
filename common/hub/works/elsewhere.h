/* elsewhere.h - could another machine run a job that this one can't?  Any thread, with a store of
 * its own. */
#pragma once

#include "hub/kind/kind.h"
#include "store/store.h"

struct elsewhere {
    /* the question */
    const char *machine, *engine; /* ours; a machine without a name is NULL */
    const char *kind;             /* of the job */
    /* the answer, of members of other machines with our engine: others leave a job alone that our
     * engine began */
    bool is_able;  /* one that lives can run the kind */
    bool may_come; /* one could, and is silent at the moment */
};

int elsewhere_look(struct store *store, struct elsewhere *elsewhere, struct error *err);
