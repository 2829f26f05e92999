#include "base/log.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

/* fixed after log_start() */
static bool log_is_syslog;
static enum log_level log_max_level = LOG_LEVEL_INFO;

static const struct {
    const char *name;
    int priority;
} log_levels[] = {
    [LOG_LEVEL_ERROR] = {"error", LOG_ERR},
    [LOG_LEVEL_WARNING] = {"warning", LOG_WARNING},
    [LOG_LEVEL_INFO] = {"info", LOG_INFO},
    [LOG_LEVEL_DEBUG] = {"debug", LOG_DEBUG},
};

void log_start(const char *target, enum log_level max_level)
{
    log_is_syslog = strcmp(target, "syslog") == 0;
    log_max_level = max_level;
    if (log_is_syslog)
        openlog("casecast", LOG_PID, LOG_DAEMON);
}

static void log_write(enum log_level level, const char *fmt, va_list args)
{
    char text[1024], when[32], line[1200];
    struct timespec now;
    struct tm utc;
    int len;

    if (level > log_max_level)
        return;
    vsnprintf(text, sizeof text, fmt, args);
    text_one_line(text);
    if (log_is_syslog) {
        syslog(log_levels[level].priority, "%s", text);
        return;
    }
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &utc);
    len = snprintf(line, sizeof line, "%s.%03ldZ %d %s %s\n", when, now.tv_nsec / 1000000, getpid(),
        log_levels[level].name, text);
    /* One write(), so that lines of several threads and processes don't mix.  On a full disk the
     * line is lost. */
    if (write(STDERR_FILENO, line, (size_t)len) < 0)
        return;
}

#define LOG_AT(function, level)                                                                    \
    void function(const char *fmt, ...)                                                            \
    {                                                                                              \
        va_list args;                                                                              \
        va_start(args, fmt);                                                                       \
        log_write(level, fmt, args);                                                               \
        va_end(args);                                                                              \
    }

LOG_AT(log_error, LOG_LEVEL_ERROR)
LOG_AT(log_warning, LOG_LEVEL_WARNING)
LOG_AT(log_info, LOG_LEVEL_INFO)
LOG_AT(log_debug, LOG_LEVEL_DEBUG)
