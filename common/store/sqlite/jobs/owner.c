/* owner.c - the side of the process that runs a job: it claims, writes, ends.
 *
 * The fence: each claim gives the job the next number of its `run`, and every write names the run
 * it belongs to.  A work that slept through its lease gets STORE_E_LOST and changes nothing,
 * whether another process has the job now or its own process has it by a later claim. */
#include "base/clock.h"
#include "store/sqlite/jobs/jobs_private.h"

/* What was begun, in whatever process: ?1 member, ?2 monotonic now, ?3 machine.  The member's own
 * jobs count even after its lease ended: after a long stop its first call may be a claim, and a
 * claim of its own job would run the job twice.  A process that is there but let its lease end
 * sleeps: its jobs may be taken over.  A process that ended is nowhere. */
#define BEGUN                                                                                      \
    "begun AS MATERIALIZED (SELECT number, rank, kind, key, engine, owner,"                        \
    "  owner = ?1 OR machine = ?3 AND NOT is_gone AS is_here,"                                     \
    "  owner = ?1 OR leased_until_ms > ?2 AND NOT is_gone AS is_awake"                             \
    " FROM (SELECT number, rank, kind, key, j.engine, owner, machine, leased_until_ms,"            \
    "   casecast_is_gone(name) AS is_gone"                                                         \
    "  FROM casecast_jobs j LEFT JOIN casecast_members ON name = owner WHERE state = 'running'))"

/* Is a slot free, ?4 slots, ?5 kinds?  Until somebody takes it, the job of a process that sleeps
 * keeps its slot: the process goes on with it when it wakes.  So where all slots are taken, one of
 * them by such a job, only such a job may be claimed.  A job of a kind that is not known here keeps
 * no slot when its owner sleeps: nobody may ever take it. */
#define FREE                                                                                       \
    "free AS MATERIALIZED (SELECT count(CASE WHEN is_awake THEN 1 END) < ?4 AS for_sleepers,"      \
    "  count(CASE WHEN is_awake OR ?5 IS NULL OR instr(?5, ',' || kind || ',') THEN 1 END) < ?4"   \
    "  AS for_any FROM begun WHERE is_here)"

/* ?7 limits.  The kinds of which no more jobs may run on this machine. */
#define FULL                                                                                       \
    "full AS MATERIALIZED (SELECT kind, count(CASE WHEN is_awake THEN 1 END) >= most"              \
    "  AS for_sleepers, count(*) >= most AS for_any"                                               \
    "  FROM (SELECT key AS of_kind, value AS most FROM json_each(ifnull(?7, '{}')))"               \
    "  JOIN begun ON kind = of_kind WHERE is_here GROUP BY kind, most)"

/* ?6 engine.  A job that was begun, or whose key was made for an engine, waits for a process of its
 * engine while one lives, which continues from what is there: another engine makes other bytes. The
 * jobs that wait here are those of these engines.  An idle process renews no lease, so only an
 * owner is known to sleep. */
#define OTHERS                                                                                     \
    "others AS MATERIALIZED (SELECT DISTINCT engine FROM casecast_members WHERE engine <> ?6"      \
    "  AND NOT is_stopping AND NOT casecast_is_gone(name)"                                         \
    "  AND NOT (leased_until_ms <= ?2 AND name IN (SELECT owner FROM begun)))"

/* The next owner of a job to cancel only ends it: such a job needs no slot and no known kind. */
#define FIRST_TO_CANCEL                                                                            \
    "(SELECT number FROM casecast_jobs INDEXED BY casecast_jobs_to_cancel"                         \
    " WHERE cancel_wanted <> 0 AND state IN ('queued', 'running')"                                 \
    " AND number NOT IN (SELECT number FROM begun WHERE is_awake) ORDER BY number LIMIT 1)"

/* A job waits while another job of its key still runs (which was canceled and requested again):
 * both write to the same folder. */
#define FIRST_OF(table, may)                                                                       \
    "(SELECT number, rank FROM " table " WHERE " may                                               \
    " AND (?5 IS NULL OR instr(?5, ',' || kind || ','))"                                           \
    " AND ifnull(engine, ?6) NOT IN others"                                                        \
    " AND NOT EXISTS (SELECT 1 FROM begun WHERE is_awake AND kind = mine.kind AND key = mine.key)" \
    " ORDER BY rank, number LIMIT 1)"

