/* bar.c - the progress of a video in one line. */
#include <string.h>

#include "cli/cli_private.h"
#include "video/video.h"

enum { BAR_MOST = 40, BAR_LEAST = 10 };

static void bar_format_left(int64_t left_ms, char *text, size_t size)
{
    int64_t s = (left_ms + 999) / 1000;

    if (s >= 3600)
        snprintf(text, size, "  %lld:%02lld:%02lld left", (long long)(s / 3600),
            (long long)(s / 60 % 60), (long long)(s % 60));
    else
        snprintf(text, size, "  %lld:%02lld left", (long long)(s / 60), (long long)(s % 60));
}

void bar_words(const struct video_progress *progress, char *ret_line, size_t size)
{
    char fps[32] = "", left[40] = "";

    if (progress->fps > 0)
        snprintf(fps, sizeof fps, "  %.1f fps", progress->fps);
    if (progress->left_ms >= 0)
        bar_format_left(progress->left_ms, left, sizeof left);
    snprintf(ret_line, size, "%3d %%  %-*s%s%s", (int)progress->percent, *fps || *left ? 8 : 0,
        video_stage_name(progress->stage), fps, left);
}

void bar_line(const struct video_progress *progress, int columns, char *ret_line, size_t size)
{
    char words[120], bar[BAR_MOST + 1];
    int width, filled;

    bar_words(progress, words, sizeof words);
    /* The last column stays empty: some terminals wrap a line that fills it. */
    width = columns - 1 - (int)strlen(words) - 3;
    if (width < BAR_LEAST) {
        snprintf(ret_line, size, "%.*s", columns > 1 ? columns - 1 : 0, words);
        return;
    }
    width = width < BAR_MOST ? width : BAR_MOST;
    filled = (int)(progress->percent * width / 100);
    memset(bar, '#', (size_t)filled);
    memset(bar + filled, '.', (size_t)(width - filled));
    bar[width] = '\0';
    snprintf(ret_line, size, "[%s] %s", bar, words);
}
