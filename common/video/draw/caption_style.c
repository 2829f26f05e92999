/* caption_style.c - how a case wants its captions set, and whether its font is there: see
 * caption.h. */
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

#include "base/number.h"
#include "video/draw/caption.h"
#include "video/language/fonts.h"

/* "#rrggbb" or "#rrggbbaa": case_check() has let nothing else through.  NULL: the default stays. */
static void caption_style_color(const char *text, double color[static 4])
{
    unsigned c[4] = {0, 0, 0, 255};

    if (!text)
        return;
    sscanf(text, "#%2x%2x%2x%2x", &c[0], &c[1], &c[2], &c[3]);
    for (int i = 0; i < 4; i++)
        color[i] = c[i] / 255.0;
}

struct caption_style caption_style_of(const struct case_record *record)
{
    struct caption_style style = {.fps = record->fps,
        .font = record->caption_font,
        .color = {1, 1, 1, 1},
        .box = {0, 0, 0, 0.6},
        .page_lines = 3,
        .position = record->caption_position};
    double percent = record->caption_size;
    int side;

    language_tag(record->language ? record->language : "en", style.language);
    case_frame_size(record, &style.width, &style.height);
    side = number_least(style.width, style.height);
    style.size = side * (percent > 0 ? percent / 100 : style.height > style.width ? 0.05 : 0.044);
    caption_style_color(record->caption_color, style.color);
    caption_style_color(record->caption_box, style.box);
    return style;
}

/* A name that fontconfig maps to whatever is there. */
static bool caption_font_is_generic(const char *family)
{
    static const char *const names[] = {"sans", "sans-serif", "serif", "monospace", "system-ui"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(names[i], family) == 0)
            return true;
    return false;
}

int caption_check_font(const char *family, struct error *err)
{
    struct fonts *fonts;
    int rc;

    if (caption_font_is_generic(family))
        return 0;
    fonts = fonts_acquire();
    rc = fonts_check_family(fonts, family, err);
    fonts_release(fonts);
    if (rc != -ERR_INPUT)
        return rc;
    return error_set(
        err, ERR_INPUT, "\"%s\": no such font here; `fc-list : family` lists them", family);
}
