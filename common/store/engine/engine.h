/* engine.h - what an engine of databases provides: functions for cases, for jobs, and for the
 * connection that both may share.
 *
 * A new engine is a folder of its own with one `const struct store_engine`, and one line in the
 * table of store.c.  The contract of each function stands in store.h, at the function of the same
 * name. */
#pragma once

#include "store/engine/records.h"

struct store_engine;

/* A connection; the first member of an engine's own struct.  One thread at a time. */
struct store_link {
    const struct store_engine *engine;
};

/* A process that may run jobs; the first member of an engine's own struct. */
struct member {
    const struct store_engine *engine;
    char name[17];
    const char *able, *takes, *limits; /* see store_member_set_kinds() */
    const char *job;                   /* see store_member_set_job(); NULL: any */
    int64_t began_ms;                  /* see store_member_began(); 0: not called */
    bool is_idle;                      /* see store_member_set_idle() */
};

enum store_way {
    STORE_MAKE,  /* for reading and writing; a file that is not there is made */
    STORE_AGAIN, /* the same, but it must be there */
    STORE_INIT,  /* as STORE_MAKE, beside tables of others that have our common names */
    STORE_READ,  /* for reading; nothing is changed */
};

/* Where cases are read from. */
struct case_source {
    const char *(*name)(struct store_link *link);
    int (*list)(struct store_link *link, const struct case_filter *filter,
        void (*each)(void *ctx, const struct case_summary *summary), void *ctx, struct error *err);
    int (*get)(struct store_link *link, const char *id, struct case_record **ret_record,
        struct error *err);
    int (*put)(
        struct store_link *link, struct case_record *const *records, int n, struct error *err);
    int (*edit)(struct store_link *link, const struct case_edit *edit, struct error *err);
};

/* Where jobs and their journal are kept.  store.c fills in what a caller may leave out: every event
 * has a tag `once`, every request an `id`. */
