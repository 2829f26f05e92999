/* test_process.c - programs that run, end, and are ended.  This program is its own keeper. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "program/keeper.h"
#include "program/process.h"

struct run {
    atomic_bool cancel;
    const char *cancel_at;           /* a line at which it is canceled */
    char said[400], complained[400]; /* each line, with | behind it */
    size_t n_bytes;
    int n_pauses, refuse_at; /* refused at this pause; 0: never */
    struct process_result ended;
};

static int take_line(void *ctx, const char *line, size_t len)
{
    struct run *run = ctx;

    run->n_bytes += len;
    if (len < 100) {
        strncat(run->said, line, len);
        strcat(run->said, "|");
    }
    if (run->cancel_at && len == strlen(run->cancel_at) && memcmp(line, run->cancel_at, len) == 0)
        atomic_store(&run->cancel, true);
    return len == 6 && memcmp(line, "refuse", 6) == 0 ? -1 : 0;
}

static int pause_lines(void *ctx)
{
    struct run *run = ctx;

    strcat(run->said, "/");
    return ++run->n_pauses == run->refuse_at ? -1 : 0;
}

static void take_complaint(void *ctx, const char *line, size_t len)
{
    struct run *run = ctx;

    strncat(run->complained, line, len);
    strcat(run->complained, "|");
}

static void tick(void *ctx)
{
    (void)ctx;
}

static int grace_ms(void *ctx)
{
    (void)ctx;
    return 300;
}

static char *env[] = {(char[]){"PATH=/usr/local/bin:/usr/bin:/bin"}, (char[]){"ONE=1"}, NULL};

static int run_with(struct run *run, struct process_plan plan, const char *script)
{
    char sh[] = "sh", c[] = "-c", *argv[] = {sh, c, (char *)script, NULL};
    struct error err = {0};
    int rc;

    plan.argv = argv;
    plan.env = env;
    plan.folder = plan.folder ? plan.folder : "/";
    plan.input = plan.input ? plan.input : "asked\n";
    plan.cancel = &run->cancel;
    plan.ctx = run;
    plan.line = plan.line ? plan.line : take_line;
    plan.complaint = take_complaint;
    plan.tick = tick;
    plan.grace_ms = grace_ms;
    rc = process_run(&plan, &run->ended, &err);
    ck_assert_msg(rc <= 0, "%d", rc);
    return rc;
}

static void assert_ends(
    struct run *run, struct process_plan plan, const char *script, enum process_end end, int code)
{
    ck_assert_int_eq(run_with(run, plan, script), 0);
    ck_assert_msg(run->ended.end == end && run->ended.code == code, "%s: %d %d", script,
        run->ended.end, run->ended.code);
}

START_TEST(a_program_reads_prints_and_ends)
{
    struct run run = {0};

    assert_ends(&run, (struct process_plan){.folder = "/usr"},
        "read it; echo \"$it $ONE\"; pwd; echo oh >&2; printf 'last'; exit 3", PROCESS_EXITED, 3);
    ck_assert_str_eq(run.said, "asked 1|/usr|last|");
    ck_assert_str_eq(run.complained, "oh|");
}
END_TEST

START_TEST(lines_that_were_read_at_once_have_one_pause_behind_them)
{
    struct process_plan plan = {.pause = pause_lines};
    struct run run = {0}, refused = {.refuse_at = 1}, late = {.refuse_at = 2};

    assert_ends(&run, plan, "printf 'a\nb\nc\nd'", PROCESS_EXITED, 0);
    ck_assert_str_eq(run.said, "a|b|c|/d|/");
    assert_ends(&refused, plan, "printf 'a\nb\n'; sleep 20", PROCESS_REFUSED, 0);
    ck_assert_str_eq(refused.said, "a|b|/");
    assert_ends(&late, plan, "printf 'a\nb'", PROCESS_REFUSED, 0);
    ck_assert_str_eq(late.said, "a|/b|/");
}
END_TEST

