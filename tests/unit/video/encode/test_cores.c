/* test_cores.c - the machine's cores, shared: common/video/encode/cores.h. */
#include <check.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "media.h"
#include "video/encode/cores.h"

static char *folder, *path;
static struct error err;
static const atomic_bool never;

static void set_up(void)
{
    folder = media_folder();
    path = mem_format("%s/encoders", folder);
}

static void tear_down(void)
{
    free(path);
    media_folder_remove(folder);
}

static void open_core(int n, struct core *core)
{
    ck_assert_int_eq(core_open(path, n, core, &err), 0);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 300000}, NULL);
}

/* A thread that works like an encoder of a video: `n_frames` frames, each with a core held. */
struct encoder {
    pthread_t thread;
    int n_cores, n_frames, n_a_segment;
    enum core_rank rank;
    atomic_int done;
    atomic_bool stop, is_over;
};

static atomic_int at_work, most_at_work;

static void work_on_a_frame(struct encoder *encoder)
{
    int now = atomic_fetch_add(&at_work, 1) + 1, most = atomic_load(&most_at_work);

    while (now > most && !atomic_compare_exchange_weak(&most_at_work, &most, now))
        ;
    nap();
    atomic_fetch_sub(&at_work, 1);
    atomic_fetch_add(&encoder->done, 1);
}

static void *encode(void *ctx)
{
    struct encoder *encoder = ctx;
    struct core core;
    bool is_running;

    open_core(encoder->n_cores, &core);
    is_running = core_acquire(&core, encoder->rank, &encoder->stop);
    while (is_running && !atomic_load(&encoder->is_over) &&
           atomic_load(&encoder->done) < encoder->n_frames) {
        work_on_a_frame(encoder);
        is_running = core_yield(&core, &encoder->stop);
        if (is_running && atomic_load(&encoder->done) % encoder->n_a_segment == 0) {
            core_release(&core);
            is_running = core_acquire(&core, encoder->rank, &encoder->stop);
        }
    }
    core_release(&core);
    core_close(&core);
    return NULL;
}

static void start(struct encoder *encoder, int n_cores, int n_frames)
{
    encoder->n_cores = n_cores;
    encoder->n_frames = n_frames;
    encoder->n_a_segment = 20;
    encoder->rank = CORE_NORMAL;
    pthread_create(&encoder->thread, NULL, encode, encoder);
}

enum { ENDLESS = 1000000 };

/* All of its frames are one segment. */
static void start_segment(struct encoder *encoder, enum core_rank rank, int n_frames)
{
    encoder->n_cores = 1;
    encoder->n_frames = encoder->n_a_segment = n_frames;
    encoder->rank = rank;
    pthread_create(&encoder->thread, NULL, encode, encoder);
}

static void wait_for_frames(struct encoder *encoder, int n)
{
    while (atomic_load(&encoder->done) < n)
        nap();
}

static void end(struct encoder *encoder)
{
    atomic_store(&encoder->is_over, true);
    atomic_store(&encoder->stop, true);
    pthread_join(encoder->thread, NULL);
}

START_TEST(no_more_encoders_work_at_once_than_there_are_cores)
{
    static struct encoder encoders[7];

    for (int i = 0; i < 7; i++)
        start(&encoders[i], 3, 100);
    for (int i = 0; i < 7; i++)
        pthread_join(encoders[i].thread, NULL);
    ck_assert_int_eq(atomic_load(&most_at_work), 3);
    for (int i = 0; i < 7; i++)
        ck_assert_int_eq(atomic_load(&encoders[i].done), 100);
}
END_TEST

START_TEST(a_short_video_does_not_wait_for_the_end_of_a_long_one)
{
    static struct encoder long_video[2], short_video[2];
    int before = 0, meanwhile = 0;

    for (int i = 0; i < 2; i++)
        start(&long_video[i], 2, ENDLESS);
    while (atomic_load(&long_video[0].done) + atomic_load(&long_video[1].done) < 20)
        nap();
    for (int i = 0; i < 2; i++)
        before += atomic_load(&long_video[i].done);
    for (int i = 0; i < 2; i++)
        start(&short_video[i], 2, 200);
    for (int i = 0; i < 2; i++)
        pthread_join(short_video[i].thread, NULL);
    for (int i = 0; i < 2; i++)
        meanwhile += atomic_load(&long_video[i].done);
    meanwhile -= before;
    for (int i = 0; i < 2; i++)
        end(&long_video[i]);
    /* The long video makes at most twice the short one's 400 frames meanwhile: the short one takes
     * at most three times as long as alone. */
    ck_assert_int_le(meanwhile, 2 * 400);
    ck_assert_int_ge(meanwhile, 400 / 4); /* the long one goes on, too */
}
END_TEST

