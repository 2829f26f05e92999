/* meter.c - progress on stderr while it goes on, or as JSON: see term.h. */
#include <string.h>

#include "cli/term/term.h"

void meter_start(struct meter *meter)
{
    *meter = (struct meter){.is_live = term_is_live(stderr), .percent = -1};
}

void meter_set_scene(struct meter *meter, int number, int n, const char *name)
{
    snprintf(meter->scene, sizeof meter->scene, "%d/%d%s%s", number, n, name ? " " : "",
        name ? name : "");
}

/* Is it worth a line of its own: `step` percent more, or another stage? */
static bool meter_has_news(struct meter *meter, const struct bar_progress *progress, int step)
{
    int percent = (int)progress->percent / step;

    if (percent == meter->percent && strcmp(progress->stage, meter->stage) == 0)
        return false;
    meter->percent = percent;
    snprintf(meter->stage, sizeof meter->stage, "%s", progress->stage);
    return true;
}

static void meter_print_json(const struct bar_progress *progress)
{
    term_print_json(json_pack("{s:s, s:s, s:f, s:f, s:o, s:s}", "event", "progress", "stage",
        progress->stage, "percent", progress->percent, "fps", progress->fps, "etaMs",
        progress->left_ms < 0 ? json_null() : json_integer(progress->left_ms), "scene",
        progress->scene));
}

void meter_show(struct meter *meter, const struct bar_progress *progress)
{
    struct bar_progress shown = *progress;
    char line[800];

    shown.scene = meter->scene;
    if (term_is_json()) {
        if (meter_has_news(meter, &shown, 1))
            meter_print_json(&shown);
    } else if (!term_is_quiet() && meter->is_live) {
        bar_line(&shown, term_columns(stderr), line, sizeof line);
        fprintf(stderr, "\r%s\033[K", line);
    } else if (!term_is_quiet() && meter_has_news(meter, &shown, 10)) {
        bar_words(&shown, line, sizeof line);
        fprintf(stderr, "%s%s%s\n", line, *meter->scene ? "  " : "", meter->scene);
    }
}

void meter_end(struct meter *meter)
{
    if (meter->is_live && !term_is_json() && !term_is_quiet())
        fputs("\r\033[K", stderr);
}
