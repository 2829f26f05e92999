/* test_store_postgres.c - what PostgreSQL alone can do to a writer: connections that are ended, a
 * server that crashes, hosts that are silent, a history that is replaced. */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "unit/store/store_kit.h"

enum {
    WRITERS = 6,
    EVENTS = 500,
    TOGETHER = 5,
    CLAIMERS = 8,
    SLOTS = 5,
    JOBS = 40,
    MOST_MS = 50000
};

/* --- writers --- */

struct writer {
    pthread_t thread;
    char id[JOB_ID_LEN + 1];
    struct error err;
    bool has_several;
    int rc;
};

static atomic_int n_writing, n_calls; /* writers that go on; calls that came through */

/* Writes `n` events from number `i` on.  A call whose outcome is not known is made again with its
 * tags. */
static int write_some(struct store *store, struct writer *writer, int i, int n)
{
    int64_t until_ms = clock_monotonic_ms() + MOST_MS;
    char data[TOGETHER][16], tags[TOGETHER][16];
    struct job_event events[TOGETHER];
    int rc;

    for (int k = 0; k < n; k++) {
        snprintf(data[k], sizeof *data, "%d", i + k);
        snprintf(tags[k], sizeof *tags, "tag %d", i + k);
        events[k] = (struct job_event){.name = "scene", .data = data[k], .once = tags[k]};
    }
    while ((rc = store_job_append(store, writer->id, 1, events, n, &writer->err)) == -ERR_BUSY &&
           clock_monotonic_ms() < until_ms)
        usleep(5000);
    atomic_fetch_add(&n_calls, 1);
    return rc;
}

/* Every second writer has several events a call. */
static void *write_all(void *arg)
{
    struct writer *writer = arg;
    struct store *store = NULL;
    int n = writer->has_several ? TOGETHER : 1;

    writer->rc = store_open_again(kit_path, NULL, &store, &writer->err);
    for (int i = 1; writer->rc == 0 && i <= EVENTS; i += n)
        writer->rc = write_some(store, writer, i, n);
    store_close(store);
    atomic_fetch_sub(&n_writing, 1);
    return NULL;
}

static void start_writers(struct writer writers[static WRITERS])
{
    for (int i = 0; i < WRITERS; i++) {
        char key[8];

        snprintf(key, sizeof key, "k%d", i);
        kit_job(key);
        strcpy(writers[i].id, kit_claim("me", WRITERS));
        writers[i].has_several = i % 2;
    }
    /* What is tested is the journal: nobody's lease ends. */
    kit_sql("UPDATE casecast_members SET leased_until_ms = leased_until_ms + 3600000");
    atomic_store(&n_writing, WRITERS);
    for (int i = 0; i < WRITERS; i++)
        ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, write_all, &writers[i]), 0);
}

/* Blows that come faster than a busy machine gets anything done would end only in errors. */
static void wait_for_a_few_calls(void)
{
    int before = atomic_load(&n_calls);

    while (atomic_load(&n_writing) > 0 && atomic_load(&n_calls) < before + 4)
        usleep(5000);
}

static void assert_each_event_once(struct writer writers[static WRITERS])
{
    for (int i = 0; i < WRITERS; i++) {
        pthread_join(writers[i].thread, NULL);
        ck_assert_msg(writers[i].rc == 0, "answer %d: %s", writers[i].rc, writers[i].err.text);
    }
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events WHERE name = 'scene'"), "3000");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events WHERE name = 'scene'"
                             " AND seq <> data::bigint + 1"),
        "0");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM (SELECT seq - lag(seq) OVER (PARTITION BY job_id"
                             " ORDER BY position) AS step FROM casecast_events) AS steps"
                             " WHERE step <> 1"),
        "0");
}

