/* test_store_journal.c - numbers without gaps, once-tags, the tail that several processes follow.
 */
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "unit/store/store_kit.h"

static int append(const char *id, const char *data, const char *once)
{
    struct job_event event = {.name = NULL, .data = data, .once = once};

    return store_job_append(kit_store, id, 1, &event, 1, &kit_error);
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
        assert_done(store_job_append(kit_store, id, 1, &tagged, 1, &kit_error));
    assert_done(append(id, "without", NULL));
    for (int i = 0; i < 3; i++)
        assert_done(store_job_end(kit_store, id, 1, JOB_DONE, NULL, NULL, last, 2, &kit_error));
    assert_events(
        id, "1 job {\"state\":\"queued\"}\n2 - asked again\n3 - without\n4 done {}\n5 end {}\n");
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events WHERE once IS NULL"), "0");
    ck_assert_str_eq(kit_ask("SELECT last_seq FROM casecast_jobs"), "5");
}
END_TEST

/* As when the answer to the first two was lost, and more are behind them now. */
START_TEST(several_events_keep_their_order_and_those_that_are_there_are_left_out)
{
    const struct job_event events[] = {{.data = "one", .once = "1"},
        {.name = "page", .data = "{\"n\":\"\\\"\"}", .once = "2"}, {.data = "", .once = "3"},
        {.data = "again", .once = "2"}, {.data = "five", .once = "5"}};
    const char *id = kit_job("a");

    kit_claim("me", 1);
    assert_done(store_job_append(kit_store, id, 1, events, 2, &kit_error));
    for (int i = 0; i < 2; i++)
        assert_done(store_job_append(kit_store, id, 1, events, 5, &kit_error));
    assert_done(append(id, "last", NULL));
    assert_events(id, "1 job {\"state\":\"queued\"}\n2 - one\n3 page {\"n\":\"\\\"\"}\n4 - \n"
                      "5 - five\n6 - last\n");
    ck_assert_str_eq(kit_ask("SELECT last_seq FROM casecast_jobs"), "6");
}
END_TEST

START_TEST(several_events_without_tags_get_one_each)
{
    struct job_event events[STORE_APPEND_MOST] = {0};
    const char *id = kit_job("a");

    kit_claim("me", 1);
    for (int i = 0; i < STORE_APPEND_MOST; i++)
        events[i].data = "the same";
    for (int i = 0; i < 2; i++)
        assert_done(store_job_append(kit_store, id, 1, events, STORE_APPEND_MOST, &kit_error));
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events"), "513");
    ck_assert_str_eq(kit_ask("SELECT max(seq) FROM casecast_events"), "513");
}
END_TEST

