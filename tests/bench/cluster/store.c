/* store.c - the instrument of ./scripts/bench machines and jobs that calls the store itself: many
 * appends, many claims, a long queue, or events that are timed.  Prints one JSON object. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/digest.h"
#include "base/mem.h"
#include "store/store.h"

static const char usage[] =
    "usage: store appends ADDRESS THREADS N     N events of each thread's own job\n"
    "       store claims ADDRESS THREADS N [QUEUED]   QUEUED new jobs (N); all threads claim N\n"
    "       store queue ADDRESS KIND N          N jobs of this kind, with subjects from 1 on\n"
    "       store events ADDRESS MS N           prints the id of a job that runs here; after a "
    "line\n"
    "                                           on stdin N events of it, MS between two\n";

enum { LEASE_MS = 3000, SLOTS = 1000000 };

static const char *address;
static int n_calls;
static int n_queued; /* jobs that are there before the claims */

/* A measurement without the store is none. */
static void must(int rc, const struct error *err)
{
    if (rc == 0)
        return;
    fprintf(stderr, "store: %s\n", rc < 0 ? err->text : "the job is not ours");
    exit(1);
}

static int64_t now_us(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* --- a process of casecast, as far as the store knows --- */

struct process {
    struct store *store;
    struct member *member;
    struct job job;
    pthread_t thread;
    int64_t *us; /* of each call */
    int n;
};

static void process_open(struct process *process)
{
    static const struct member_info info = {.kinds = ",video,",
        .machine = "bench",
        .engine = "bench",
        .slots = 1,
        .lease_ms = LEASE_MS};
    struct error err;

    must(store_open(address, NULL, &process->store, &err), &err);
    process->member = store_member_new(address, &info);
    process->us = mem_new_n((size_t)n_calls, int64_t);
}

static void process_close(struct process *process)
{
    struct error err;

    must(store_member_release(process->store, process->member, &err), &err);
    store_member_free(process->member);
    store_close(process->store);
    job_clear(&process->job);
    free(process->us);
}

static void process_queue(struct process *process, const char *kind, int number)
{
    char key[STORE_TAG_LEN + 1], subject[16];
    const struct job_event first = {.data = "first"};
    struct job_request request = {.kind = kind,
        .subject = subject,
        .key = key,
        .input = "{}",
        .first = &first,
        .max_queued = SLOTS};
    struct job job = {0};
    struct error err;
    bool is_new;

    snprintf(subject, sizeof subject, "%d", number);
    digest_random_name(key, STORE_TAG_LEN);
    must(store_job_open(process->store, &request, &job, &is_new, &err), &err);
    job_clear(&job);
}

/* STORE_E_NOT_FOUND: none is left. */
static int process_claim(struct process *process)
{
    char tag[STORE_TAG_LEN + 1];
    struct error err;
    int rc;

    job_clear(&process->job);
    digest_random_name(tag, STORE_TAG_LEN);
    do /* SQLite's lock was not free for 2 s: as a clerk asks again */
        rc = store_job_claim(process->store, process->member, SLOTS, tag, &process->job, &err);
    while (rc == -ERR_BUSY);
    must(rc < 0 ? rc : 0, &err);
    return rc;
}

static void process_append(struct process *process, const char *data)
{
    const struct job_event event = {.name = "bench", .data = data};
    struct error err;
    int rc;

    do
        rc = store_job_append(process->store, process->job.id, process->job.run, &event, 1, &err);
    while (rc == -ERR_BUSY);
    must(rc, &err);
}

/* --- what is measured --- */

static void *appends_main(void *ctx)
{
    struct process *process = ctx;
    int64_t began;

    for (; process->n < n_calls; process->n++) {
        began = now_us(CLOCK_MONOTONIC);
        process_append(process, "{\"step\":\"a line as long as most events are\"}");
        process->us[process->n] = now_us(CLOCK_MONOTONIC) - began;
    }
    return NULL;
}

static void *claims_main(void *ctx)
{
    struct process *process = ctx;
    int64_t began = now_us(CLOCK_MONOTONIC);

    while (process->n < n_calls && process_claim(process) == 0) {
        process->us[process->n++] = now_us(CLOCK_MONOTONIC) - began;
        began = now_us(CLOCK_MONOTONIC);
    }
    return NULL;
}

static int order(const void *a, const void *b)
{
    return (*(const int64_t *)a > *(const int64_t *)b) -
           (*(const int64_t *)a < *(const int64_t *)b);
}

static void tell(const struct process *processes, int n_threads, int64_t took_us)
{
    int64_t *all = mem_new_n((size_t)n_threads * (size_t)n_calls, int64_t);
    int n = 0;

    for (int i = 0; i < n_threads; n += processes[i++].n)
        memcpy(all + n, processes[i].us, (size_t)processes[i].n * sizeof *all);
    qsort(all, (size_t)n, sizeof *all, order);
    printf(
        "{\"threads\": %d, \"calls\": %d, \"perSecond\": %.1f, \"p50Ms\": %.3f, \"p99Ms\": %.3f}\n",
        n_threads, n, n * 1e6 / (double)took_us, (double)all[n / 2] / 1000,
        (double)all[n * 99L / 100] / 1000);
    free(all);
}

static void measure(int n_threads, void *(*run)(void *ctx))
{
    struct process *processes = mem_new_n((size_t)n_threads, struct process);
    int64_t began;

    for (int i = 0; i < n_threads; i++)
        process_open(&processes[i]);
    for (int i = 1; i <= (run == claims_main ? n_queued : n_threads); i++)
        process_queue(&processes[0], "video", i);
    for (int i = 0; run == appends_main && i < n_threads; i++)
        process_claim(&processes[i]);
    began = now_us(CLOCK_MONOTONIC);
    for (int i = 0; i < n_threads; i++)
        if (pthread_create(&processes[i].thread, NULL, run, &processes[i]) != 0)
            exit(1);
    for (int i = 0; i < n_threads; i++)
        pthread_join(processes[i].thread, NULL);
    tell(processes, n_threads, now_us(CLOCK_MONOTONIC) - began);
    for (int i = 0; i < n_threads; i++)
        process_close(&processes[i]);
    free(processes);
}

/* --- events on their way --- */

/* The first of each second renews the lease, as a clerk does. */
static void events_write(struct process *process, int pause_ms)
{
    const struct timespec pause = {.tv_nsec = (long)pause_ms * 1000000};
    struct error err;
    char data[64];

    for (int i = 0; i < n_calls; i++) {
        if (i % (1000 / pause_ms) == 0)
            must(store_member_renew(process->store, process->member, &err), &err);
        nanosleep(&pause, NULL);
        snprintf(data, sizeof data, "{\"at\":%lld}", (long long)now_us(CLOCK_REALTIME));
        process_append(process, data);
    }
}

static void *events_wait(void *ctx)
{
    (void)getchar();
    atomic_store((atomic_bool *)ctx, true);
    return NULL;
}

static void events(int pause_ms)
{
    struct process process = {0};
    const struct job_event last = {.data = "finished_video"};
    const struct timespec pause = {.tv_sec = 1};
    atomic_bool may_go = false;
    pthread_t waiter;
    struct error err;

    process_open(&process);
    process_queue(&process, "video", 1);
    if (process_claim(&process) != 0 || pthread_create(&waiter, NULL, events_wait, &may_go) != 0)
        exit(1);
    printf("%s\n", process.job.id);
    fflush(stdout);
    for (; !atomic_load(&may_go); nanosleep(&pause, NULL))
        must(store_member_renew(process.store, process.member, &err), &err);
    pthread_join(waiter, NULL);
    events_write(&process, pause_ms);
    must(store_job_end(
             process.store, process.job.id, process.job.run, JOB_DONE, "{}", NULL, &last, 1, &err),
        &err);
    process_close(&process);
}

/* --- a queue for others --- */

static void queue(const char *kind)
{
    struct process process = {0};

    process_open(&process);
    for (int i = 1; i <= n_calls; i++)
        process_queue(&process, kind, i);
    process_close(&process);
}

int main(int argc, char **argv)
{
    bool is_queue = argc > 1 && strcmp(argv[1], "queue") == 0;
    int number = argc > 4 ? is_queue ? 1 : atoi(argv[3]) : 0;

    n_calls = argc > 4 ? atoi(argv[4]) : 0;
    n_queued = argc > 5 ? atoi(argv[5]) : n_calls;
    if (number < 1 || number > 1000 || n_calls < 1) {
        fputs(usage, stderr);
        return 2;
    }
    address = argv[2];
    if (strcmp(argv[1], "appends") == 0)
        measure(number, appends_main);
    else if (strcmp(argv[1], "claims") == 0)
        measure(number, claims_main);
    else if (is_queue)
        queue(argv[3]);
    else
        events(number);
    return 0;
}
