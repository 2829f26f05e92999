/* main.c - load: the viewers of ./scripts/bench streams.  One process, one thread; prints one JSON
 * object. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/text.h"
#include "scenarios.h"

static const char usage[] =
    "usage: load steady|short --port N --path PATH [options]     @: the number of the viewer\n"
    "  --streams N        at once (1000)\n"
    "  --messages N       in each stream, numbered from 1; then `finished` (20)\n"
    "  --interval MS      between messages (1000)\n"
    "  --at-once N        connections that wait for an answer while opening (256)\n"
    "  --broadcast        one channel for all: a stream begins with any number\n"
    "  --stalled N --stalled-path PATH    more viewers, which hardly read\n"
    "  --short N --batch N                streams of short in all; memory is read per batch\n"
    "  --watch NAME=PID,PID…              processes whose memory and CPU time are measured\n";

enum {
    STREAMS = 1,
    MESSAGES,
    INTERVAL,
    AT_ONCE,
    STALLED,
    SHORT,
    BATCH,
    PORT,
    PATH,
    STALLED_PATH,
    BROADCAST,
    WATCH
};

static const struct option options[] = {{"at-once", 1, NULL, AT_ONCE}, {"batch", 1, NULL, BATCH},
    {"broadcast", 0, NULL, BROADCAST}, {"interval", 1, NULL, INTERVAL},
    {"messages", 1, NULL, MESSAGES}, {"path", 1, NULL, PATH}, {"port", 1, NULL, PORT},
    {"short", 1, NULL, SHORT}, {"stalled", 1, NULL, STALLED},
    {"stalled-path", 1, NULL, STALLED_PATH}, {"streams", 1, NULL, STREAMS},
    {"watch", 1, NULL, WATCH}, {0}};

static _Noreturn void give_usage(void)
{
    fputs(usage, stderr);
    exit(2);
}

static _Noreturn void refuse(const char *option, const char *value)
{
    fprintf(stderr, "load: %s %s is not understood\n", option, value);
    give_usage();
}

static int *number_of(struct plan *plan, int option)
{
    switch (option) {
    case STREAMS:
        return &plan->n_viewers;
    case MESSAGES:
        return &plan->n_messages;
    case INTERVAL:
        return &plan->interval_ms;
    case AT_ONCE:
        return &plan->n_at_once;
    case STALLED:
        return &plan->n_stalled;
    case SHORT:
        return &plan->n_short;
    case BATCH:
        return &plan->n_batch;
    default:
        return &plan->port;
    }
}

static void take_number(struct plan *plan, int option, const char *name, const char *value)
{
    long long number;

    if (!text_number(value, 1, 10000000, &number))
        refuse(name, value);
    *number_of(plan, option) = (int)number;
}

static void take_option(struct plan *plan, int option, const char *name, const char *value)
{
    if (option == BROADCAST)
        plan->is_broadcast = true;
    else if (option == PATH)
        plan->path = value;
    else if (option == STALLED_PATH)
        plan->stalled_path = value;
    else if (option != WATCH)
        take_number(plan, option, name, value);
    else if (plan->n_groups == GROUPS_MAX ||
             group_parse(value, &plan->groups[plan->n_groups++]) < 0)
        refuse(name, value);
}

static void read_plan(int argc, char **argv, struct plan *plan)
{
    int option, at = 0;

    while ((option = getopt_long(argc, argv, "", options, &at)) != -1) {
        if (option == '?') /* getopt has told which */
            give_usage();
        take_option(plan, option, options[at].name, optarg);
    }
    if (optind != argc - 1 || !plan->port || !plan->path ||
        (plan->n_stalled && !plan->stalled_path))
        give_usage();
}

static void allow_descriptors(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
    struct plan plan = {.n_viewers = 1000,
        .n_messages = 20,
        .interval_ms = 1000,
        .n_at_once = 256,
        .n_short = 200000,
        .n_batch = 20000};
    json_t *told;

    read_plan(argc, argv, &plan);
    allow_descriptors();
    if (strcmp(argv[optind], "steady") == 0)
        told = steady_run(&plan);
    else if (strcmp(argv[optind], "short") == 0)
        told = short_run(&plan);
    else
        refuse("the scenario", argv[optind]);
    json_dumpf(told, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putchar('\n');
    json_decref(told);
    return 0;
}
