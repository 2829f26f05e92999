/* runs.c - linear search: a process runs at most as many jobs as it has slots. */
#include "hub/inbox/runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static struct run *runs_find(const struct runs *runs, const struct job *job)
{
    for (size_t i = 0; i < runs->n; i++)
        if (runs->items[i].run == job->run && strcmp(runs->items[i].job_id, job->id) == 0)
            return &runs->items[i];
    return NULL;
}

void runs_add(struct runs *runs, const struct job *job)
{
    struct run *run;

    runs->items = mem_grow(runs->items, runs->n + 1, sizeof *runs->items);
    run = &runs->items[runs->n++];
    strcpy(run->job_id, job->id);
    run->run = job->run;
}

void runs_remove(struct runs *runs, const struct job *job)
{
    struct run *run = runs_find(runs, job);

    if (run)
        *run = runs->items[--runs->n];
}

bool runs_has(const struct runs *runs, const struct job *job)
{
    return runs_find(runs, job) != NULL;
}

void runs_clear(struct runs *runs)
{
    free(runs->items);
    *runs = (struct runs){0};
}
