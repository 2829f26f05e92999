/* machine.c - see machine.h.  Each finding asks what video_create() uses: libavcodec, espeak-ng,
 * fontconfig. */
#include "video/machine.h"

#include <fontconfig/fontconfig.h>
#include <libavcodec/avcodec.h>
#include <stdio.h>

#include "video/engine_all.h"

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

/* Does any font have this character? */
static bool machine_has_font(FcChar32 character)
{
    FcCharSet *characters = FcCharSetCreate();
    FcPattern *pattern = FcPatternCreate();
    FcObjectSet *objects = FcObjectSetBuild(FC_FAMILY, (char *)NULL);
    FcFontSet *fonts;
    bool found;

    FcCharSetAddChar(characters, character);
    FcPatternAddCharSet(pattern, FC_CHARSET, characters);
    fonts = FcFontList(NULL, pattern, objects);
    found = fonts && fonts->nfont > 0;
    if (fonts)
        FcFontSetDestroy(fonts);
    FcObjectSetDestroy(objects);
    FcPatternDestroy(pattern);
    FcCharSetDestroy(characters);
    return found;
}

static const struct {
    const char *name;
    FcChar32 sample;
    const char *mend;
} scripts[] = {
    {"Latin", 0x41, "apt-get install fonts-noto-core"},
    {"Arabic", 0x639, "apt-get install fonts-noto-core"},
    {"Devanagari", 0x915, "apt-get install fonts-noto-core"},
    {"Chinese and Japanese", 0x6C34, "apt-get install fonts-noto-cjk"},
    {"emoji", 0x1F600, "apt-get install fonts-noto-color-emoji"},
};

static void machine_check_font(struct machine_finding *finding, int script)
{
    finding->what = "fonts";
    finding->is_there = machine_has_font(scripts[script].sample);
    snprintf(finding->text, sizeof finding->text,
        finding->is_there ? "%s" : "no font for captions in %s", scripts[script].name);
    finding->mend = scripts[script].mend;
}

void machine_check(void (*each)(void *ctx, const struct machine_finding *finding), void *ctx)
{
    struct machine_finding finding = {0};

    machine_describe_engine(&finding);
    each(ctx, &finding);
    machine_check_encoder(&finding, "libx264");
    each(ctx, &finding);
    machine_check_encoder(&finding, "aac");
    each(ctx, &finding);
    machine_check_voices(&finding);
    each(ctx, &finding);
    for (int i = 0; i < (int)(sizeof scripts / sizeof *scripts); i++) {
        machine_check_font(&finding, i);
        each(ctx, &finding);
    }
}
