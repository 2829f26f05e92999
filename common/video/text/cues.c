/* cues.c - see cues.h. */
#include "video/text/cues.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/draw/caption.h"
#include "video/voice/align.h"

enum {
    SAMPLES_PER_MS = TIMELINE_RATE / 1000,
    LINGER_MS = 600, /* a cue stays this long after its last word, if no cue follows */
    GAP_MS = 400,    /* a shorter gap between two cues flickers, so it is closed */
};

void cues_open(const struct case_record *record, const struct timeline *timeline,
    const struct mix_clip *clips, struct fonts *fonts, int width, int height, struct cues *ret_cues)
{
    *ret_cues = (struct cues){.record = record,
        .timeline = timeline,
        .clips = clips,
        .fonts = fonts,
        .width = width,
        .height = height};
}

void cues_close(struct cues *cues)
{
    for (int i = 0; i < cues->n; i++)
        free(cues->list[i].text);
    free(cues->list);
    cues->list = NULL;
    cues->n = 0;
}

bool cues_are_wanted(const struct cues *cues)
{
    for (int i = 0; i < cues->record->n_scenes; i++)
        if (cues->record->scenes[i].caption || cues->record->scenes[i].narration)
            return true;
    return false;
}

static bool cues_is_at_top(const struct cues *cues, int scene)
{
    return cues->record->scenes[scene].caption && cues->record->caption_position == CASE_BOTTOM;
}

bool cues_stand_at_top(const struct cues *cues)
{
    for (int i = 0; i < cues->record->n_scenes; i++)
        if (cues_is_at_top(cues, i))
            return true;
    return false;
}

/* Takes ownership of `text`.  The cue starts when the cue before it has ended; a cue without length
 * or text is dropped. */
static void cues_append(
    struct cues *cues, int64_t start_ms, int64_t end_ms, bool at_top, char *text)
{
    int64_t last_ms = cues->n ? cues->list[cues->n - 1].end_ms : 0;

    start_ms = start_ms > last_ms ? start_ms : last_ms;
    if (end_ms <= start_ms || !text[0]) {
        free(text);
        return;
    }
    cues->list = mem_grow(cues->list, (size_t)cues->n + 1, sizeof *cues->list);
    cues->list[cues->n++] =
        (struct cue){.start_ms = start_ms, .end_ms = end_ms, .text = text, .at_top = at_top};
}

/* --- a scene without narration: its caption --- */

/* A copy without blank lines (in WebVTT they end the cue) and without spaces around each line. */
static char *cues_trim_lines(const char *text)
{
    char *copy = mem_copy(text), *out = copy;
    const char *line = text;

    while (*line) {
        size_t len = strcspn(line, "\n"), skip = strspn(line, " \t");
        size_t end = len;

        while (end > skip && strchr(" \t", line[end - 1]))
            end--;
        if (skip < end) {
            if (out > copy)
                *out++ = '\n';
            memmove(out, line + skip, end - skip);
            out += end - skip;
        }
        line += len + (line[len] == '\n');
    }
    *out = '\0';
    return copy;
}

static int cues_add_caption(struct cues *cues, int scene, bool at_top, struct error *err)
{
    const struct timeline_scene *when = &cues->timeline->scenes[scene];
    struct caption_style style = caption_style_of(cues->record);
    struct caption *caption;
    int rc;

    style.fonts = cues->fonts;
    rc = caption_plan(cues->record->scenes[scene].caption, &style, when->caption_n, &caption, err);
    if (rc < 0)
        return error_where(err, "scene %d: caption: ", scene + 1);
    for (int i = 0; caption && i < caption_page_count(caption); i++) {
        int from, to;
        const char *text = caption_page_text(caption, i, &from, &to);

        cues_append(cues, timeline_ms(cues->timeline, when->caption_at + from),
            timeline_ms(cues->timeline, when->caption_at + to), at_top, cues_trim_lines(text));
    }
    caption_free(caption);
    return 0;
}

/* --- a scene with narration: its phrases --- */

static void cues_add_spoken(
    struct cues *cues, int scene, bool at_top, struct phrases *phrases, const struct spoken *spoken)
{
    const struct timeline_scene *when = &cues->timeline->scenes[scene];
    int64_t at_ms = when->sound_at / SAMPLES_PER_MS,
            last_ms = timeline_ms(cues->timeline, when->end - when->transition_out);

    for (int i = 0; i < phrases->n; i++) {
        int64_t end_ms = spoken[i].end_ms + LINGER_MS;

        if (i + 1 < phrases->n && spoken[i + 1].start_ms - spoken[i].end_ms < LINGER_MS + GAP_MS)
            end_ms = spoken[i + 1].start_ms;
        end_ms = at_ms + end_ms < last_ms ? at_ms + end_ms : last_ms;
        cues_append(cues, at_ms + spoken[i].start_ms, end_ms, at_top, phrases->list[i].text);
        phrases->list[i].text = NULL;
    }
}

static void cues_add_narration(struct cues *cues, int scene, bool at_top)
{
    const struct mix_clip *clip = &cues->clips[scene];
    struct phrases phrases = phrases_of(cues->record->scenes[scene].narration);
    struct pauses pauses = pauses_find(&clip->levels);

    if (phrases.n) {
        struct spoken *spoken = align_phrases(&phrases, &pauses, clip->n / SAMPLES_PER_MS);

        cues_add_spoken(cues, scene, at_top, &phrases, spoken);
        free(spoken);
    }
    pauses_free(&pauses);
    phrases_free(&phrases);
}

static int cues_add_scene(struct cues *cues, int scene, struct error *err)
{
    const struct scene *words = &cues->record->scenes[scene];
    bool at_top = cues_is_at_top(cues, scene);

    if (words->narration && cues->clips[scene].n > 0)
        cues_add_narration(cues, scene, at_top);
    else if (words->caption)
        return cues_add_caption(cues, scene, at_top, err);
    return 0;
}

int cues_at(struct cues *cues, int i, const struct cue **ret_cue, struct error *err)
{
    int rc = 0;

    while (rc == 0 && cues->n <= i && cues->n_scenes < cues->timeline->n_scenes)
        rc = cues_add_scene(cues, cues->n_scenes++, err);
    if (rc < 0)
        return rc;
    if (cues->n <= i)
        return CUES_E_END;
    *ret_cue = &cues->list[i];
    return 0;
}

int cues_add_all(struct cues *cues, struct error *err)
{
    const struct cue *none;
    int rc = cues_at(cues, INT_MAX, &none, err);

    return rc < 0 ? rc : 0;
}
