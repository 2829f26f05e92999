/* libav_error.c - see libav_error.h. */
#include "video/libav/libav_error.h"

#include <errno.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last[240];

static void hear(void *ctx, int level, const char *fmt, va_list args)
{
    char line[sizeof last];
    int prefix = 1;

    if (level > AV_LOG_WARNING)
        return;
    av_log_format_line2(ctx, level, fmt, args, line, sizeof line, &prefix);
    line[strcspn(line, "\n")] = '\0';
    /* An error outlives the warnings that come after it; a later error is nearer to the end. */
    if (line[0] && (level <= AV_LOG_ERROR || !last[0]))
        memcpy(last, line, sizeof last);
}

static void listen_once(void)
{
    av_log_set_callback(hear);
}

void libav_log_listen(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, listen_once);
}

void libav_log_clear(void)
{
    last[0] = '\0';
}

const char *libav_log_last(void)
{
    /* "[mjpeg @ 0x55d0] text": the address is noise, and would make equal failures differ. */
    const char *end = last[0] == '[' ? strstr(last, "] ") : NULL;

    return end ? end + 2 : last;
}

static enum err_code code_of(enum err_code code, int av_code)
{
    switch (AVUNERROR(av_code)) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case EROFS:
        return ERR_IO;
    default:
        return code;
    }
}

int libav_error(struct error *err, enum err_code code, int av_code, const char *fmt, ...)
{
    char what[400], why[AV_ERROR_MAX_STRING_SIZE] = "";
    const char *heard = libav_log_last();
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    av_strerror(av_code, why, sizeof why);
    if (!heard[0])
        return error_set(err, code_of(code, av_code), "%s: %s", what, why);
    return error_set(err, code_of(code, av_code), "%s: %s (%s)", what, why, heard);
}
