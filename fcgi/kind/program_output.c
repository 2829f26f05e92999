/* program_output.c - see program_output.h.
 *
 * A later attempt says again what the journal has: as long as its lines are the same in the same
 * order, they are dropped.  From the first other line on, all are added. */
#include "kind/program_output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/text.h"
#include "program/lines.h"
#include "program/said.h"

enum {
    COMPLAINTS_MOST = 1000, /* lines of stderr that are logged, an attempt */
    PROGRESS_MS = 200,      /* between two notes of progress */
};

static const char *output_job(const struct program_output *output)
{
    return work_job(output->work)->id;
}

/* --- what was said before --- */

static void output_digest(
    const char *name, const char *data, char ret_hex[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, name);
    digest_add_text(&digest, data);
    digest_hex(&digest, ret_hex);
}

static void output_note_event(void *ctx, const struct job_event *event)
{
    struct program_output *output = ctx;

    if (event->name && strcmp(event->name, "retry") == 0) {
        output->n_retries++;
        return;
    }
    if (output->n_before == output->room) {
        output->room = output->room ? 2 * output->room : 64;
        output->before = mem_grow(output->before, (size_t)output->room, sizeof *output->before);
    }
    output_digest(event->name, event->data, output->before[output->n_before++]);
}

static void output_drop_waiting(struct program_output *output)
{
    for (int i = 0; i < output->n_waiting; i++) {
        free((char *)output->waiting[i].name);
        free((char *)output->waiting[i].data);
    }
    output->n_waiting = 0;
}

int program_output_begin(struct program_output *output, struct error *err)
{
    struct work *work = output->work;
    bool is_first = work_job(work)->run == 1 && !output->has_begun;

    program_output_clear(output);
    *output = (struct program_output){.work = work, .has_begun = true};
    return is_first ? 0 : work_each_event(work, output_note_event, output, err);
}

void program_output_clear(struct program_output *output)
{
    free(output->before);
    free(output->result);
    free(output->held);
    free(output->progress);
    output_drop_waiting(output);
}

/* Was this said before, in this order? */
static bool output_is_again(struct program_output *output, const char *name, const char *data)
{
    char hex[DIGEST_HEX_LEN + 1];

    if (output->has_parted || output->n_said == output->n_before)
        return false;
    output_digest(name, data, hex);
    if (strcmp(hex, output->before[output->n_said++]) == 0)
        return true;
    log_warning(
        "job %s: line %d is not the one that an attempt before printed: it and all later ones are "
        "added to what viewers have",
        output_job(output), output->n_said);
    output->has_parted = true;
    return false;
}

/* --- what is said now --- */

static int output_write_waiting(struct program_output *output)
{
    int rc = output->n_waiting
                 ? work_emit_all(output->work, output->waiting, output->n_waiting, &output->err)
                 : 0;

    output_drop_waiting(output);
    return rc;
}

/* What came before the limit is in the journal. */
static int output_refuse_more(struct program_output *output)
{
    int rc = output_write_waiting(output);

    return rc ? rc
              : error_set(&output->err, ERR_LIMIT,
                    "it printed more than %d lines: say how far it is with "
                    "{\"event\":\"progress\",…}, which does not count",
                    SAID_MOST);
}

static int output_emit(struct program_output *output, const char *name, const char *data)
{
    if (output_is_again(output, name, data))
        return 0;
    output->has_parted = true;
    if (++output->n_before > SAID_MOST)
        return output_refuse_more(output);
    output->waiting[output->n_waiting++] =
        (struct job_event){.name = name ? mem_copy(name) : NULL, .data = mem_copy(data)};
    return output->n_waiting == WORK_EMIT_MOST ? output_write_waiting(output) : 0;
}

int program_output_pause(void *ctx)
{
    return output_write_waiting(ctx);
}

/* A line behind it shows that it was not the result. */
static int output_let_go(struct program_output *output)
{
    int rc = output->held ? output_emit(output, NULL, output->held) : 0;

    free(output->held);
    free(output->result);
    output->held = output->result = NULL;
    return rc;
}

static void output_hold(
    struct program_output *output, struct said *said, const char *line, size_t len)
{
    size_t n_wrong;

    output->held = lines_text(line, len, &n_wrong);
    output->result = said->data;
    said->data = NULL;
}

static bool output_may_note(const struct program_output *output)
{
    return clock_monotonic_ms() >= output->noted_ms + PROGRESS_MS;
}

void program_output_tick(void *ctx)
{
    if (output_may_note(ctx))
        program_output_end(ctx);
}

void program_output_end(struct program_output *output)
{
    if (!output->progress)
        return;
    work_progress(output->work, output->progress);
    output->noted_ms = clock_monotonic_ms();
    free(output->progress);
    output->progress = NULL;
}

static void output_warn(struct program_output *output, const struct said *said)
{
    if (said->n_wrong && !output->was_mended)
        log_warning("job %s: a line has %zu bytes that are no UTF-8, or NUL: they are replaced",
            output_job(output), said->n_wrong);
    if (said->is_ours && !output->was_ours)
        log_warning("job %s: %.100s: no program can say an event of this name: it is a message",
            output_job(output), said->data);
    output->was_mended |= said->n_wrong > 0;
    output->was_ours |= said->is_ours;
}

/* Progress overtakes no line before it. */
static int output_take_progress(struct program_output *output, struct said *said)
{
    int rc = output_may_note(output) ? output_write_waiting(output) : 0;

    free(output->progress);
    output->progress = said->data;
    said->data = NULL;
    program_output_tick(output);
    return rc;
}

static int output_take(
    struct program_output *output, struct said *said, const char *line, size_t len)
{
    int rc;

    if (said->as == SAID_PROGRESS)
        return output_take_progress(output, said);
    rc = output_let_go(output);
    if (rc == 0 && said->as == SAID_RESULT)
        output_hold(output, said, line, len);
    else if (rc == 0)
        rc = output_emit(output, said->name, said->data);
    return rc;
}

int program_output_line(void *ctx, const char *line, size_t len)
{
    struct program_output *output = ctx;
    struct said said;
    int rc;

    said_read(line, len, &said);
    output_warn(output, &said);
    rc = output_take(output, &said, line, len);
    said_clear(&said);
    return rc;
}

void program_output_complaint(void *ctx, const char *line, size_t len)
{
    struct program_output *output = ctx;
    size_t n_wrong;
    char *text = lines_text(line, len, &n_wrong);

    if (++output->n_complaints <= COMPLAINTS_MOST)
        log_info("job %s: stderr: %s", output_job(output), text);
    else if (output->n_complaints == COMPLAINTS_MOST + 1)
        log_warning("job %s: the rest of its stderr is not logged", output_job(output));
    if (text[strspn(text, " \t")]) {
        snprintf(output->complaint, sizeof output->complaint, "%s", text);
        text_one_line(output->complaint);
    }
    free(text);
}
