/* log.h - the log: one line a fact, to stderr or syslog.  Any thread.  No line holds a secret or
 * the query string of a request. */
#pragma once

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Once, before threads start.  `target`: "stderr" or "syslog" (spawn-fcgi closes stderr unless it
 * runs in the foreground).  Lines above `max_level` are dropped.  Without this call: stderr, up to
 * info. */
void log_start(const char *target, enum log_level max_level);

/* Write a line of at most 1,023 bytes; control characters become '?'. */
void log_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
