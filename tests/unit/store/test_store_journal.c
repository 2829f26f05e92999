/* test_store_journal.c - numbers without gaps, once-tags, the tail that several processes follow.
 */
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "unit/store/store_kit.h"

static int append(const char *id, const char *data, const char *once)
{
    struct job_event event = {.name = NULL, .data = data, .once = once};

    return store_job_append(kit_store, id, 1, &event, &kit_error);
}

START_TEST(events_count_from_one_without_a_gap)
{
    const char *id = kit_job("a");
    struct buf buf;

    kit_claim("me", 1);
    assert_done(append(id, "x", NULL));
    assert_done(append(id, "x", NULL));
    assert_events(id, "1 job {\"state\":\"queued\"}\n2 - x\n3 - x\n");
    buf = kit_events(id, 2);
    ck_assert_str_eq(buf.data, "3 - x\n");
    buf_free(&buf);
    buf = kit_events(id, UINT64_MAX);
    ck_assert_str_eq(buf.data, "");
    buf_free(&buf);
}
END_TEST

START_TEST(an_event_with_a_tag_is_written_once_a_job)
{
    char a[JOB_ID_LEN + 1], b[JOB_ID_LEN + 1];

    strcpy(a, kit_job("a"));
    strcpy(b, kit_job("b"));
    kit_claim("me", 2);
    kit_claim("me", 2);
    assert_done(append(a, "first", "tag"));
    assert_done(append(a, "second", "tag"));
    assert_done(append(b, "third", "tag"));
    assert_done(append(a, "fourth", NULL));
    assert_events(a, "1 job {\"state\":\"queued\"}\n2 - first\n3 - fourth\n");
    assert_events(b, "1 job {\"state\":\"queued\"}\n2 - third\n");
}
END_TEST

START_TEST(every_event_has_a_tag_so_that_asked_again_it_is_there_once)
{
    struct job_event tagged = {.data = "asked again", .once = "one tag"};
    const struct job_event last[] = {{.name = "done", .data = "{}"}, {.name = "end", .data = "{}"}};
    const char *id = kit_job("a");

    kit_claim("me", 1);
    for (int i = 0; i < 3; i++)
        assert_done(store_job_append(kit_store, id, 1, &tagged, &kit_error));
    assert_done(append(id, "without", NULL));
    for (int i = 0; i < 3; i++)
        assert_done(store_job_end(kit_store, id, 1, JOB_DONE, NULL, NULL, last, 2, &kit_error));
    assert_events(
        id, "1 job {\"state\":\"queued\"}\n2 - asked again\n3 - without\n4 done {}\n5 end {}\n");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events WHERE once IS NULL"), "0");
    ck_assert_str_eq(kit_ask("SELECT last_seq FROM casecast_jobs"), "5");
}
END_TEST

static void note_tail(
    void *ctx, uint64_t position, const char *job_id, const struct job_event *event)
{
    (void)job_id;
    buf_format(ctx, "%d:%d:%s ", (int)position, (int)event->seq, event->data);
}

START_TEST(the_tail_goes_on_exactly_where_a_replay_ended)
{
    struct buf replay = {0}, tail = {0};
    const char *id = kit_job("a");
    uint64_t position;

    kit_claim("me", 1);
    assert_done(append(id, "old", NULL));
    assert_done(store_job_events(kit_store, id, 0, kit_note_event, &replay, &position, &kit_error));
    ck_assert_uint_eq(position, 2);
    assert_done(append(id, "new", NULL));
    assert_done(append(id, "newer", NULL));
    assert_done(store_tail(kit_store, position, 1, note_tail, &tail, &kit_error));
    ck_assert_str_eq(tail.data, "3:3:new ");
    assert_done(store_tail(kit_store, position + 1, 10, note_tail, &tail, &kit_error));
    ck_assert_str_eq(tail.data, "3:3:new 4:4:newer ");
    buf_free(&replay);
    buf_free(&tail);
}
END_TEST

struct piece {
    struct buf text;
    int n, most;
};

static bool note_some(void *ctx, const struct job_event *event)
{
    struct piece *piece = ctx;

    kit_note_event(&piece->text, event);
    return ++piece->n < piece->most;
}

/* Nothing of the read stays open: what is written between two pieces is seen by the second. */
START_TEST(a_reader_takes_as_much_as_it_wants_and_goes_on_later)
{
    struct piece first = {.most = 2}, second = {.most = 3}, none = {.most = 1};
    const char *id = kit_job("a");
    uint64_t position;

    kit_claim("me", 1);
    assert_done(append(id, "two", NULL));
    assert_done(append(id, "three", NULL));
    assert_done(store_job_events(kit_store, id, 0, note_some, &first, &position, &kit_error));
    ck_assert_str_eq(first.text.data, "1 job {\"state\":\"queued\"}\n2 - two\n");
    assert_done(append(id, "four", NULL));
    assert_done(store_job_events(kit_store, id, 2, note_some, &second, &position, &kit_error));
    ck_assert_str_eq(second.text.data, "3 - three\n4 - four\n");
    ck_assert_uint_eq(position, 4);
    assert_done(store_job_events(kit_store, id, 4, note_some, &none, &position, &kit_error));
    ck_assert_int_eq(none.n, 0);
    buf_free(&first.text);
    buf_free(&second.text);
}
END_TEST

