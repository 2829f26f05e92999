/* engine_all.c - see engine_all.h. */
#include "video/engine_all.h"

#include <libavutil/avutil.h>
#include <pango/pangocairo.h>
#include <stdio.h>
#include <zimg.h>

#include "video/canary/canary.h"
#include "video/kept/engine.h"
#include "video/language/fonts.h"
#include "video/voice/speech.h"

void engine_add_all(struct digest *digest)
{
    struct fonts *fonts = fonts_acquire();

    canary_prepare();
    engine_add(digest);
    fonts_add(fonts, digest);
    speech_add_voices(digest);
    fonts_release(fonts);
}

void engine_short_name(char ret_name[static ENGINE_NAME_LEN + 1])
{
    char name[DIGEST_HEX_LEN + 1];
    struct digest digest;

    digest_start(&digest);
    engine_add_all(&digest);
    digest_hex(&digest, name);
    snprintf(ret_name, ENGINE_NAME_LEN + 1, "%.*s", ENGINE_NAME_LEN, name);
}

void engine_describe(char ret_text[static ENGINE_TEXT_MAX])
{
    char name[ENGINE_NAME_LEN + 1];
    unsigned zimg[3];

    engine_short_name(name);
    zimg_get_version_info(&zimg[0], &zimg[1], &zimg[2]);
    snprintf(ret_text, ENGINE_TEXT_MAX, "%s: version %d, FFmpeg %s, zimg %u.%u.%u, Pango %s",
        name, ENGINE_VERSION, av_version_info(), zimg[0], zimg[1], zimg[2], pango_version_string());
}
