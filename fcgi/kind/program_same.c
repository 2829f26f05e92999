/* program_same.c - the command of Same=COMMAND: it prints the key by which two requests are one
 * job.
 *
 * A request waits for it on its responder's thread.  So it has few seconds, and half of the
 * responders stay free for other requests. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "kind/kind_program.h"
#include "kind/program_output.h"
#include "program/lines.h"
#include "program/process.h"

enum {
    SAME_MS = 5000, /* for its one line */
    SAME_GRACE_MS = 500,
    SAME_STATUS_AGAIN = 75, /* EX_TEMPFAIL of sysexits.h */
    SAME_STATUS_NONE = 126, /* … 127: the keeper can't start it */
};

struct same {
    const struct kind_file *file;
    const struct job_ask *ask;
    char *key; /* NULL: it has printed none */
    bool is_empty, is_long, is_more;
    int64_t late_ms; /* monotonic */
    atomic_bool is_late;
    char complaint[PROGRAM_REASON_MAX + 1]; /* the last line of stderr that is not empty */
};

static atomic_int same_running; /* of this process */

/* --- what it says --- */

static int same_take_line(void *ctx, const char *line, size_t len)
{
    struct same *same = ctx;
    size_t n_wrong;

    same->is_more = same->key != NULL;
    same->is_empty = len == 0;
    same->is_long = len > PROGRAM_SAME_MAX;
    if (same->is_more || same->is_empty || same->is_long)
        return 1;
    same->key = lines_text(line, len, &n_wrong);
    return 0;
}

static void same_take_complaint(void *ctx, const char *line, size_t len)
{
    struct same *same = ctx;
    size_t n_wrong;
    char *text = lines_text(line, len, &n_wrong);

    if (text[strspn(text, " \t")]) {
        snprintf(same->complaint, sizeof same->complaint, "%s", text);
        text_one_line(same->complaint);
    }
    free(text);
}

static void same_tick(void *ctx)
{
    struct same *same = ctx;

    if (clock_monotonic_ms() >= same->late_ms)
        atomic_store(&same->is_late, true);
}

static int same_grace_ms(void *ctx)
{
    (void)ctx;
    return SAME_GRACE_MS;
}

/* --- what it gets --- */

static char *same_input(const struct same *same)
{
    json_t *input = json_loads(same->ask->input ? same->ask->input : "null", JSON_DECODE_ANY, NULL);
    json_t *json = json_pack("{s:s, s:s, s:o}", "kind", same->file->name, "subject",
        same->ask->subject, "input", input ? input : json_null());
    char *text = json_dumps(json, JSON_COMPACT), *line = mem_format("%s\n", text);

    free(text);
    json_decref(json);
    return line;
}

static int same_process(struct same *same, struct process_result *ret_ended, struct error *err)
{
    char *env[PROGRAM_ENV_BASE + 3] = {0}, *input = same_input(same);
    const struct process_plan plan = {.argv = same->file->same_argv,
        .env = env,
        .folder = same->file->folder,
        .input = input,
        .memory = same->file->memory,
        .uid = same->file->uid,
        .gid = same->file->gid,
        .cancel = &same->is_late,
        .ctx = same,
        .line = same_take_line,
        .complaint = same_take_complaint,
        .tick = same_tick,
        .grace_ms = same_grace_ms};
    int rc;

    program_env_base(same->file, env);
    env[PROGRAM_ENV_BASE] = mem_format("CASECAST_KIND=%s", same->file->name);
    env[PROGRAM_ENV_BASE + 1] = mem_format("CASECAST_SUBJECT=%s", same->ask->subject);
    same->late_ms = clock_monotonic_ms() + SAME_MS;
    rc = process_run(&plan, ret_ended, err);
    for (int i = 0; env[i]; i++)
        free(env[i]);
    free(input);
    return rc;
}

/* --- how it ended --- */

/* What is wrong with what it printed; NULL: nothing. */
static const char *same_misprint(const struct same *same, const struct process_result *ended)
{
    if (same->is_more)
        return "it printed more than the one line that is the key";
    if (same->is_long || ended->end == PROCESS_LONG_LINE)
        return "it printed a longer line than a key may be, 1024 bytes";
    if (same->is_empty || (ended->end == PROCESS_EXITED && ended->code == 0 && !same->key))
        return "it printed no key: one line is wanted";
    return NULL;
}

static void same_explain(
    const struct same *same, const struct process_result *ended, struct error *err)
{
    const char *misprint = same_misprint(same, ended), *why = same->complaint;

    if (misprint)
        error_set(err, ERR_IO, "%s", misprint);
    else if (ended->end == PROCESS_CANCELED)
        error_set(err, ERR_BUSY, "it took longer than %d s", SAME_MS / 1000);
    else if (ended->end == PROCESS_KILLED)
        error_set(err, ERR_IO, "signal %d ended it (%s)", ended->code, strsignal(ended->code));
    else
        error_set(err, ended->code == SAME_STATUS_AGAIN ? ERR_BUSY : ERR_INPUT,
            "it ended with status %d", ended->code);
    if (*why)
        snprintf(err->text + strlen(err->text), sizeof err->text - strlen(err->text), ": %s", why);
    error_where(err, "Same of the kind %s: ", same->file->name);
}

static bool same_is_refusal(const struct process_result *ended)
{
    return ended->end == PROCESS_EXITED && ended->code != SAME_STATUS_AGAIN &&
           ended->code != SAME_STATUS_NONE && ended->code != SAME_STATUS_NONE + 1;
}

static int same_end(struct same *same, const struct process_result *ended, struct error *err)
{
    if (ended->end == PROCESS_EXITED && ended->code == 0 && !same_misprint(same, ended))
        return 0;
    same_explain(same, ended, err);
    if (!same_misprint(same, ended) && same_is_refusal(ended))
        return KIND_E_REFUSED;
    if (err->code == ERR_INPUT)
        err->code = ERR_IO;
    log_warning("%s", err->text);
    return -(int)err->code;
}

int program_same(const struct kind_file *file, const struct config *config,
    const struct job_ask *ask, char **ret_key, struct error *err)
{
    struct same same = {.file = file, .ask = ask};
    int most = config->responders > 1 ? config->responders / 2 : 1, rc;
    struct process_result ended;

    if (atomic_fetch_add(&same_running, 1) >= most)
        rc = error_set(err, ERR_BUSY,
            "Same of the kind %s: %d requests wait for such a command already: try again later",
            file->name, most);
    else
        rc = same_process(&same, &ended, err);
    atomic_fetch_sub(&same_running, 1);
    if (rc == 0)
        rc = same_end(&same, &ended, err);
    if (rc == 0)
        *ret_key = same.key;
    else
        free(same.key);
    return rc;
}
