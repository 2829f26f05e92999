/* libav_error.c - see libav_error.h. */
#include "video/libav/libav_error.h"

#include <errno.h>
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char last_line[240];

static void libav_log_receive(void *ctx, int level, const char *fmt, va_list args)
{
    char line[sizeof last_line];
    int prefix = 1;

    if (level > AV_LOG_WARNING)
        return;
    av_log_format_line2(ctx, level, fmt, args, line, sizeof line, &prefix);
    line[strcspn(line, "\n")] = '\0';
    /* A warning does not replace an error; a later error does, as it is nearer to the failure. */
    if (line[0] && (level <= AV_LOG_ERROR || !last_line[0]))
        memcpy(last_line, line, sizeof last_line);
}

static void libav_log_install(void)
{
    av_log_set_callback(libav_log_receive);
}

void libav_log_capture(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, libav_log_install);
}

void libav_log_clear(void)
{
    last_line[0] = '\0';
}

const char *libav_log_last(void)
{
    /* "[mjpeg @ 0x55d0] text": with the address, equal failures would have different texts. */
    const char *end = last_line[0] == '[' ? strstr(last_line, "] ") : NULL;

    return end ? end + 2 : last_line;
}

/* Of a full or read-only disk ERR_IO, whatever was being done. */
static enum err_code libav_error_code(enum err_code code, int av_code)
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
    const char *logged = libav_log_last();
    va_list args;

    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    av_strerror(av_code, why, sizeof why);
    if (!logged[0])
        return error_set(err, libav_error_code(code, av_code), "%s: %s", what, why);
    return error_set(err, libav_error_code(code, av_code), "%s: %s (%s)", what, why, logged);
}
