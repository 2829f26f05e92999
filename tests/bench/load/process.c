#include "process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int group_parse(const char *text, struct group *ret_group)
{
    const char *equals = strchr(text, '=');
    char *end;

    *ret_group = (struct group){0};
    if (!equals || (size_t)(equals - text) >= sizeof ret_group->name)
        return -1;
    memcpy(ret_group->name, text, (size_t)(equals - text));
    for (const char *at = equals; *at; at = end) {
        long pid = strtol(at + 1, &end, 10);

        if (pid <= 0 || (*end && *end != ',') || ret_group->n == PROCESSES_MAX)
            return -1;
        ret_group->pids[ret_group->n++] = (int)pid;
    }
    return 0;
}

static FILE *open_proc(int pid, const char *name)
{
    char path[64];

    snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
    return fopen(path, "re");
}

static int add_memory(int pid, struct usage *usage)
{
    FILE *file = open_proc(pid, "smaps_rollup");
    char line[256];
    long kib = -1;

    if (!file)
        return -1;
    while (kib < 0 && fgets(line, sizeof line, file))
        if (sscanf(line, "Rss: %ld", &kib) != 1)
            kib = -1;
    fclose(file);
    usage->rss_kib += kib;
    return kib < 0 ? -1 : 0;
}

/* proc(5): utime and stime are fields 14 and 15; the name in field 2 may hold anything but is
 * followed by the last closing bracket. */
static int add_time(int pid, struct usage *usage)
{
    FILE *file = open_proc(pid, "stat");
    unsigned long user, system;
    char text[1024], *bracket;
    size_t len;

    if (!file)
        return -1;
    len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = '\0';
    bracket = strrchr(text, ')');
    if (!bracket || sscanf(bracket + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
                        &user, &system) != 2)
        return -1;
    usage->cpu_s += (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
    return 0;
}

int group_usage(const struct group *group, struct usage *ret_usage)
{
    *ret_usage = (struct usage){0};
    for (int i = 0; i < group->n; i++)
        if (add_memory(group->pids[i], ret_usage) < 0 || add_time(group->pids[i], ret_usage) < 0)
            return -1;
    return 0;
}
