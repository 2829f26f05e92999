/* s3_answer.c - see s3_answer.h. */
#include "s3/s3_answer.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static void s3_answer_read_date(struct s3_answer *answer, const char *value)
{
    time_t then = curl_getdate(value, NULL);

    answer->skew_s = then > 0 ? then - time(NULL) : 0;
}

/* "5d41…", in quotes. */
static void s3_answer_read_tag(struct s3_answer *answer, const char *value)
{
    const char *tag = value + strspn(value, "\" ");

    snprintf(
        answer->version.tag, sizeof answer->version.tag, "%.*s", (int)strcspn(tag, "\"\r\n"), tag);
}

void s3_answer_read_header(struct s3_answer *answer, const char *line, size_t len)
{
    char text[sizeof answer->version.tag];

    if (len >= sizeof text)
        return;
    snprintf(text, sizeof text, "%.*s", (int)len, line);
    if (strncasecmp(text, "date: ", 6) == 0)
        s3_answer_read_date(answer, text + 6);
    if (strncasecmp(text, "etag: ", 6) == 0)
        s3_answer_read_tag(answer, text + 6);
}

void s3_answer_read_code(struct s3_answer *answer)
{
    const char *at = answer->body.data ? strstr(answer->body.data, "<Code>") : NULL;
    size_t len;

    if (!at)
        return;
    at += strlen("<Code>");
    len = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.");
    if (len < sizeof answer->code && at[len] == '<')
        snprintf(answer->code, sizeof answer->code, "%.*s", (int)len, at);
}