#define FIRST_QUEUED                                                                               \
    FIRST_OF("casecast_jobs AS mine INDEXED BY casecast_jobs_in_turn",                             \
        "state = 'queued' AND (SELECT for_any FROM free)"                                          \
        " AND kind NOT IN (SELECT kind FROM full WHERE for_any)")
#define FIRST_LAPSED                                                                               \
    FIRST_OF("begun AS mine",                                                                      \
        "is_awake IS NOT TRUE AND (SELECT iif(is_here, for_sleepers, for_any) FROM free)"          \
        " AND kind NOT IN (SELECT kind FROM full WHERE iif(mine.is_here, for_sleepers, for_any))")

/* Each part follows an index and ends at its first row; SQLite runs them in this order. */
static const char owner_next_sql[] =
    "WITH " BEGUN ", " FREE ", " FULL ", " OTHERS " SELECT number FROM " FIRST_TO_CANCEL
    " UNION ALL SELECT number FROM (SELECT number FROM"
    " (SELECT * FROM " FIRST_QUEUED " UNION ALL SELECT * FROM " FIRST_LAPSED ")"
    " ORDER BY rank, number LIMIT 1) LIMIT 1";

/* ?4 slots, ?5 kinds, ?6 engine, ?7 the one job that the member claims.  What holds for others
 * holds for it, but it may go before its turn. */
static const char owner_this_sql[] =
    "WITH " BEGUN ", " OTHERS " SELECT number FROM casecast_jobs AS mine WHERE id = ?7"
    " AND (state = 'queued' OR state = 'running'"
    "  AND number NOT IN (SELECT number FROM begun WHERE is_awake))"
    " AND (cancel_wanted <> 0 OR (?5 IS NULL OR instr(?5, ',' || kind || ','))"
    "  AND ifnull(engine, ?6) NOT IN others AND NOT EXISTS"
    "  (SELECT 1 FROM begun WHERE is_awake AND kind = mine.kind AND key = mine.key)"
    "  AND (SELECT count(*) FROM begun WHERE is_here AND number <> mine.number) < ?4)";

static const char *owner_engine(const struct sqlite_member *member)
{
    return member->info.engine ? member->info.engine : "";
}

static int owner_find_this(struct database *db, const struct sqlite_member *member, int slots,
    int64_t *ret_number, struct error *err)
{
    return query_number(db, owner_this_sql,
        VALUES(value_text(member->member.name), value_number(clock_monotonic_ms()),
            value_text(member->info.machine ? member->info.machine : ""), value_number(slots),
            value_text(member->member.takes), value_text(owner_engine(member)),
            value_text(member->member.job)),
        ret_number, err);
}

static int owner_find_next(struct database *db, const struct sqlite_member *member, int slots,
    int64_t *ret_number, struct error *err)
{
    if (member->member.job)
        return owner_find_this(db, member, slots, ret_number, err);
    return query_number(db, owner_next_sql,
        VALUES(value_text(member->member.name), value_number(clock_monotonic_ms()),
            value_text(member->info.machine ? member->info.machine : ""), value_number(slots),
            value_text(member->member.takes), value_text(owner_engine(member)),
            value_text(member->member.limits)),
        ret_number, err);
}

/* An owner that is gone though nobody asked it to stop may have died of this job. */
static const char owner_take_sql[] =
    "UPDATE casecast_jobs SET state = 'running', owner = ?1, engine = ?5, run = run + 1,"
    " claim = ?4,"
    " started_ms = iif(started_ms, started_ms, ?2),"
    " deaths = deaths + (state = 'running' AND EXISTS (SELECT 1 FROM casecast_members"
    "  WHERE name = owner AND casecast_is_gone(name) AND NOT is_stopping))"
    " WHERE number = ?3";

static int owner_read_taken(
    struct database *db, int64_t number, struct job *ret_job, struct error *err)
{
    int rc = job_by_number(db, number, ret_job, err);

    return rc == 0 ? job_load_input(db, ret_job, err) : rc;
}