static bool queue_has_head(enum core_rank rank)
{
    /* The lock of the queue in cores.c. */
    struct flock lock = {
        .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 257 + (int)rank * 21, .l_len = 1};
    int fd = open(path, O_RDWR | O_CLOEXEC);
    bool is_so = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

    close(fd);
    return is_so;
}

START_TEST(a_segment_is_done_before_another_one_is_begun)
{
    static struct encoder first, second;

    start_segment(&first, CORE_NORMAL, ENDLESS);
    wait_for_frames(&first, 1);
    start_segment(&second, CORE_NORMAL, 5);
    while (!queue_has_head(CORE_NORMAL))
        nap();
    wait_for_frames(&first, atomic_load(&first.done) + 200);
    ck_assert_int_eq(atomic_load(&second.done), 0);
    end(&first);
    wait_for_frames(&second, 5);
    end(&second);
}
END_TEST

START_TEST(a_segment_yields_to_the_first_second_of_a_video_and_resumes_before_others)
{
    static struct encoder long_one, next, first;
    int before;

    start_segment(&long_one, CORE_NORMAL, ENDLESS);
    wait_for_frames(&long_one, 1);
    start_segment(&next, CORE_NORMAL, 5);
    while (!queue_has_head(CORE_NORMAL))
        nap();
    start_segment(&first, CORE_FIRST_SECOND, 50);
    pthread_join(first.thread, NULL);
    ck_assert_int_eq(atomic_load(&first.done), 50);
    before = atomic_load(&long_one.done);
    wait_for_frames(&long_one, before + 50);
    ck_assert_int_eq(atomic_load(&next.done), 0);
    end(&long_one);
    wait_for_frames(&next, 5);
    end(&next);
}
END_TEST

START_TEST(a_first_second_does_not_yield)
{
    static struct encoder first, second;

    start_segment(&first, CORE_FIRST_SECOND, ENDLESS);
    wait_for_frames(&first, 1);
    start_segment(&second, CORE_FIRST_SECOND, 5);
    while (!queue_has_head(CORE_FIRST_SECOND))
        nap();
    wait_for_frames(&first, atomic_load(&first.done) + 200);
    ck_assert_int_eq(atomic_load(&second.done), 0);
    end(&first);
    wait_for_frames(&second, 5);
    end(&second);
}
END_TEST

START_TEST(an_encoder_that_waits_can_be_stopped)
{
    struct core core;
    static struct encoder waiting;

    open_core(1, &core);
    ck_assert(core_acquire(&core, CORE_NORMAL, &never));
    start(&waiting, 1, 10);
    nap();
    atomic_store(&waiting.stop, true);
    pthread_join(waiting.thread, NULL);
    ck_assert_int_eq(atomic_load(&waiting.done), 0);
    core_close(&core);
}
END_TEST

START_TEST(a_killed_process_gives_its_core_back)
{
    struct core core;
    int pipes[2], status;
    pid_t pid;
    char byte;

    ck_assert_int_eq(pipe(pipes), 0);
    pid = fork();
    if (pid == 0) {
        open_core(1, &core);
        core_acquire(&core, CORE_NORMAL, &never);
        if (write(pipes[1], "x", 1) != 1)
            _exit(1);
        pause();
    }
    ck_assert_int_eq(read(pipes[0], &byte, 1), 1);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    open_core(1, &core);
    ck_assert(core_acquire(&core, CORE_NORMAL, &never));
    core_close(&core);
}
END_TEST

/* A process that is stopped while it holds the core, or at the head of the queue for it. */
static pid_t stopped_child(bool waits_in_queue)
{
    struct core core;
    int pipes[2];
    pid_t pid;
    char byte;

    ck_assert_int_eq(pipe(pipes), 0);
    pid = fork();
    if (pid == 0) {
        open_core(1, &core);
        if (!waits_in_queue)
            core_acquire(&core, CORE_NORMAL, &never);
        if (write(pipes[1], "x", 1) != 1)
            _exit(1);
        if (waits_in_queue)
            core_acquire(&core, CORE_NORMAL, &never);
        raise(SIGSTOP);
        core_yield(&core, &never);
        _exit(core.held ? 0 : 1);
    }
    ck_assert_int_eq(read(pipes[0], &byte, 1), 1);
    close(pipes[0]);
    close(pipes[1]);
    return pid;
}

/* Its locks become stale; when it continues, it works in addition to the new holder. */
START_TEST(a_stopped_process_blocks_no_other)
{
    bool in_queue = _i > 0;
    struct core core;
    int status;
    pid_t holder, waiting = 0;

    holder = stopped_child(false);
    waitpid(holder, &status, WUNTRACED);
    ck_assert(WIFSTOPPED(status));
    if (in_queue) {
        waiting = stopped_child(true);
        while (!queue_has_head(CORE_NORMAL))
            nap();
        kill(waiting, SIGSTOP);
        waitpid(waiting, &status, WUNTRACED);
        ck_assert(WIFSTOPPED(status));
    }
    open_core(1, &core);
    core.stale_ms = 50;
    ck_assert(core_acquire(&core, CORE_NORMAL, &never));
    ck_assert(core_yield(&core, &never));
    core_release(&core);
    kill(holder, SIGCONT);
    ck_assert_int_eq(waitpid(holder, &status, 0), holder);
    ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    if (waiting) {
        kill(waiting, SIGKILL);
        kill(waiting, SIGCONT);
        waitpid(waiting, &status, 0);
    }
    core_close(&core);
}
END_TEST