struct job_store {
    int (*open)(struct store_link *link, const struct job_request *request, struct job *ret_job,
        bool *ret_is_new, struct error *err);
    int (*get)(struct store_link *link, const char *id, struct job *ret_job, struct error *err);
    int (*told)(struct store_link *link, const char *id, const char *viewer, int64_t forget_ms,
        struct error *err);
    int (*each_done)(struct store_link *link, const char *kind,
        void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
    int (*count)(
        struct store_link *link, long long ret_counts[static JOB_CANCELED + 1], struct error *err);
    int (*each)(struct store_link *link, const struct job_filter *filter,
        void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
    int (*events)(struct store_link *link, const char *id, uint64_t after,
        bool (*each)(void *ctx, const struct job_event *event), void *ctx, uint64_t *ret_position,
        struct error *err);
    int (*cursors_find)(struct store_link *link, uint64_t position, struct job_cursor *cursors,
        size_t n, struct error *err);
    int (*cursors_read)(struct store_link *link, const struct job_cursor *cursors, size_t n,
        int most,
        bool (*each)(
            void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
        void *ctx, uint64_t *ret_position, struct error *err);
    int (*watched)(struct store_link *link, char (*ids)[JOB_ID_LEN + 1], size_t n, int fresh_ms,
        struct error *err);
    int (*audience_others)(struct store_link *link, const char *id, const char *watcher,
        int *ret_others, struct error *err);
    int (*audience_each)(struct store_link *link, int most,
        void (*each)(void *ctx, const struct audience_row *row), void *ctx, struct error *err);
    int (*input)(struct store_link *link, const char *id, char **ret_input, struct error *err);
    int (*set_priority)(struct store_link *link, const char *id, int priority, struct job *ret_job,
        struct error *err);
    int (*want_cancel)(
        struct store_link *link, const char *id, enum job_state *ret_state, struct error *err);
    int (*cancel)(struct store_link *link, const char *id, enum cancel_why why,
        const struct job_event *last, int n_last, struct job *ret_job, bool *ret_is_first,
        struct error *err);

    int (*asked)(struct store_link *link, const char *id, int64_t fresh_ms, struct error *err);
    int (*each_old)(struct store_link *link, int64_t age_ms, int most,
        void (*each)(void *ctx, const struct job *job), void *ctx, struct error *err);
    int (*each_to_clear)(struct store_link *link, void (*each)(void *ctx, const struct job *job),
        void *ctx, struct error *err);
    int (*was_cleared)(struct store_link *link, const char *id, struct error *err);
    int (*shares_key)(struct store_link *link, const char *id, bool *ret_shares, struct error *err);
    int (*want_forget)(struct store_link *link, const char *id, struct error *err);
    int (*forget)(struct store_link *link, const char *id, struct error *err);

    /* A new one sets nothing of struct member.  Freed by member_free(), which gets no NULL. */
    struct member *(*member_new)(const char *address, const struct member_info *info);
    void (*member_free)(struct member *member);
    int (*member_renew)(struct store_link *link, const struct member *member, struct error *err);
    int (*member_stop)(struct store_link *link, const struct member *member, struct error *err);
    int (*member_release)(struct store_link *link, const struct member *member, struct error *err);
    int (*member_each)(struct store_link *link,
        void (*each)(void *ctx, const struct member_row *row), void *ctx, struct error *err);
    bool members_live_by_lease;
    int (*audiences_write)(struct store_link *link, struct member *member,
        const struct audience *audiences, size_t n, struct error *err);

    int (*claim)(struct store_link *link, struct member *member, int slots, const char *claim,
        int most, struct job *ret_jobs, int *ret_n, struct error *err);
    int (*release)(struct store_link *link, const char *id, int64_t run, struct error *err);
    int (*lease)(struct store_link *link, const char *id, int64_t run, int64_t *ret_until_ms,
        struct error *err);
    int (*write)(struct store_link *link, struct run_write *writes, int n, struct error *err);
    int (*rekey)(
        struct store_link *link, const char *id, int64_t run, const char *key, struct error *err);
    int (*progress)(struct store_link *link, const char *id, int64_t run, const char *progress,
        struct error *err);

    int (*publish)(struct store_link *link, const struct job_publication *publication,
        struct job *ret_job, struct error *err);

    int (*news)(struct store_link *link, int ms, int wake_fd, bool *ret_is_news, struct error *err);
    int (*position)(struct store_link *link, uint64_t *ret_position, struct error *err);
    int (*tail)(struct store_link *link, uint64_t after, int most,
        void (*each)(
            void *ctx, uint64_t position, const char *job_id, const struct job_event *event),
        void *ctx, struct error *err);
    int (*live)(struct store_link *link,
        void (*each)(void *ctx, const struct job *job, const char *owner), void *ctx,
        struct error *err);
};

/* What other machines may make of running jobs.  All NULL: the engine is for one machine, whose
 * members share its cores anyway. */
struct part_store {
    int (*open)(struct store_link *link, const struct member *member, const char *id, int64_t run,
        const struct job_plan *plan, int64_t *ret_plan, struct error *err);
    int (*find)(struct store_link *link, const struct member *member, struct plan_found *ret_plan,
        struct error *err);
    int (*claim)(struct store_link *link, const struct member *member, int64_t plan,
        int *ret_number, struct error *err);
    int (*made)(struct store_link *link, const struct member *member, int64_t plan, int number,
        const char *key, struct error *err);
    int (*each)(struct store_link *link, const struct member *member, int64_t plan, int from,
        void (*each)(void *ctx, const struct job_part *part), void *ctx, struct error *err);
};

/* See store/hooks.h.  store.c names a new hook, and makes the key of what it asks for. */
struct hook_store {
    int (*add)(struct store_link *link, const struct hook_request *request, struct error *err);
    int (*claim)(struct store_link *link, const struct hook_wish *wish, struct hook_due *ret_due,
        struct error *err);
    int (*delivered)(struct store_link *link, const struct hook_due *due, struct error *err);
    int (*failed)(struct store_link *link, const struct hook_due *due,
        const struct hook_failure *failure, struct error *err);
    int (*each)(struct store_link *link, int64_t after, int most,
        void (*each)(void *ctx, const struct hook_row *row), void *ctx, struct error *err);
    int (*count)(struct store_link *link, struct hook_counts *ret_counts, struct error *err);
};

struct store_engine {
    const char *name;                    /* "SQLite" */
    bool (*serves)(const char *address); /* is this one of its addresses? */
    bool (*is_there)(const char *address);
    char *(*name_of)(const char *address); /* see store_name(); the caller frees it */
    /* `parts`: bits of enum store_part, what the connection is for. */
    int (*open)(const char *address, unsigned parts, enum store_way way,
        struct store_link **ret_link, struct error *err);
    void (*close)(struct store_link *link);
    bool (*is_adrift)(struct store_link *link);
    bool (*is_cut)(struct store_link *link);
    int (*probe)(struct store_link *link, struct error *err); /* the parts it was opened for */
    int (*examine)(const char *address,
        void (*tell)(void *ctx, enum store_finding finding, const char *what, const char *text),
        void *ctx, struct error *err);
    int (*read_whole)(struct store_link *link, char **ret_told, struct error *err);
    const char *(*did)(struct store_link *link); /* see store_did() */
    int (*grant)(struct store_link *link, const char *role, struct error *err);
    struct case_source cases;
    struct job_store jobs;
    struct part_store parts;
    struct hook_store hooks;
};
