/* process.h - what the servers under test use, read from /proc: resident memory and CPU time. */
#pragma once

#include <jansson.h>

enum { PROCESSES_MAX = 64, GROUPS_MAX = 4 };

/* Processes that are told together: nginx's workers, an application. */
struct group {
    char name[16];
    int n, pids[PROCESSES_MAX];
};

struct usage {
    long rss_kib;
    double cpu_s; /* user and system */
};

/* `NAME=PID,PID…` as given on the command line.  0, or -1 for anything else. */
int group_parse(const char *text, struct group *ret_group);

/* Of all its processes together.  -1: one of them is gone. */
int group_usage(const struct group *group, struct usage *ret_usage);