START_TEST(each_event_is_there_once_though_connections_are_ended_at_random)
{
    static const char kill_sql[] =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
        " AND datname = current_database() AND random() < 0.3";
    struct writer writers[WRITERS] = {0};
    PGconn *killer = kit_connect(kit_path);
    int n_rounds = 0;

    start_writers(writers);
    for (; atomic_load(&n_writing) > 0; n_rounds++) {
        usleep(50000);
        wait_for_a_few_calls();
        kit_run(killer, kill_sql);
    }
    PQfinish(killer);
    ck_assert_int_gt(n_rounds, 3);
    assert_each_event_once(writers);
}
END_TEST

START_TEST(each_event_is_there_once_though_the_server_crashes)
{
    struct writer writers[WRITERS] = {0};
    int n_crashes = 0;

    start_writers(writers);
    for (; n_crashes < 2 && atomic_load(&n_writing) > 0; n_crashes++) {
        usleep(200000);
        ck_assert_int_eq(system(getenv("CASECAST_TEST_CRASH")), 0);
    }
    ck_assert_int_gt(n_crashes, 0);
    assert_each_event_once(writers);
}
END_TEST

/* --- claims --- */

struct claimer {
    pthread_t thread;
    const char *machine;
    struct error err;
    int rc;
};

/* On a busy machine a call may wait for the journal's lock longer than it is let: it is made again
 * with its tag, as a process does. */
#define UNTIL_NOT_BUSY(rc, call)                                                                   \
    do {                                                                                           \
        int64_t until_ms = clock_monotonic_ms() + MOST_MS;                                         \
                                                                                                   \
        while (((rc) = (call)) == -ERR_BUSY && clock_monotonic_ms() < until_ms)                    \
            usleep(5000);                                                                          \
    } while (0)

static int claim_and_end(struct store *store, struct member *member, struct error *e)
{
    const struct job_event ran = {.name = "ran", .data = "x", .once = "ran"};
    const char *tag = kit_tag();
    struct job job = {0};
    int rc;

    UNTIL_NOT_BUSY(rc, store_job_claim(store, member, SLOTS, tag, &job, e));
    if (rc != 0)
        return rc;
    usleep(2000);
    UNTIL_NOT_BUSY(rc, store_job_append(store, job.id, job.run, &ran, 1, e));
    if (rc == 0)
        UNTIL_NOT_BUSY(rc, store_job_end(store, job.id, job.run, JOB_DONE, "{}", NULL, NULL, 0, e));
    job_clear(&job);
    return rc;
}

/* Until the queue is empty. */
static void *claim_all(void *arg)
{
    struct claimer *claimer = arg;
    struct member *member = store_member_new(
        kit_path, &(struct member_info){.lease_ms = 600000, .machine = claimer->machine});
    struct store *store = NULL;
    long long counts[JOB_CANCELED + 1] = {[JOB_QUEUED] = 1};
    int rc = store_open_again(kit_path, NULL, &store, &claimer->err);

    while (rc >= 0 && counts[JOB_QUEUED] > 0) {
        rc = claim_and_end(store, member, &claimer->err);
        if (rc >= 0)
            UNTIL_NOT_BUSY(rc, store_job_count(store, counts, &claimer->err));
    }
    store_close(store);
    store_member_free(member);
    atomic_fetch_sub(&n_writing, 1);
    claimer->rc = rc;
    return NULL;
}

START_TEST(many_threads_run_each_job_once_and_no_machine_more_than_its_slots)
{
    static const char over_sql[] =
        "SELECT count(*) FROM (SELECT m.machine FROM casecast.jobs j JOIN casecast.members m ON"
        " m.name = j.owner WHERE state = 'running' GROUP BY 1 HAVING count(*) > 5) AS over";
    PGconn *looker = kit_connect(kit_path);
    struct claimer claimers[CLAIMERS] = {0};

    for (int i = 0; i < JOBS; i++) {
        char key[8];

        snprintf(key, sizeof key, "k%d", i);
        kit_job(key);
    }
    atomic_store(&n_writing, CLAIMERS);
    for (int i = 0; i < CLAIMERS; i++) {
        claimers[i].machine = i % 2 ? "odd" : "even";
        ck_assert_int_eq(pthread_create(&claimers[i].thread, NULL, claim_all, &claimers[i]), 0);
    }
    while (atomic_load(&n_writing) > 0) {
        ck_assert_str_eq(kit_run(looker, over_sql), "0");
        usleep(1000);
    }
    for (int i = 0; i < CLAIMERS; i++) {
        pthread_join(claimers[i].thread, NULL);
        ck_assert_msg(claimers[i].rc >= 0, "answer %d: %s", claimers[i].rc, claimers[i].err.text);
    }
    PQfinish(looker);
    ck_assert_str_eq(
        kit_ask("SELECT count(*) FROM casecast_jobs WHERE state = 'done' AND run = 1"), "40");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events WHERE name = 'ran'"), "40");
}
END_TEST

