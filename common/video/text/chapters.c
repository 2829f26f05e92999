/* chapters.c - see chapters.h. */
#include "video/text/chapters.h"

#include <pango/pango.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum {
    TITLE_MAX = 80,        /* characters of a caption that is used as a title */
    TITLE_BYTES_MAX = 255, /* Nero's chapter list in the MP4 has 8 bits for a title's length */
};

static bool chapters_is_blank(const char *text, size_t len)
{
    return strspn(text, " \t\n") >= len;
}

/* At most `most` characters of `text`: cut behind a word, or else between two grapheme clusters. */
static char *chapters_shorten(const char *text, size_t len, int most)
{
    int n = (int)g_utf8_strlen(text, (gssize)len), keep = most;
    PangoLogAttr *attrs;
    char *cut;

    if (n <= most)
        return mem_copy_n(text, len);
    attrs = mem_new_n((size_t)n + 1, PangoLogAttr);
    pango_get_log_attrs(text, (int)len, -1, NULL, attrs, n + 1);
    while (keep > most / 2 && !attrs[keep].is_word_end)
        keep--;
    if (!attrs[keep].is_word_end)
        for (keep = most; keep > 1 && !attrs[keep].is_cursor_position;)
            keep--;
    free(attrs);
    cut = mem_format("%.*s…", (int)(g_utf8_offset_to_pointer(text, keep) - text), text);
    return cut;
}

/* The first line of a caption that is not blank, shortened; NULL: none.  The caller frees it. */
static char *chapters_first_line(const char *caption)
{
    while (caption && *caption) {
        size_t len = strcspn(caption, "\n"), skip = strspn(caption, " \t");

        if (!chapters_is_blank(caption, len)) {
            while (strchr(" \t", caption[len - 1]))
                len--;
            return chapters_shorten(caption + skip, len - skip, TITLE_MAX);
        }
        caption += len + (caption[len] == '\n');
    }
    return NULL;
}

static char *chapters_title(const struct case_record *record, int scene)
{
    const char *title = record->scenes[scene].title;
    char *line = title ? mem_copy(title) : chapters_first_line(record->scenes[scene].caption);

    return line ? line : mem_format("Scene %d", scene + 1);
}

struct video_chapter *chapters_of(const struct case_record *record, const struct timeline *timeline)
{
    struct video_chapter *chapters = mem_new_n((size_t)record->n_scenes, struct video_chapter);

    for (int i = 0; i < record->n_scenes; i++)
        chapters[i] = (struct video_chapter){.title = chapters_title(record, i),
            .start_s = i ? (double)timeline_body_start(&timeline->scenes[i]) / timeline->fps : 0};
    return chapters;
}

/* Cut to TITLE_BYTES_MAX, between two characters. */
static int chapters_set_title(AVDictionary **metadata, const char *title)
{
    size_t len = strlen(title);
    char *copy;
    int rc;

    while (len > TITLE_BYTES_MAX)
        len = (size_t)(g_utf8_find_prev_char(title, title + len) - title);
    copy = mem_copy_n(title, len);
    rc = av_dict_set(metadata, "title", copy, 0);
    free(copy);
    return rc;
}

static int64_t chapters_ms(double seconds)
{
    return (int64_t)(seconds * 1000 + 0.5);
}

int chapters_describe(
    const struct video_chapter *chapters, int n, double end_s, AVFormatContext *format)
{
    format->chapters = av_calloc((size_t)n, sizeof *format->chapters);
    if (!format->chapters)
        return AVERROR(ENOMEM);
    for (int i = 0; i < n; i++) {
        AVChapter *chapter = av_mallocz(sizeof *chapter);

        if (!chapter)
            return AVERROR(ENOMEM);
        *chapter = (AVChapter){.id = i,
            .time_base = {1, 1000},
            .start = chapters_ms(chapters[i].start_s),
            .end = chapters_ms(i + 1 < n ? chapters[i + 1].start_s : end_s)};
        format->chapters[format->nb_chapters++] = chapter; /* freed with `format` */
        if (chapters_set_title(&chapter->metadata, chapters[i].title) < 0)
            return AVERROR(ENOMEM);
    }
    return 0;
}

void chapters_free(struct video_chapter *chapters, int n)
{
    for (int i = 0; chapters && i < n; i++)
        free(chapters[i].title);
    free(chapters);
}
