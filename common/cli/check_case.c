/* check_case.c - see check_case.h. */
#include "cli/check_case.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command/command.h"
#include "cli/estimate.h"
#include "video/case_files.h"
#include "video/media/media.h"
#include "video/video.h"

struct findings {
    int n_mistakes, n_warnings;
};

static void check_report_mistake(void *ctx, const char *place, const char *field, const char *text)
{
    struct findings *findings = ctx;

    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s, s:s, s:s}", "finding", "mistake", "place", place,
            "field", field, "text", text));
    else
        printf("%smistake%s  %s%s%s: %s\n", term_on(stdout, TERM_BAD), term_off(stdout, TERM_BAD),
            place, place[0] ? "." : "", field, text);
    findings->n_mistakes++;
}

static void check_report_warning(void *ctx, const char *place, const char *name, const char *text)
{
    struct findings *findings = ctx;

    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s, s:s, s:s}", "finding", "warning", "place", place,
            "file", name, "text", text));
    else
        printf("%swarning%s  %s: %s is used as it is, but %s\n", term_on(stdout, TERM_WARNING),
            term_off(stdout, TERM_WARNING), place, name, text);
    findings->n_warnings++;
}

static void check_report_unseen(void *ctx, const char *place, const char *field, int n)
{
    struct findings *findings = ctx;

    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s, s:s, s:i}", "finding", "unseen", "place", place,
            "field", field, "characters", n));
    else
        printf(
            "%swarning%s  %s%s%s: no font here has %d of its characters; install fonts-noto-core, "
            "fonts-noto-cjk or fonts-noto-color-emoji\n",
            term_on(stdout, TERM_WARNING), term_off(stdout, TERM_WARNING), place,
            place[0] ? "." : "", field, n);
    findings->n_warnings++;
}

static void check_tell_measures(const struct video_measures *measures)
{
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:f, s:i, s:i, s:i, s:i}", "finding", "length", "seconds",
            measures->seconds, "width", measures->width, "height", measures->height, "fps",
            measures->fps, "frames", measures->n_frames));
    else
        printf("length   %.1f s of %d×%d at %d fps\n", measures->seconds, measures->width,
            measures->height, measures->fps);
}

/* "8.1 to 14.0 MB", or "about 8.1 MB" where both round to the same. */
static void check_tell_range(
    const char *what, double least, double most, const char *unit, const char *made, int n_videos)
{
    char from[24], to[24];

    snprintf(from, sizeof from, "%.1f", least);
    snprintf(to, sizeof to, "%.1f", most);
    if (strcmp(from, to) == 0)
        printf("%-8s about %s %s", what, to, unit);
    else
        printf("%-8s %s to %s %s", what, from, to, unit);
    printf(", as %d %s %s\n", n_videos, n_videos == 1 ? "video" : "videos", made);
}

static void check_tell_estimate(const struct estimate *estimate)
{
    if (term_is_json() && estimate->n_sizes)
        term_print_json(json_pack("{s:s, s:I, s:I, s:i}", "finding", "size", "leastBytes",
            (json_int_t)estimate->least_bytes, "mostBytes", (json_int_t)estimate->most_bytes,
            "videos", estimate->n_sizes));
    else if (estimate->n_sizes)
        check_tell_range("size", (double)estimate->least_bytes / 1e6,
            (double)estimate->most_bytes / 1e6, "MB", "before it were", estimate->n_sizes);
    if (term_is_json() && estimate->n_times)
        term_print_json(json_pack("{s:s, s:I, s:I, s:i}", "finding", "time", "leastMs",
            (json_int_t)estimate->least_ms, "mostMs", (json_int_t)estimate->most_ms, "videos",
            estimate->n_times));
    else if (estimate->n_times)
        check_tell_range("time", (double)estimate->least_ms / 1e3, (double)estimate->most_ms / 1e3,
            "s", "before it took", estimate->n_times);
    if (!estimate->n_sizes && !term_is_json())
        printf("size     not known: no video of this database tells it\n");
}

static void check_tell_no_estimate(const struct error *err)
{
    if (term_is_json())
        term_print_json(json_pack("{s:s, s:s}", "finding", "size", "unknown", err->text));
    else
        printf("size     not known: %s\n", err->text);
}

/* Asks voices and fonts, too.  The sound that is made for it has no name on the disk. */
static void check_measure(
    const struct config *config, const struct case_record *record, struct findings *found)
{
    const char *folder = getenv("TMPDIR");
    struct video_measures measures;
    struct estimate estimate;
    struct error err;

    if (video_measure(record, config->media_root, folder && *folder ? folder : "/tmp",
            check_report_unseen, found, &measures, &err) < 0) {
        check_report_mistake(found, "", "video", err.text);
        return;
    }
    check_tell_measures(&measures);
    if (estimate_read(config, &measures, &estimate, &err) == 0)
        check_tell_estimate(&estimate);
    else
        check_tell_no_estimate(&err);
}

int check_case(const struct config *config, const char *id)
{
    struct findings found = {0};
    struct case_files files = {
        .ctx = &found, .mistake = check_report_mistake, .warning = check_report_warning};
    struct case_record *record;
    struct error err;

    if (media_open(config->media_root, NULL, &files.media, &err) < 0) {
        error_where(&err, "CASECAST_MEDIA_ROOT: ");
        return cli_fail(&err);
    }
    if (cli_load_case(config, id, &record, &err) != 0) {
        media_close(files.media);
        return cli_fail(&err);
    }
    case_files_check(&files, record, "");
    case_files_end(&files);
    if (!found.n_mistakes)
        check_measure(config, record, &found);
    term_say("case %s: %d %s, %d %s\n", id, found.n_mistakes,
        found.n_mistakes == 1 ? "mistake" : "mistakes", found.n_warnings,
        found.n_warnings == 1 ? "warning" : "warnings");
    case_free(record);
    media_close(files.media);
    return found.n_mistakes ? EXIT_NO : EXIT_DONE;
}
