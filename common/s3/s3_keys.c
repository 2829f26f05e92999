/* s3_keys.c - see s3_keys.h. */
#include "s3/s3_keys.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "base/file.h"

struct keys_line {
    const char *name, *value;
    size_t name_len, value_len;
};

static const char *keys_trim(const char *from, const char *to, size_t *ret_len)
{
    while (from < to && isspace((unsigned char)*from))
        from++;
    while (to > from && isspace((unsigned char)to[-1]))
        to--;
    *ret_len = (size_t)(to - from);
    return from;
}

static int keys_take(
    const struct keys_line *line, int number, struct s3_keys *keys, struct error *err)
{
    const struct {
        const char *name;
        char *to;
        size_t max;
    } known[] = {{"aws_access_key_id", keys->id, S3_KEY_MAX},
        {"aws_secret_access_key", keys->secret, S3_SECRET_MAX},
        {"aws_session_token", keys->token, S3_TOKEN_MAX}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strlen(known[i].name) != line->name_len ||
            strncmp(known[i].name, line->name, line->name_len) != 0)
            continue;
        if (line->value_len == 0 || line->value_len > known[i].max)
            return error_set(err, ERR_INPUT, "line %d: %s has %zu characters; 1 to %zu are right",
                number, known[i].name, line->value_len, known[i].max);
        memcpy(known[i].to, line->value, line->value_len);
        known[i].to[line->value_len] = '\0';
    }
    return 0; /* other names are settings of other programs */
}

/* `is_ours`: the line belongs to [default], or stands before the first section. */
static int keys_parse_line(const char *at, const char *end, int number, bool *is_ours,
    struct s3_keys *keys, struct error *err)
{
    struct keys_line line;
    const char *equals;
    size_t len;

    at = keys_trim(at, end, &len);
    if (len == 0 || *at == '#' || *at == ';')
        return 0;
    if (*at == '[') {
        *is_ours = len == strlen("[default]") && strncmp(at, "[default]", len) == 0;
        return 0;
    }
    equals = memchr(at, '=', len);
    if (!equals)
        return error_set(
            err, ERR_INPUT, "line %d: must be NAME = VALUE, a [section] or a # comment", number);
    line.name = keys_trim(at, equals, &line.name_len);
    line.value = keys_trim(equals + 1, at + len, &line.value_len);
    return *is_ours ? keys_take(&line, number, keys, err) : 0;
}

int s3_keys_parse(const char *text, struct s3_keys *ret_keys, struct error *err)
{
    struct s3_keys keys = {0};
    bool is_ours = true;
    int rc = 0;

    for (int number = 1; rc == 0 && *text; number++) {
        size_t len = strcspn(text, "\n");

        rc = keys_parse_line(text, text + len, number, &is_ours, &keys, err);
        text += len + (text[len] == '\n');
    }
    if (rc < 0)
        return rc;
    if (!*keys.id || !*keys.secret)
        return error_set(err, ERR_INPUT,
            "%s is missing; these two lines would be right: "
            "aws_access_key_id = ID and aws_secret_access_key = SECRET, under [default]",
            *keys.id ? "aws_secret_access_key" : "aws_access_key_id");
    *ret_keys = keys;
    return 0;
}

int s3_keys_read(const char *path, struct s3_keys *ret_keys, struct error *err)
{
    char text[FILE_SECRET_MAX + 1];
    int rc = file_read_secret(path, text, err);

    if (rc == 0)
        rc = s3_keys_parse(text, ret_keys, err);
    explicit_bzero(text, sizeof text);
    return rc < 0 ? error_where(err, "CASECAST_S3_CREDENTIALS=%s: ", path) : 0;
}