START_TEST(the_position_is_the_journals_end)
{
    uint64_t position = 99;

    assert_done(store_position(kit_store, &position, &kit_error));
    ck_assert_uint_eq(position, 0);
    kit_job("a");
    kit_job("b");
    assert_done(store_position(kit_store, &position, &kit_error));
    ck_assert_uint_eq(position, 2);
}
END_TEST

START_TEST(another_connections_change_is_news_once)
{
    struct store *other = kit_open();
    bool changed = false;

    assert_done(store_news(other, 0, -1, &changed, &kit_error));
    assert_done(store_news(other, 0, -1, &changed, &kit_error));
    ck_assert(!changed);
    kit_job("a");
    assert_done(store_news(other, 0, -1, &changed, &kit_error));
    ck_assert(changed);
    assert_done(store_news(other, 0, -1, &changed, &kit_error));
    ck_assert(!changed);
    store_close(other);
}
END_TEST

static int64_t waited_ms(struct store *store, int ms, int wake_fd, bool *ret_is_news)
{
    int64_t began_ms = clock_monotonic_ms();

    assert_done(store_news(store, ms, wake_fd, ret_is_news, &kit_error));
    return clock_monotonic_ms() - began_ms;
}

START_TEST(who_waits_for_news_is_woken_by_a_poke_or_the_time)
{
    bool is_news = false;
    int fd = eventfd(0, 0);

    ck_assert_int_ge(fd, 0);
    assert_done(store_news(kit_store, 0, -1, &is_news, &kit_error));
    ck_assert_int_ge(waited_ms(kit_store, 50, fd, &is_news), 49);
    ck_assert(!is_news);
    ck_assert_int_eq(eventfd_write(fd, 1), 0);
    ck_assert_int_lt(waited_ms(kit_store, 30000, fd, &is_news), 20000);
    ck_assert(!is_news);
    close(fd);
}
END_TEST

/* --- several writers, one follower --- */

enum { WRITERS = 3, EVENTS = 60 };

static int write_events(const char *id)
{
    struct job_event event = {.data = "x"};
    struct store *store;

    if (store_open(kit_path, kit_path, &store, NULL) < 0)
        return 1;
    for (int i = 0; i < EVENTS; i++)
        if (store_job_append(store, id, 1, &event, NULL) != 0)
            return 1;
    store_close(store);
    return 0;
}

struct follower {
    uint64_t position;
    uint64_t next_seq[WRITERS];
    char ids[WRITERS][JOB_ID_LEN + 1];
    int n;
};

static void follow(void *ctx, uint64_t position, const char *job_id, const struct job_event *event)
{
    struct follower *follower = ctx;

    ck_assert_uint_gt(position, follower->position);
    follower->position = position;
    for (int i = 0; i < WRITERS; i++)
        if (strcmp(job_id, follower->ids[i]) == 0)
            ck_assert_uint_eq(event->seq, ++follower->next_seq[i]);
    follower->n++;
}

START_TEST(a_follower_of_several_writers_sees_every_event_once_in_order)
{
    struct follower follower = {0};
    pid_t pids[WRITERS];

    for (int i = 0; i < WRITERS; i++) {
        char name[8];

        snprintf(name, sizeof name, "p%d", i);
        kit_job(name);
        strcpy(follower.ids[i], kit_claim(name, WRITERS));
    }
    store_close(kit_store);
    kit_store = NULL;
    for (int i = 0; i < WRITERS; i++)
        if ((pids[i] = fork()) == 0)
            _exit(write_events(follower.ids[i]));
    kit_store = kit_open();
    while (follower.n < WRITERS * (EVENTS + 1))
        assert_done(store_tail(kit_store, follower.position, 50, follow, &follower, &kit_error));
    for (int i = 0; i < WRITERS; i++) {
        int status;

        waitpid(pids[i], &status, 0);
        ck_assert_int_eq(status, 0);
    }
    assert_done(store_tail(kit_store, follower.position, 50, follow, &follower, &kit_error));
    ck_assert_int_eq(follower.n, WRITERS * (EVENTS + 1));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        events_count_from_one_without_a_gap,
        an_event_with_a_tag_is_written_once_a_job,
        the_tail_goes_on_exactly_where_a_replay_ended,
        a_reader_takes_as_much_as_it_wants_and_goes_on_later,
        the_position_is_the_journals_end,
        another_connections_change_is_news_once,
        every_event_has_a_tag_so_that_asked_again_it_is_there_once,
        who_waits_for_news_is_woken_by_a_poke_or_the_time,
        a_follower_of_several_writers_sees_every_event_once_in_order,
    };

    return kit_main("store_journal", tests, sizeof tests / sizeof *tests, kit_start);
}