START_TEST(a_program_need_not_read_nor_print)
{
    struct run run = {0};
    char *input = malloc(1 << 20);

    memset(input, 'x', 1 << 20);
    input[(1 << 20) - 1] = '\0';
    assert_ends(&run, (struct process_plan){.input = input}, "exec >&- 2>&-", PROCESS_EXITED, 0);
    ck_assert_str_eq(run.said, "");
    free(input);
}
END_TEST

START_TEST(a_signal_and_a_missing_program_are_told)
{
    struct run run = {0}, missing = {0};

    assert_ends(&run, (struct process_plan){0}, "kill -SEGV $$", PROCESS_KILLED, SIGSEGV);
    assert_ends(&missing, (struct process_plan){0}, "exec ./nowhere", PROCESS_EXITED, 127);
    ck_assert_ptr_nonnull(strstr(missing.complained, "nowhere"));
}
END_TEST

START_TEST(a_folder_that_is_not_there_starts_nothing)
{
    struct run run = {0};

    ck_assert_int_eq(run_with(&run, (struct process_plan){.folder = "/nowhere"}, "true"), -ERR_IO);
}
END_TEST

START_TEST(its_limits_end_it)
{
    struct run run[5] = {0};

    assert_ends(&run[0], (struct process_plan){.timeout_ms = 150},
        "while :; do echo; sleep 0.05; done", PROCESS_TIMED_OUT, 0);
    assert_ends(&run[1], (struct process_plan){.quiet_ms = 150}, "sleep 60", PROCESS_QUIET, 0);
    assert_ends(&run[2], (struct process_plan){0},
        "head -c 65537 /dev/zero | tr '\\0' x; echo; sleep 60", PROCESS_LONG_LINE, 0);
    assert_ends(&run[3], (struct process_plan){0}, "echo refuse; sleep 60", PROCESS_REFUSED, 0);
    assert_ends(&run[4], (struct process_plan){.memory = 64 << 20, .nice = 5}, "nice; ulimit -v",
        PROCESS_EXITED, 0);
    ck_assert_ptr_nonnull(strstr(run[4].said, "|65536|"));
}
END_TEST

/* --- a program that prints faster than its lines are taken --- */

enum { FLOOD = 600 /* lines of 1 KiB */ };

static char flood_folder[] = "/tmp/casecast-test-XXXXXX";

/* Lines that the program has printed. */
static int printed(void)
{
    char path[100];
    FILE *file;
    int n = 0;

    snprintf(path, sizeof path, "%s/count", flood_folder);
    file = fopen(path, "r");
    if (!file || fscanf(file, "%d", &n) != 1)
        n = 0;
    if (file)
        fclose(file);
    return n;
}

/* The first line takes until the program has printed nothing for a while. */
static int take_slowly(void *ctx, const char *line, size_t len)
{
    struct run *run = ctx;
    int before = -1;

    (void)line;
    run->n_bytes += len;
    while (run->n_bytes == len && printed() != before) {
        before = printed();
        usleep(500000);
    }
    if (run->n_bytes == len)
        snprintf(run->said, sizeof run->said, "%d", before);
    return 0;
}

START_TEST(a_program_waits_at_its_pipe_until_its_lines_are_taken)
{
    struct process_plan plan = {.folder = flood_folder, .line = take_slowly};
    char path[100], script[200];
    struct run run = {0};

    ck_assert_ptr_nonnull(mkdtemp(flood_folder));
    snprintf(script, sizeof script,
        "i=0; while [ $i -lt %d ]; do printf '%%01023d\n' $i; i=$((i+1)); echo $i >count; "
        "done",
        FLOOD);
    assert_ends(&run, plan, script, PROCESS_EXITED, 0);
    ck_assert_uint_eq(run.n_bytes, FLOOD * 1023);
    /* What a pipe holds, and what was read with the first line. */
    ck_assert_msg(atoi(run.said) > 0 && atoi(run.said) <= 2 * 65 + 1, "%s lines", run.said);
    snprintf(path, sizeof path, "%s/count", flood_folder);
    unlink(path);
    rmdir(flood_folder);
}
END_TEST

