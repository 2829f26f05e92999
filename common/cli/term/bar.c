/* bar.c - the progress of a video in one line. */
#include <string.h>

#include "cli/term/term.h"

enum { BAR_MOST = 40, BAR_LEAST = 10, NAME_LEAST = 8 /* columns */ };

static void bar_format_left(int64_t left_ms, char *text, size_t size)
{
    int64_t s = (left_ms + 999) / 1000;

    if (s >= 3600)
        snprintf(text, size, "  %lld:%02lld:%02lld left", (long long)(s / 3600),
            (long long)(s / 60 % 60), (long long)(s % 60));
    else
        snprintf(text, size, "  %lld:%02lld left", (long long)(s / 60), (long long)(s % 60));
}

void bar_words(const struct bar_progress *progress, char *ret_line, size_t size)
{
    char fps[32] = "", left[40] = "";

    if (progress->fps > 0)
        snprintf(fps, sizeof fps, "  %.1f fps", progress->fps);
    if (progress->left_ms >= 0)
        bar_format_left(progress->left_ms, left, sizeof left);
    snprintf(ret_line, size, "%3d %%%s%-*s%s%s", (int)progress->percent,
        *progress->stage ? "  " : "", *progress->stage && (*fps || *left) ? 8 : 0, progress->stage,
        fps, left);
}

/* Without the stage: for a terminal with no room for both this and a name. */
static void bar_words_short(const struct bar_progress *progress, char *ret_line, size_t size)
{
    char left[40] = "";

    if (progress->left_ms >= 0)
        bar_format_left(progress->left_ms, left, sizeof left);
    snprintf(ret_line, size, "%3d %%  %.1f fps%s", (int)progress->percent, progress->fps, left);
}

/* `name` behind two blanks, cut to `room` columns; returns the columns that it takes. */
static int bar_format_name(const char *name, int room, char *text, size_t size)
{
    *text = '\0';
    if (!*name || room < NAME_LEAST + 2)
        return 0;
    if (term_width(name) <= room - 2)
        snprintf(text, size, "  %s", name);
    else
        snprintf(text, size, "  %.*s…", (int)term_fit(name, room - 3), name);
    return term_width(text);
}

void bar_line(const struct bar_progress *progress, int columns, char *ret_line, size_t size)
{
    const char *scene = progress->scene;
    char words[120], name[400], bar[BAR_MOST + 1];
    int room, width, filled; /* the last column stays empty: some terminals wrap a full line */

    bar_words(progress, words, sizeof words);
    room = columns - 1 - (int)strlen(words);
    if (room < NAME_LEAST + 2 && *scene && progress->fps > 0) {
        bar_words_short(progress, words, sizeof words);
        room = columns - 1 - (int)strlen(words);
    }
    if (room < 0) {
        snprintf(ret_line, size, "%.*s", columns > 1 ? columns - 1 : 0, words);
        return;
    }
    width = room - BAR_LEAST - 3; /* for a name beside the shortest bar */
    room -= bar_format_name(scene,
        width < NAME_LEAST + 2 ? room
        : width < 60           ? width
                               : 60,
        name, sizeof name);
    width = room - 3 < BAR_MOST ? room - 3 : BAR_MOST;
    if (width < BAR_LEAST) {
        snprintf(ret_line, size, "%s%s", words, name);
        return;
    }
    filled = (int)(progress->percent * width / 100);
    memset(bar, '#', (size_t)filled);
    memset(bar + filled, '.', (size_t)(width - filled));
    bar[width] = '\0';
    snprintf(ret_line, size, "[%s] %s%s", bar, words, name);
}
