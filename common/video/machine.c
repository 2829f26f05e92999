/* machine.c - see machine.h.  Each finding asks what video_create() uses: libavcodec, espeak-ng,
 * the fonts. */
#include "video/machine.h"

#include <libavcodec/avcodec.h>
#include <stdio.h>

#include "video/engine_all.h"
#include "video/language/fonts.h"

static void machine_check_encoder(struct machine_finding *finding, const char *name)
{
    finding->what = "encoder";
    finding->is_there = avcodec_find_encoder_by_name(name) != NULL;
    snprintf(finding->text, sizeof finding->text,
        finding->is_there ? "%s" : "FFmpeg's libavcodec has no %s", name);
    finding->mend = "apt-get install libavcodec59";
}

static void machine_describe_engine(struct machine_finding *finding)
{
    finding->what = "engine";
    finding->is_there = true;
    engine_describe(finding->text);
}

static int machine_count_voices(void)
{
    FILE *lines = popen("PATH=/usr/local/bin:/usr/bin:/bin espeak-ng --voices 2>/dev/null", "re");
    char line[512];
    int n = 0;

    while (lines && fgets(line, sizeof line, lines))
        n++;
    if (lines)
        pclose(lines);
    return n > 0 ? n - 1 : 0; /* the first line is a heading */
}

static void machine_check_voices(struct machine_finding *finding)
{
    int n = machine_count_voices();

    finding->what = "voices";
    finding->is_there = n > 0;
    finding->mend = "apt-get install espeak-ng";
    if (n > 0)
        snprintf(finding->text, sizeof finding->text, "espeak-ng with %d voices", n);
    else
        snprintf(finding->text, sizeof finding->text,
            "the program espeak-ng is not installed or has no voices");
}

static const struct {
    const char *name;
    const char *sample;
    const char *mend;
} scripts[] = {
    {"Latin", "A", "apt-get install fonts-noto-core"},
    {"Arabic", "\u0639", "apt-get install fonts-noto-core"},
    {"Devanagari", "\u0915", "apt-get install fonts-noto-core"},
    {"Chinese and Japanese", "\u6C34", "apt-get install fonts-noto-cjk"},
    {"emoji", "\U0001F600", "apt-get install fonts-noto-color-emoji"},
};

static void machine_check_font(struct machine_finding *finding, struct fonts *fonts, int script)
{
    struct error err;
    int n = fonts_count_unseen(fonts, scripts[script].sample, &err);

    finding->what = "fonts";
    finding->is_there = n == 0;
    if (n < 0)
        snprintf(finding->text, sizeof finding->text, "%.199s", err.text);
    else
        snprintf(finding->text, sizeof finding->text, n == 0 ? "%s" : "no font for captions in %s",
            scripts[script].name);
    finding->mend = scripts[script].mend;
}

void machine_check(void (*each)(void *ctx, const struct machine_finding *finding), void *ctx)
{
    struct machine_finding finding = {0};
    struct fonts *fonts = fonts_acquire();

    machine_describe_engine(&finding);
    each(ctx, &finding);
    machine_check_encoder(&finding, "libx264");
    each(ctx, &finding);
    machine_check_encoder(&finding, "aac");
    each(ctx, &finding);
    machine_check_voices(&finding);
    each(ctx, &finding);
    for (int i = 0; i < (int)(sizeof scripts / sizeof *scripts); i++) {
        machine_check_font(&finding, fonts, i);
        each(ctx, &finding);
    }
    fonts_release(fonts);
}
