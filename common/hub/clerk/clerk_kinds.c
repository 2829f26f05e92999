/* clerk_kinds.c - which kinds of jobs this process claims: not one that can't be run here at the
 * moment while another machine could run it, and none whose work is done elsewhere.
 *
 * Each process writes down first what it can run, and then reads what others can.  So of two that
 * can't, at least one knows of the other, and the job is not left alone by both. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "hub/clerk/clerk_private.h"
#include "hub/works/elsewhere.h"

struct clerk_kind {
    const struct job_kind *kind;
    bool is_able;        /* to run here, as it said last */
    bool is_left;        /* to other machines */
    struct error why;    /* it is not able to */
    int64_t alone_since; /* no other member that can run it has been heard of; 0: one has */
};

struct clerk_kinds {
    const struct job_kind *const *list; /* that this was made from */
    struct clerk_kind *items;
    size_t n, n_unable;
    char *all;          /* fixed: other threads read it, through the member's member_info */
    char *able, *takes; /* as the member has them */
    char *limits;       /* the same; NULL: no kind has one */
    bool is_told;       /* `able` stands in its row */
};

/* The names of kinds, each between commas. */
static char *clerk_kinds_names(const struct clerk_kinds *kinds, bool is_able_only)
{
    struct buf names = {0};

    buf_add_text(&names, ",");
    for (size_t i = 0; i < kinds->n; i++)
        if (is_able_only ? kinds->items[i].is_able : !kinds->items[i].is_left)
            buf_format(&names, "%s,", kinds->items[i].kind->name);
    return names.data;
}

static char *clerk_kinds_limits_of(const struct clerk_kinds *kinds)
{
    struct buf limits = {0};

    for (size_t i = 0; i < kinds->n; i++)
        if (kinds->items[i].kind->slots)
            buf_format(&limits, "%s\"%s\":%d", limits.len ? "," : "{", kinds->items[i].kind->name,
                kinds->items[i].kind->slots);
    if (limits.len)
        buf_add_text(&limits, "}");
    return limits.data;
}

struct clerk_kinds *clerk_kinds_new(const struct job_kind *const *list)
{
    struct clerk_kinds *kinds = mem_new(struct clerk_kinds);

    kinds->list = list;
    for (; *list; list++) {
        if (!(*list)->run)
            continue;
        kinds->items = mem_grow(kinds->items, kinds->n + 1, sizeof *kinds->items);
        kinds->items[kinds->n++] = (struct clerk_kind){.kind = *list, .is_able = true};
    }
    kinds->all = clerk_kinds_names(kinds, true);
    kinds->able = mem_copy(kinds->all);
    kinds->takes = mem_copy(kinds->all);
    kinds->limits = clerk_kinds_limits_of(kinds);
    kinds->is_told = true;
    return kinds;
}

void clerk_kinds_free(struct clerk_kinds *kinds)
{
    free(kinds->items);
    free(kinds->all);
    free(kinds->able);
    free(kinds->takes);
    free(kinds->limits);
    free(kinds);
}

const char *clerk_kinds_all(const struct clerk_kinds *kinds)
{
    return kinds->all;
}

const char *clerk_kinds_limits(const struct clerk_kinds *kinds)
{
    return kinds->limits;
}

bool clerk_kinds_are_able(const struct clerk_kinds *kinds)
{
    return kinds->n_unable == 0 && kinds->is_told;
}

/* The member's member_info keeps the names that it began with, as only kinds of ours have parts. */
void clerk_kinds_renew(struct clerk *clerk)
{
    struct clerk_kinds *old = clerk->kinds, *kinds;
    const struct job_kind *const *list = kinds_list(clerk->to.kinds);
    char *all;

    if (list == old->list)
        return;
    kinds = clerk_kinds_new(list);
    all = kinds->all;
    kinds->all = old->all;
    old->all = all;
    kinds->is_told = false;
    store_member_set_kinds(clerk->member, kinds->able, kinds->takes, kinds->limits);
    clerk->kinds = kinds;
    clerk_kinds_free(old);
    clerk_want_news(clerk); /* what is live may have another kind now */
}

/* --- what can be run here --- */

static void clerk_kind_ask(struct clerk *clerk, struct clerk_kind *kind)
{
    bool was_able = kind->is_able;

    kind->is_able = !kind->kind->may_run || kind->kind->may_run(clerk->to.config, &kind->why) >= 0;
    clerk->kinds->n_unable += !kind->is_able;
    if (kind->is_able != was_able)
        clerk->kinds->is_told = false;
    if (kind->is_able && kind->is_left)
        log_info("jobs of kind %s are run here again", kind->kind->name);
    if (kind->is_able)
        kind->is_left = false;
}

static void clerk_kinds_set(struct clerk *clerk)
{
    struct clerk_kinds *kinds = clerk->kinds;
    char *able = clerk_kinds_names(kinds, true), *takes = clerk_kinds_names(kinds, false);

    store_member_set_kinds(clerk->member, able, takes, kinds->limits);
    free(kinds->able);
    free(kinds->takes);
    kinds->able = able;
    kinds->takes = takes;
}

static int clerk_kinds_tell(struct clerk *clerk, struct error *err)
{
    int rc = clerk->kinds->is_told ? 0 : store_member_renew(clerk->store, clerk->member, err);

    clerk->kinds->is_told |= rc == 0;
    return rc;
}

/* --- what others can run --- */

/* After the database was away nobody's lease is good, and one machine is the first to renew its
 * own: one that is silent has the time of a lease to do so, too. */
static bool clerk_kind_is_for_others(
    struct clerk *clerk, struct clerk_kind *kind, const struct elsewhere *elsewhere, int64_t now)
{
    if (elsewhere->is_able || !elsewhere->may_come) {
        kind->alone_since = 0;
        return elsewhere->is_able;
    }
    if (!kind->alone_since)
        kind->alone_since = now;
    return now - kind->alone_since < clerk->to.config->lease_ms;
}

static int clerk_kind_look(
    struct clerk *clerk, struct clerk_kind *kind, int64_t now, struct error *err)
{
    struct elsewhere elsewhere = {
        .machine = clerk->to.config->machine, .engine = clerk->to.engine, .kind = kind->kind->name};
    bool was_left = kind->is_left;
    int rc = elsewhere_look(clerk->store, &elsewhere, err);

    if (rc < 0)
        return rc;
    kind->is_left = clerk_kind_is_for_others(clerk, kind, &elsewhere, now);
    if (kind->is_left && !was_left)
        log_warning(
            "jobs of kind %s are left to other machines: %s", kind->kind->name, kind->why.text);
    return 0;
}

/* --- both --- */

int clerk_choose_kinds(struct clerk *clerk, int64_t now, struct error *err)
{
    struct clerk_kinds *kinds = clerk->kinds;
    bool were_able = clerk_kinds_are_able(kinds);
    int rc;

    kinds->n_unable = 0;
    for (size_t i = 0; i < kinds->n; i++)
        clerk_kind_ask(clerk, &kinds->items[i]);
    if (were_able && clerk_kinds_are_able(kinds))
        return 0;
    clerk_kinds_set(clerk);
    rc = clerk_kinds_tell(clerk, err);
    for (size_t i = 0; rc == 0 && i < kinds->n; i++)
        if (!kinds->items[i].is_able)
            rc = clerk_kind_look(clerk, &kinds->items[i], now, err);
    clerk_kinds_set(clerk);
    return rc;
}
