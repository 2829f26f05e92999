/* chapters.c - see chapters.h. */
#include "video/chapters.h"

#include <pango/pango.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { TITLE_MAX = 80 }; /* letters of a caption that stands in for a title */

static bool is_blank(const char *text, size_t len)
{
    return strspn(text, " \t\n") >= len;
}

/* At most `most` letters of it, cut where a letter begins, marks and all. */
static char *shorten(const char *text, size_t len, int most)
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

/* The first line of a caption that says something; NULL: none. */
static char *first_line(const char *caption)
{
    while (caption && *caption) {
        size_t len = strcspn(caption, "\n"), skip = strspn(caption, " \t");

        if (!is_blank(caption, len)) {
            while (strchr(" \t", caption[len - 1]))
                len--;
            return shorten(caption + skip, len - skip, TITLE_MAX);
        }
        caption += len + (caption[len] == '\n');
    }
    return NULL;
}

static char *title_of(const struct case_record *record, int scene)
{
    const char *title = record->scenes[scene].title;
    char *line = title ? mem_copy(title) : first_line(record->scenes[scene].caption);

    return line ? line : mem_format("Scene %d", scene + 1);
}

struct video_chapter *chapters_of(const struct case_record *record, const struct timeline *timeline)
{
    struct video_chapter *chapters = mem_new_n((size_t)record->n_scenes, struct video_chapter);

    for (int i = 0; i < record->n_scenes; i++)
        chapters[i] = (struct video_chapter){.title = title_of(record, i),
            .start_s = i ? (double)timeline_body_start(&timeline->scenes[i]) / timeline->fps : 0};
    return chapters;
}

void chapters_free(struct video_chapter *chapters, int n)
{
    for (int i = 0; chapters && i < n; i++)
        free(chapters[i].title);
    free(chapters);
}