static int owner_take_next(struct database *db, const struct sqlite_member *member, int slots,
    const char *claim, struct job *ret_job, struct error *err)
{
    int64_t number = 0;
    int rc = owner_find_next(db, member, slots, &number, err);

    if (rc == 0)
        rc = query_run(db, owner_take_sql,
            VALUES(value_text(member->member.name), value_number(clock_wall_ms()),
                value_number(number), value_text(claim), value_text(owner_engine(member))),
            err);
    return rc == 0 ? owner_read_taken(db, number, ret_job, err) : rc;
}

/* The first job behind `*number` that the same claim took before, when the caller did not get the
 * result. */
static int owner_find_claimed(struct database *db, const struct sqlite_member *member,
    const char *claim, int64_t *number, struct error *err)
{
    return query_number(db,
        "SELECT number FROM casecast_jobs WHERE state = 'running' AND owner = ?1 AND claim = ?2"
        " AND number > ?3 ORDER BY number LIMIT 1",
        VALUES(value_text(member->member.name), value_text(claim), value_number(*number)), number,
        err);
}

/* What one call has claimed. */
struct claimed {
    struct job *jobs;
    int n, most;
};

static int owner_take_claimed(struct database *db, const struct sqlite_member *member,
    const char *claim, struct claimed *claimed, struct error *err)
{
    int64_t number = 0;
    int rc = 0;

    while (rc == 0 && claimed->n < claimed->most &&
           (rc = owner_find_claimed(db, member, claim, &number, err)) == 0) {
        rc = owner_read_taken(db, number, &claimed->jobs[claimed->n], err);
        claimed->n += rc == 0;
    }
    return rc < 0 ? rc : 0;
}

/* Under the write lock. */
static int owner_claim(struct database *db, const struct sqlite_member *member, int slots,
    const char *claim, struct claimed *claimed, struct error *err)
{
    int rc = owner_take_claimed(db, member, claim, claimed, err);

    if (rc < 0 || claimed->n)
        return rc;
    rc = member_write(db, member, err);
    while (rc == 0 && claimed->n < claimed->most &&
           (rc = owner_take_next(db, member, slots, claim, &claimed->jobs[claimed->n], err)) == 0)
        claimed->n++;
    return rc < 0 ? rc : member_forget_gone(db, member, err);
}

/* Mostly there is nothing to do, and to find that out needs no write lock. */
static int owner_look(struct database *db, const struct sqlite_member *member, int slots,
    const char *claim, struct error *err)
{
    int64_t number = 0;
    int rc = owner_find_claimed(db, member, claim, &number, err);

    return rc == STORE_E_NOT_FOUND ? owner_find_next(db, member, slots, &number, err) : rc;
}

int sqlite_job_claim(struct store_link *link, struct member *base, int slots, const char *claim,
    int most, struct job *ret_jobs, int *ret_n, struct error *err)
{
    struct database *db = database_of(link);
    struct sqlite_member *member = member_of(base);
    struct claimed claimed = {.jobs = ret_jobs, .most = most};
    int rc = member_lock(member, err);

    db->member = member;
    if (rc == 0)
        rc = owner_look(db, member, slots, claim, err);
    if (rc == 0)
        rc = transaction_begin(db, err);
    if (rc != 0)
        return rc < 0 ? rc : 0;
    rc = transaction_end(db, owner_claim(db, member, slots, claim, &claimed, err), err);
    while (rc < 0 && claimed.n > 0)
        job_clear(&ret_jobs[--claimed.n]);
    *ret_n = claimed.n;
    return rc;
}

int sqlite_job_release(struct store_link *link, const char *id, int64_t run, struct error *err)
{
    struct database *db = database_of(link);

    return query_run(db,
        "UPDATE casecast_jobs SET state = 'queued', owner = NULL"
        " WHERE id = ?1 AND run = ?2 AND state = 'running'",
        VALUES(value_text(id), value_number(run)), err);
}

int sqlite_job_lease(
    struct store_link *link, const char *id, int64_t run, int64_t *ret_until_ms, struct error *err)
{
    struct database *db = database_of(link);
    int rc = query_number(db,
        "SELECT leased_until_ms FROM casecast_jobs JOIN casecast_members ON name = owner"
        " WHERE id = ?1 AND run = ?2 AND state = 'running'",
        VALUES(value_text(id), value_number(run)), ret_until_ms, err);

    return rc == STORE_E_NOT_FOUND ? STORE_E_LOST : rc;
}