/* The second can't be written: so the first is not there either. */
START_TEST(of_several_events_all_are_written_or_none)
{
    const struct job_event events[] = {{.data = "one"}, {.data = "broken"}, {.data = "three"}};
    const char *id = kit_job("a");

    kit_claim("me", 1);
    kit_sql(kit_is_postgres()
                ? "ALTER TABLE casecast_events ADD CHECK (data <> 'broken')"
                : "CREATE TRIGGER breaks BEFORE INSERT ON casecast_events WHEN new.data = 'broken'"
                  " BEGIN SELECT RAISE(ABORT, 'broken'); END");
    ck_assert_int_lt(store_job_append(kit_store, id, 1, events, 3, &kit_error), 0);
    assert_events(id, "1 job {\"state\":\"queued\"}\n");
    assert_done(store_job_append(kit_store, id, 1, events, 1, &kit_error));
    assert_events(id, "1 job {\"state\":\"queued\"}\n2 - one\n");
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

/* Two jobs that write in turns: a has the positions 1, 3, 5, 7 and is done then, b has 2, 4, 6. */
struct two {
    struct job_cursor at[2];
};

static struct two two_jobs(void)
{
    static const struct job_event end = {.name = "end", .data = "{}"};
    struct two two = {0};

    strcpy(two.at[0].job_id, kit_job("a"));
    strcpy(two.at[1].job_id, kit_job("b"));
    kit_claim("me", 2);
    kit_claim("me", 2);
    for (int i = 0; i < 2; i++) {
        assert_done(append(two.at[0].job_id, "from a", NULL));
        assert_done(append(two.at[1].job_id, "from b", NULL));
    }
    assert_done(
        store_job_end(kit_store, two.at[0].job_id, 1, JOB_DONE, NULL, NULL, &end, 1, &kit_error));
    return two;
}

struct heard {
    struct buf text;
    int n, most;
};

static bool hear(void *ctx, const struct job_cursor *at, const struct job_event *event)
{
    struct heard *heard = ctx;

    ck_assert_uint_eq(at->seq, event->seq);
    buf_format(&heard->text, "%d:%d%s ", (int)at->position, (int)at->seq, at->is_over ? "!" : "");
    return ++heard->n != heard->most;
}

static void assert_hears(struct two *two, int most, int takes, const char *expected)
{
    struct heard heard = {.most = takes};
    uint64_t position;

    buf_add_text(&heard.text, "");
    assert_done(
        store_cursors_read(kit_store, two->at, 2, most, hear, &heard, &position, &kit_error));
    ck_assert_str_eq(heard.text.data, expected);
    ck_assert_uint_eq(position, 7);
    buf_free(&heard.text);
}

START_TEST(the_events_of_several_jobs_come_in_the_order_of_the_journal)
{
    struct two two = two_jobs();

    assert_hears(&two, 100, 0, "1:1 2:1 3:2 4:2 5:3 6:3 7:4! ");
    assert_hears(&two, 100, 0, "");
    ck_assert(two.at[0].is_over);
    ck_assert(!two.at[1].is_over);
}
END_TEST

START_TEST(their_reader_takes_as_much_as_it_wants_and_goes_on_later)
{
    struct two two = two_jobs();

    assert_hears(&two, 2, 0, "1:1 2:1 ");
    assert_hears(&two, 100, 3, "3:2 4:2 5:3 ");
    assert_hears(&two, 100, 0, "6:3 7:4! ");
}
END_TEST

START_TEST(a_position_says_how_far_each_of_several_jobs_was_read)
{
    static const struct {
        uint64_t position, a, b;
    } found[] = {{0, 0, 0}, {1, 1, 0}, {2, 1, 1}, {5, 3, 2}, {7, 4, 3}, {UINT64_MAX, 4, 3}};
    struct two two = two_jobs();

    for (size_t i = 0; i < sizeof found / sizeof *found; i++) {
        assert_done(store_cursors_find(kit_store, found[i].position, two.at, 2, &kit_error));
        ck_assert_uint_eq(two.at[0].seq, found[i].a);
        ck_assert_uint_eq(two.at[1].seq, found[i].b);
        ck_assert(two.at[0].is_over == (found[i].a == 4));
        ck_assert_uint_eq(two.at[1].position, 2 * found[i].b);
    }
    strcpy(two.at[1].job_id, "0123456789abcdefghjkmnpqrs");
    assert_done(store_cursors_find(kit_store, 5, two.at, 2, &kit_error));
    ck_assert_uint_eq(two.at[0].seq, 3);
    ck_assert_uint_eq(two.at[1].seq, 0);
    two.at[0].seq = 2;
    assert_hears(&two, 100, 0, "5:3 7:4! ");
}
END_TEST

/* Another process may hold the journal for as long as its disk takes. */
START_TEST(the_events_of_an_ended_job_are_read_while_another_holds_the_journal)
{
    struct two two = two_jobs();
    struct buf events;
    struct job job;

    kit_lock();
    job = kit_get(two.at[0].job_id);
    ck_assert_int_eq(job.state, JOB_DONE);
    job_clear(&job);
    events = kit_events(two.at[0].job_id, 0);
    ck_assert_ptr_nonnull(strstr(events.data, "\n3 "));
    buf_free(&events);
    assert_hears(&two, 100, 0, "1:1 2:1 3:2 4:2 5:3 6:3 7:4! ");
    kit_unlock();
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
        if (store_job_append(store, id, 1, &event, 1, NULL) != 0)
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
        the_events_of_several_jobs_come_in_the_order_of_the_journal,
        their_reader_takes_as_much_as_it_wants_and_goes_on_later,
        a_position_says_how_far_each_of_several_jobs_was_read,
        the_events_of_an_ended_job_are_read_while_another_holds_the_journal,
        another_connections_change_is_news_once,
        every_event_has_a_tag_so_that_asked_again_it_is_there_once,
        several_events_keep_their_order_and_those_that_are_there_are_left_out,
        several_events_without_tags_get_one_each,
        of_several_events_all_are_written_or_none,
        who_waits_for_news_is_woken_by_a_poke_or_the_time,
        a_follower_of_several_writers_sees_every_event_once_in_order,
    };

    return kit_main("store_journal", tests, sizeof tests / sizeof *tests, kit_start);
}