START_TEST(a_line_of_the_greatest_length_is_taken)
{
    struct run run = {0};

    assert_ends(&run, (struct process_plan){0}, "head -c 65536 /dev/zero | tr '\\0' x; echo",
        PROCESS_EXITED, 0);
    ck_assert_uint_eq(run.n_bytes, 65536);
}
END_TEST

START_TEST(a_cancel_ends_it_with_or_without_its_consent)
{
    struct run polite = {.cancel_at = "ready"}, deaf = {.cancel_at = "ready"};

    assert_ends(&polite, (struct process_plan){0},
        "trap 'echo bye >&2; exit 0' TERM; echo ready; while :; do sleep 0.02; done",
        PROCESS_CANCELED, 0);
    ck_assert_ptr_nonnull(strstr(polite.complained, "bye|"));
    assert_ends(&deaf, (struct process_plan){0},
        "trap '' TERM; echo ready; while :; do sleep 0.02; done", PROCESS_CANCELED, 0);
}
END_TEST

static bool lives(const char *text)
{
    return kill(atoi(text), 0) == 0 || errno != ESRCH;
}

START_TEST(nothing_that_it_started_is_left)
{
    struct run run = {0};

    assert_ends(&run, (struct process_plan){0},
        "{ setsid sh -c 'trap \"\" TERM; echo $$; exec sleep 60' & } | { read pid; echo $pid; }",
        PROCESS_EXITED, 0);
    ck_assert_msg(*run.said != '\0' && !lives(run.said), "%s lives", run.said);
}
END_TEST

static void *run_some(void *unused)
{
    (void)unused;
    for (int i = 0; i < 5; i++) {
        struct run run = {.cancel_at = i % 2 ? "20" : NULL};

        ck_assert_int_eq(
            run_with(&run, (struct process_plan){0}, "seq 30; [ $ONE ] && sleep 0.1"), 0);
        ck_assert_int_eq(run.ended.end, i % 2 ? PROCESS_CANCELED : PROCESS_EXITED);
        ck_assert_ptr_nonnull(strstr(run.said, i % 2 ? "|20|" : "|30|"));
    }
    return NULL;
}

START_TEST(several_run_at_once_each_on_its_thread)
{
    pthread_t threads[6];

    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, run_some, NULL), 0);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        pthread_join(threads[i], NULL);
}
END_TEST

int main(int argc, char **argv)
{
    Suite *suite = suite_create("process");
    TCase *facts = tcase_create("facts");
    SRunner *runner;
    int failed;

    if (keeper_is_wanted(argc, argv))
        return keeper_main(argc, argv);
    signal(SIGPIPE, SIG_IGN);
    log_start("stderr", LOG_LEVEL_ERROR);
    runner = srunner_create(suite);
    tcase_set_timeout(facts, 120);
    tcase_add_test(facts, a_program_reads_prints_and_ends);
    tcase_add_test(facts, lines_that_were_read_at_once_have_one_pause_behind_them);
    tcase_add_test(facts, a_program_need_not_read_nor_print);
    tcase_add_test(facts, a_signal_and_a_missing_program_are_told);
    tcase_add_test(facts, a_folder_that_is_not_there_starts_nothing);
    tcase_add_test(facts, its_limits_end_it);
    tcase_add_test(facts, a_program_waits_at_its_pipe_until_its_lines_are_taken);
    tcase_add_test(facts, a_line_of_the_greatest_length_is_taken);
    tcase_add_test(facts, a_cancel_ends_it_with_or_without_its_consent);
    tcase_add_test(facts, nothing_that_it_started_is_left);
    tcase_add_test(facts, several_run_at_once_each_on_its_thread);
    suite_add_tcase(suite, facts);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