START_TEST(without_a_file_every_core_is_free)
{
    struct core a, b;

    ck_assert_int_eq(core_open(NULL, 1, &a, &err), 0);
    ck_assert_int_eq(core_open(NULL, 1, &b, &err), 0);
    ck_assert(core_acquire(&a, CORE_NORMAL, &never) && core_acquire(&b, CORE_NORMAL, &never));
    ck_assert(core_yield(&a, &never));
    core_release(&a);
    core_close(&a);
    core_close(&b);
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_is_named_and_every_core_is_free)
{
    char *nowhere = mem_format("%s/nowhere/encoders", folder);
    struct core core;

    ck_assert_int_eq(core_open(nowhere, 1, &core, &err), -ERR_IO);
    ck_assert(core_acquire(&core, CORE_NORMAL, &never));
    core_close(&core);
    free(nowhere);
}
END_TEST

START_TEST(a_core_is_spare_only_while_nobody_waits_for_one)
{
    static struct encoder waiting;
    struct core first, second, third;

    open_core(2, &first);
    open_core(2, &second);
    open_core(2, &third);
    ck_assert(core_acquire(&first, CORE_NORMAL, &never));
    ck_assert(core_take_spare(&second));
    ck_assert(!core_take_spare(&third)); /* none is free */
    start(&waiting, 2, ENDLESS);
    while (core_release(&second), core_take_spare(&second)) /* until the encoder has it or waits */
        nap();
    core_release(&first);
    wait_for_frames(&waiting, 1);
    while (!core_take_spare(&third)) /* one is free; the encoder stands in line but briefly */
        nap();
    core_release(&third);
    end(&waiting);
    core_close(&first);
    core_close(&second);
    core_close(&third);
}
END_TEST

START_TEST(a_spare_core_goes_to_whoever_waits_and_comes_back)
{
    static struct encoder own;
    struct core spare;

    open_core(1, &spare);
    ck_assert(core_take_spare(&spare));
    start_segment(&own, CORE_NORMAL, 20);
    while (!atomic_load(&own.done)) {
        ck_assert(core_yield(&spare, &never));
        nap();
    }
    ck_assert(spare.held);
    ck_assert_int_eq(atomic_load(&own.done), 20); /* all of them while the other waited */
    pthread_join(own.thread, NULL);
    core_close(&spare);
}
END_TEST

START_TEST(a_spare_core_that_is_wanted_for_long_is_given_up)
{
    static struct encoder own;
    struct core spare;

    open_core(1, &spare);
    ck_assert(core_take_spare(&spare));
    start_segment(&own, CORE_NORMAL, ENDLESS);
    while (core_yield(&spare, &never))
        nap();
    ck_assert(!spare.held);
    wait_for_frames(&own, 1);
    end(&own);
    core_close(&spare);
}
END_TEST

START_TEST(no_core_is_spare_where_cores_are_not_shared)
{
    struct core core;

    ck_assert_int_eq(core_open(NULL, 2, &core, &err), 0);
    ck_assert(!core_take_spare(&core));
    core_close(&core);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cores");
    TCase *tc = tcase_create("all");
    SRunner *runner = srunner_create(suite);
    int failed;

    suite_add_tcase(suite, tc);
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, no_more_encoders_work_at_once_than_there_are_cores);
    tcase_add_test(tc, a_short_video_does_not_wait_for_the_end_of_a_long_one);
    tcase_add_test(tc, a_segment_is_done_before_another_one_is_begun);
    tcase_add_test(tc, a_segment_yields_to_the_first_second_of_a_video_and_resumes_before_others);
    tcase_add_test(tc, a_first_second_does_not_yield);
    tcase_add_test(tc, an_encoder_that_waits_can_be_stopped);
    tcase_add_test(tc, a_killed_process_gives_its_core_back);
    tcase_add_loop_test(tc, a_stopped_process_blocks_no_other, 0, 2);
    tcase_add_test(tc, without_a_file_every_core_is_free);
    tcase_add_test(tc, a_file_that_cannot_be_opened_is_named_and_every_core_is_free);
    tcase_add_test(tc, a_core_is_spare_only_while_nobody_waits_for_one);
    tcase_add_test(tc, a_spare_core_goes_to_whoever_waits_and_comes_back);
    tcase_add_test(tc, a_spare_core_that_is_wanted_for_long_is_given_up);
    tcase_add_test(tc, no_core_is_spare_where_cores_are_not_shared);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