/* --- an owner that comes back while another process takes its job --- */

static const char heir_claims[] =
    "SELECT count(*) FROM casecast.jobs_claim('heir', 'm', 'e', 1, NULL, 60000, 1, true, 'c', NULL,"
    " 1)";

static const char *owner_renews(void)
{
    static char sql[200];

    snprintf(sql, sizeof sql, "SELECT casecast.member_renew('%s', 'm', 'e', 1, NULL, 60000)",
        kit_ask("SELECT owner FROM casecast.jobs"));
    return sql;
}

static void wait_for_a_lock(void)
{
    int64_t until_ms = clock_monotonic_ms() + MOST_MS;

    while (strcmp(kit_ask("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                          " AND wait_event_type = 'Lock'"),
               "1") != 0) {
        ck_assert_msg(clock_monotonic_ms() < until_ms, "the second call waits for nobody");
        usleep(5000);
    }
}

/* `first` is done and not committed when `second` begins, which then waits for it.  Returns what
 * `second` answers. */
static const char *meet(const char *first, const char *second)
{
    PGconn *one = kit_connect(kit_path), *two = kit_connect(kit_path);
    static char answer[40];
    PGresult *result;

    kit_run(one, "BEGIN");
    kit_run(one, first);
    ck_assert_int_eq(PQsendQuery(two, second), 1);
    wait_for_a_lock();
    kit_run(one, "COMMIT");
    result = PQgetResult(two);
    ck_assert_msg(PQresultStatus(result) == PGRES_TUPLES_OK, "%s", PQresultErrorMessage(result));
    snprintf(answer, sizeof answer, "%s", PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(one);
    PQfinish(two);
    return answer;
}

static void job_of_silent_owner(void)
{
    kit_job("a");
    kit_claim("me", 1);
    kit_sql("UPDATE casecast_members SET leased_until_ms = 0");
}

START_TEST(an_owner_that_comes_back_first_keeps_its_job)
{
    job_of_silent_owner();
    ck_assert_str_eq(meet(owner_renews(), heir_claims), "0");
    ck_assert_str_eq(kit_ask("SELECT run || (owner <> 'heir')::text || dead::text"
                             " FROM casecast.jobs"),
        "1true{}");
}
END_TEST

START_TEST(an_owner_that_comes_back_behind_its_heir_has_not_died)
{
    job_of_silent_owner();
    meet(heir_claims, owner_renews());
    ck_assert_str_eq(kit_ask("SELECT run || owner || dead::text FROM casecast.jobs"), "2heir{}");
}
END_TEST

/* --- an address of several hosts --- */

/* A port that takes connections and never says a word. */
static int silent_port(int *ret_fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;

    *ret_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(*ret_fd, (struct sockaddr *)&address, len), 0);
    ck_assert_int_eq(listen(*ret_fd, 16), 0);
    ck_assert_int_eq(getsockname(*ret_fd, (struct sockaddr *)&address, &len), 0);
    return ntohs(address.sin_port);
}

/* It connects when it is asked. */
static struct store *open_at(const char *address)
{
    struct store *store = NULL;

    assert_done(store_open(address, NULL, &store, &kit_error));
    return store;
}

static const char *const wishes[] = {"any", "read-write", "prefer-standby"};

START_TEST(a_silent_host_does_not_take_the_time_of_the_next)
{
    const char *folder = strstr(kit_path, "host=");
    char address[320], name[32];
    struct store *store;
    uint64_t position;
    int fd, port = silent_port(&fd);

    ck_assert_ptr_nonnull(folder);
    folder += strlen("host=");
    snprintf(name, sizeof name, "test_%d", (int)getpid());
    snprintf(address, sizeof address,
        "postgresql://owner@/%s?host=127.0.0.1,%.*s&port=%d,5432&target_session_attrs=%s", name,
        (int)strcspn(folder, "&"), folder, port, wishes[_i]);
    store = open_at(address);
    assert_done(store_position(store, &position, &kit_error));
    store_close(store);
    close(fd);
}
END_TEST

START_TEST(each_host_that_does_not_answer_is_named_with_its_error)
{
    int fd, port = silent_port(&fd);
    struct store *store;
    uint64_t position;
    char address[160];

    snprintf(
        address, sizeof address, "postgresql://owner@127.0.0.1:%d,127.0.0.2:%d/none", port, port);
    store = open_at(address);
    assert_says(store_position(store, &position, &kit_error), ERR_BUSY,
        "no answer in 2 s from 127.0.0.1; ");
    ck_assert_msg(strstr(kit_error.text, "127.0.0.2"), "%s", kit_error.text);
    ck_assert_msg(strstr(kit_error.text, "Connection refused"), "%s", kit_error.text);
    store_close(store);
    close(fd);
}
END_TEST

/* --- news without a notification --- */

static void see_job(void *ctx, const struct job *job, const char *owner)
{
    (void)job;
    (void)owner;
    ++*(int *)ctx;
}

static void see_event(
    void *ctx, uint64_t position, const char *job_id, const struct job_event *event)
{
    (void)position;
    (void)job_id;
    (void)event;
    ++*(int *)ctx;
}

/* What there is, read as a clerk reads it: live jobs, and events after `after`. */
static int read_all(struct store *reader, uint64_t after)
{
    int n = 0;

    assert_done(store_live(reader, see_job, &n, &kit_error));
    assert_done(store_tail(reader, after, 256, see_event, &n, &kit_error));
    return n;
}

static bool has_news(struct store *reader, int tries)
{
    bool is_news = false;

    while (tries-- > 0 && !is_news)
        assert_done(store_news(reader, 100, -1, &is_news, &kit_error));
    return is_news;
}

START_TEST(news_that_nobody_notified_of_are_found_and_nothing_else_is_news)
{
    struct store *reader = kit_open();
    struct member *member = store_member_new(kit_path, &(struct member_info){.lease_ms = 60000});
    uint64_t position;

    kit_sql("INSERT INTO casecast_jobs(id, kind, subject, key, state, created_ms)"
            " VALUES ('j1', 'video', 'a', 'a', 'done', 0)");
    assert_done(store_position(reader, &position, &kit_error));
    ck_assert_int_eq(read_all(reader, position), 0);
    ck_assert(!has_news(reader, 15));
    kit_sql("INSERT INTO casecast_events(job_id, seq, data, once) VALUES ('j1', 1, 'x', 'x')");
    ck_assert(has_news(reader, 50));
    ck_assert_int_eq(read_all(reader, position), 1);
    ck_assert(!has_news(reader, 15));
    kit_sql("UPDATE casecast_jobs SET state = 'queued'");
    assert_done(store_member_renew(reader, member, &kit_error)); /* finds it, too */
    ck_assert(has_news(reader, 1));
    ck_assert_int_eq(read_all(reader, position), 2);
    ck_assert(has_news(reader, 50)); /* live jobs are read again and again */
    store_member_free(member);
    store_close(reader);
}
END_TEST

/* --- a long queue --- */

enum { LONG = 10000, FEW_ROWS = 50 };

static void queue_many(PGconn *connection)
{
    char sql[300];

    snprintf(sql, sizeof sql,
        "INSERT INTO casecast.jobs(id, kind, subject, key, state, created_ms)"
        " SELECT 'id' || i, 'video', '1', 'key' || i, 'queued', 1 FROM generate_series(1, %d) i",
        LONG);
    kit_run(connection, sql);
}

/* As the server counts them, of all queries of this connection that it has not added up yet. */
static int rows_of_jobs_read(PGconn *connection)
{
    return atoi(kit_run(connection,
        "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables"
        " WHERE schemaname = 'casecast' AND relname = 'jobs'"));
}

static int rows_of_jobs_read_by(PGconn *connection, const char *sql)
{
    int before, n;

    kit_run(connection, "BEGIN");
    before = rows_of_jobs_read(connection);
    kit_run(connection, sql);
    n = rows_of_jobs_read(connection) - before;
    kit_run(connection, "COMMIT");
    return n;
}

START_TEST(the_next_of_many_jobs_is_found_without_reading_all)
{
    static const char next_sql[] =
        "SELECT casecast.job_next('me', 'here', '', ',video,', 5, true, NULL)";
    static const char *const meanwhile[] = {"SELECT 1", "ANALYZE casecast.jobs",
        "SELECT casecast.member_renew('me', 'here', '', 5, '', 9000)"};
    PGconn *connection = kit_connect(kit_path);

    queue_many(connection);
    ck_assert_str_eq(kit_run(connection, next_sql), "1");
    for (size_t i = 0; i < sizeof meanwhile / sizeof *meanwhile; i++) {
        int n;

        kit_run(connection, meanwhile[i]);
        n = rows_of_jobs_read_by(connection, next_sql);
        ck_assert_msg(n < FEW_ROWS, "after %s: %d rows", meanwhile[i], n);
    }
    PQfinish(connection);
}
END_TEST

/* --- another history --- */

START_TEST(who_reads_tables_that_were_made_anew_is_adrift)
{
    const char *id = kit_job("a");
    struct job_event event = {.data = "x"};
    uint64_t position;

    kit_claim("me", 1);
    ck_assert(!store_is_adrift(kit_store));
    kit_sql("ALTER TABLE casecast_events RENAME TO was; CREATE TABLE casecast_events(LIKE "
            "casecast_was INCLUDING ALL)");
    assert_says(store_job_append(kit_store, id, 1, &event, 1, &kit_error), ERR_IO, "was replaced");
    ck_assert(store_is_adrift(kit_store));
    assert_says(store_position(kit_store, &position, &kit_error), ERR_IO, "was replaced");
    store_close(kit_store);
    kit_store = kit_open();
    ck_assert(!store_is_adrift(kit_store));
    assert_done(store_position(kit_store, &position, &kit_error));
    ck_assert_uint_eq(position, 0);
}
END_TEST

START_TEST(a_reader_finds_by_itself_that_the_tables_were_dropped)
{
    uint64_t position;

    kit_sql("DROP SCHEMA casecast CASCADE");
    assert_says(store_position(kit_store, &position, &kit_error), ERR_IO, "were dropped");
    ck_assert(store_is_adrift(kit_store));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        each_event_is_there_once_though_connections_are_ended_at_random,
        each_event_is_there_once_though_the_server_crashes,
        many_threads_run_each_job_once_and_no_machine_more_than_its_slots,
        an_owner_that_comes_back_first_keeps_its_job,
        an_owner_that_comes_back_behind_its_heir_has_not_died,
        each_host_that_does_not_answer_is_named_with_its_error,
        news_that_nobody_notified_of_are_found_and_nothing_else_is_news,
        the_next_of_many_jobs_is_found_without_reading_all,
        who_reads_tables_that_were_made_anew_is_adrift,
        a_reader_finds_by_itself_that_the_tables_were_dropped,
    };

    const struct kit_loop loops[] = {
        {a_silent_host_does_not_take_the_time_of_the_next, sizeof wishes / sizeof *wishes}};

    return kit_main_loops("store_postgres", tests, sizeof tests / sizeof *tests, loops,
        sizeof loops / sizeof *loops, kit_start);
}
