/* kind_digest.c - a job of your own: the digest of a large file in the media root. */
#include "kit/kind_digest.h"

static int subject_check(const struct job_kind *kind, const char *subject, struct error *err)
{
    (void)kind;
    if (*subject != '.' && !strchr(subject, '/'))
        return 0;
    return error_set(err, ERR_INPUT,
        "\"%.64s\" must be the name of a file, without / and without a dot in front", subject);
}

static int prepare(const struct job_kind *kind, struct store *store, const struct config *config,
    const struct job_ask *ask, char **ret_input, char ret_key[static DIGEST_HEX_LEN + 1],
    struct error *err)
{
    char path[PATH_MAX];
    struct digest key;
    struct stat now;

    (void)kind, (void)store;
    snprintf(path, sizeof path, "%s/%s", config->media_root, ask->subject);
    if (stat(path, &now) < 0)
        return error_set(err, ERR_INPUT, "file %s: %s", ask->subject, strerror(errno));
    digest_start(&key);
    digest_add_text(&key, path);
    digest_add_number(&key, now.st_size);
    digest_hex(&key, ret_key);
    if (ret_input) /* NULL where the job of this key may be there already */
        *ret_input = mem_copy(path);
    return 0;
}

static int run(struct work *work, char **ret_result, struct error *err)
{
    FILE *file = fopen(work_input(work), "r");
    char hex[DIGEST_HEX_LEN + 1];

    if (!file)
        return error_set(err, ERR_IO, "%s: %s", work_input(work), strerror(errno));
    digest_file(file, work_cancel(work), hex);
    fclose(file);
    *ret_result = mem_format("\"%s\"", hex);
    return atomic_load(work_cancel(work)) ? error_set(err, ERR_CANCELED, "canceled") : 0;
}

static void finish(
    enum job_state state, const char *result, const char *error, struct last_events *last)
{
    last_events_add(last, job_state_name(state), result ? result : error ? error : "{}");
}

static const char *const stream_paths[] = {"/api/digest", NULL};

const struct job_kind kind_digest = {
    .name = "digest",
    .subject_name = "file", /* requests name it as {"fileId": "a.bin"}, and as ?fileId=a.bin */
    .subject_example = "a.bin",
    .first = "digesting",
    .last = "digested",
    .stream_paths = stream_paths,
    .subject_check = subject_check,
    .prepare = prepare,
    .run = run,
    .finish = finish,
};
