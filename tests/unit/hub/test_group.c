/* test_group.c - many works that write at the same time, through one connection. */
#include <pthread.h>
#include <stdio.h>

#include "hub/works/group.h"
#include "unit/store/store_kit.h"

enum { N_WORKS = 8, N_EVENTS = 40 };

static struct group *group;

struct writer {
    pthread_t thread;
    char id[JOB_ID_LEN + 1];
    int era, rc;
    struct error err;
};

static void writer_begin(struct writer *writer, const char *key)
{
    strcpy(writer->id, kit_job(key));
    ck_assert_str_eq(kit_claim("me", N_WORKS), writer->id);
    assert_done(group_join(group, &writer->era, &kit_error));
}

static int writer_say(struct writer *writer, const char *data)
{
    const struct job_event event = {.data = data};
    const struct run_write write = {
        .job_id = writer->id, .run = 1, .end = JOB_RUNNING, .events = &event, .n_events = 1};

    return group_write(group, writer->era, &write, &writer->err);
}

static void *writer_main(void *ctx)
{
    struct writer *writer = ctx;
    char data[16];

    for (int i = 0; writer->rc == 0 && i < N_EVENTS; i++) {
        snprintf(data, sizeof data, "%d", i);
        writer->rc = writer_say(writer, data);
    }
    group_leave(group);
    return NULL;
}

static void assert_in_order(const char *id)
{
    struct buf expected = {0};

    buf_add_text(&expected, "1 job {\"state\":\"queued\"}\n");
    for (int i = 0; i < N_EVENTS; i++)
        buf_format(&expected, "%d - %d\n", i + 2, i);
    assert_events(id, expected.data);
    buf_free(&expected);
}

START_TEST(all_that_many_works_say_at_once_is_there_in_order)
{
    struct writer writers[N_WORKS] = {0};
    char key[2] = "a";

    group = group_new(kit_path);
    for (int i = 0; i < N_WORKS; i++, key[0]++)
        writer_begin(&writers[i], key);
    for (int i = 0; i < N_WORKS; i++)
        ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, writer_main, &writers[i]), 0);
    for (int i = 0; i < N_WORKS; i++) {
        pthread_join(writers[i].thread, NULL);
        ck_assert_msg(writers[i].rc == 0, "%s", writers[i].err.text);
        assert_in_order(writers[i].id);
    }
    group_free(group);
}
END_TEST

static void *say_one(void *ctx)
{
    struct writer *writer = ctx;

    writer->rc = writer_say(writer, "text");
    return NULL;
}

/* While the first write waits for the lock, the others gather: all of them are the second. */
START_TEST(what_gathers_while_one_write_is_under_way_is_one_write)
{
    struct writer writers[N_WORKS] = {0};
    char key[2] = "a";

    if (!kit_is_postgres())
        return;
    group = group_new(kit_path);
    for (int i = 0; i < N_WORKS; i++, key[0]++)
        writer_begin(&writers[i], key);
    kit_lock();
    for (int i = 0; i < N_WORKS; i++)
        ck_assert_int_eq(pthread_create(&writers[i].thread, NULL, say_one, &writers[i]), 0);
    usleep(500000);
    kit_unlock();
    for (int i = 0; i < N_WORKS; i++) {
        pthread_join(writers[i].thread, NULL);
        ck_assert_msg(writers[i].rc == 0, "%s", writers[i].err.text);
        group_leave(group);
    }
    ck_assert_str_eq(kit_ask("SELECT count(DISTINCT xmin::text) FROM casecast_events"
                             " WHERE data = 'text'"),
        "2");
    group_free(group);
}
END_TEST

static bool count_event(void *ctx, const struct job_event *event)
{
    int *n = ctx;

    *n += event->seq > 0;
    return true;
}

START_TEST(progress_goes_by_the_same_connection_between_the_events)
{
    struct writer writer = {0};
    uint64_t position;
    struct job job;
    int n = 0;

    group = group_new(kit_path);
    writer_begin(&writer, "1");
    assert_done(writer_say(&writer, "first"));
    assert_done(group_progress(group, writer.era, writer.id, 1, "{\"percent\":40}", &kit_error));
    assert_done(writer_say(&writer, "second"));
    assert_done(store_job_get(kit_store, writer.id, &job, &kit_error));
    ck_assert_str_eq(job.progress, "{\"percent\":40}");
    job_clear(&job);
    assert_done(store_job_events(kit_store, writer.id, 0, count_event, &n, &position, &kit_error));
    ck_assert_int_eq(n, 3); /* it is no event */
    ck_assert_int_eq(
        group_progress(group, writer.era, writer.id, 2, "{}", &kit_error), STORE_E_LOST);
    group_leave(group);
    group_free(group);
}
END_TEST

/* One that the database can't keep is refused alone. */
static void *say_wrong(void *ctx)
{
    struct writer *writer = ctx;

    writer->rc = writer_say(writer, "\xff");
    return NULL;
}

START_TEST(a_text_that_can_t_be_kept_is_refused_alone)
{
    struct writer writers[3] = {0};
    char key[2] = "a";

    if (!kit_is_postgres()) /* SQLite keeps any bytes */
        return;
    group = group_new(kit_path);
    for (int i = 0; i < 3; i++, key[0]++)
        writer_begin(&writers[i], key);
    kit_lock();
    for (int i = 0; i < 3; i++)
        ck_assert_int_eq(
            pthread_create(&writers[i].thread, NULL, i == 1 ? say_wrong : say_one, &writers[i]), 0);
    usleep(500000);
    kit_unlock();
    for (int i = 0; i < 3; i++) {
        pthread_join(writers[i].thread, NULL);
        group_leave(group);
        ck_assert_int_eq(writers[i].rc, i == 1 ? -ERR_INPUT : 0);
    }
    ck_assert_str_eq(kit_ask("SELECT count(*) FROM casecast_events WHERE data = 'text'"), "2");
    group_free(group);
}
END_TEST

/* Its number may be another run's in the database that came after. */
START_TEST(who_joined_before_the_database_was_replaced_has_lost_its_job)
{
    struct writer old = {0}, young = {0};
    char aside[200];

    if (kit_is_postgres())
        return;
    group = group_new(kit_path);
    writer_begin(&old, "a");
    assert_done(writer_say(&old, "here"));
    store_close(kit_store);
    snprintf(aside, sizeof aside, "%s-aside", kit_path);
    ck_assert_int_eq(rename(kit_path, aside), 0);
    kit_store = kit_open();
    ck_assert_int_eq(writer_say(&old, "where"), -ERR_IO);
    writer_begin(&young, "a");
    ck_assert_int_eq(writer_say(&old, "there"), STORE_E_LOST);
    assert_done(writer_say(&young, "there"));
    assert_events(young.id, "1 job {\"state\":\"queued\"}\n2 - there\n");
    group_leave(group);
    group_leave(group);
    group_free(group);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        all_that_many_works_say_at_once_is_there_in_order,
        what_gathers_while_one_write_is_under_way_is_one_write,
        progress_goes_by_the_same_connection_between_the_events,
        a_text_that_can_t_be_kept_is_refused_alone,
        who_joined_before_the_database_was_replaced_has_lost_its_job,
    };

    return kit_main("group", tests, sizeof tests / sizeof *tests, kit_start);
}
