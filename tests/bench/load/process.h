/* process.h - resident memory and CPU time of the servers under test, read from /proc. */
#pragma once

#include <jansson.h>

enum { PROCESSES_MAX = 64, GROUPS_MAX = 4 };

/* Processes that are measured together: nginx's workers, or an application. */
struct group {
    char name[16];
    int n, pids[PROCESSES_MAX];
};

struct usage {
    long rss_kib;
    double cpu_s; /* user and system */
};

/* Parses `NAME=PID,PID…` of the command line.  Returns 0, or -1 for anything else. */
int group_parse(const char *text, struct group *ret_group);

/* The sum over its processes.  -1: one of them has ended. */
int group_usage(const struct group *group, struct usage *ret_usage);
