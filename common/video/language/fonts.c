/* fonts.c - see fonts.h. */
#include "video/language/fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "video/kept/stamp.h"

enum { LOOK_MS = 1000 };

struct fonts {
    /* fixed once it is made */
    FcConfig *config;
    char name[DIGEST_HEX_LEN + 1];  /* of all that shapes letters */
    char stamp[DIGEST_HEX_LEN + 1]; /* of all whose change may change that */
    atomic_int holders;

    pthread_mutex_t lock;
    PangoContext *context; /* under lock; NULL: not needed yet */
};

static pthread_mutex_t now_lock = PTHREAD_MUTEX_INITIALIZER;
/* under now_lock */
static struct fonts *now;
static int64_t looked_ms;

/* --- what is there --- */

static void add_list(struct digest *digest, FcStrList *list)
{
    FcChar8 *path;

    while (list && (path = FcStrListNext(list)))
        stamp_add_file(digest, (const char *)path);
    if (list)
        FcStrListDone(list);
}

/* The folder of each, too: another rule may be put beside it. */
static void add_folders_of(struct digest *digest, FcStrList *list)
{
    FcChar8 *path;

    while (list && (path = FcStrListNext(list))) {
        FcChar8 *folder = FcStrDirname(path);

        stamp_add_file(digest, (const char *)folder);
        FcStrFree(folder);
    }
    if (list)
        FcStrListDone(list);
}

static void add_fonts(struct digest *digest, FcConfig *config)
{
    const FcFontSet *set = FcConfigGetFonts(config, FcSetSystem);

    for (int i = 0; set && i < set->nfont; i++) {
        FcChar8 *path;
        int face = 0;

        if (FcPatternGetString(set->fonts[i], FC_FILE, 0, &path) != FcResultMatch)
            continue;
        FcPatternGetInteger(set->fonts[i], FC_INDEX, 0, &face);
        stamp_add_file(digest, (const char *)path);
        digest_add_number(digest, face);
    }
}

static void name_of(FcConfig *config, char ret_name[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    add_list(&digest, FcConfigGetConfigFiles(config));
    add_fonts(&digest, config);
    digest_hex(&digest, ret_name);
}

/* fontconfig itself asks whether a folder is younger than the last look, by a clock that may be
 * set, and does not see a file that was written over. */
static void stamp_of(FcConfig *config, char ret_stamp[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    add_list(&digest, FcConfigGetConfigFiles(config));
    add_folders_of(&digest, FcConfigGetConfigFiles(config));
    add_list(&digest, FcConfigGetConfigDirs(config));
    add_list(&digest, FcConfigGetFontDirs(config));
    add_fonts(&digest, config);
    digest_hex(&digest, ret_stamp);
}

/* --- a set --- */

static struct fonts *fonts_new(void)
{
    struct fonts *fonts = mem_new(struct fonts);

    fonts->config = FcInitLoadConfigAndFonts();
    if (!fonts->config) /* out of memory */
        abort();
    name_of(fonts->config, fonts->name);
    stamp_of(fonts->config, fonts->stamp);
    atomic_init(&fonts->holders, 1);
    pthread_mutex_init(&fonts->lock, NULL);
    return fonts;
}

void fonts_release(struct fonts *fonts)
{
    if (!fonts || atomic_fetch_sub(&fonts->holders, 1) > 1)
        return;
    g_clear_object(&fonts->context);
    FcConfigDestroy(fonts->config);
    pthread_mutex_destroy(&fonts->lock);
    free(fonts);
}

static bool is_as_it_was(const struct fonts *fonts)
{
    char stamp[DIGEST_HEX_LEN + 1];

    stamp_of(fonts->config, stamp);
    return strcmp(stamp, fonts->stamp) == 0;
}

struct fonts *fonts_acquire(void)
{
    int64_t ms = clock_monotonic_ms();
    struct fonts *fonts;

    pthread_mutex_lock(&now_lock);
    if (now && ms - looked_ms >= LOOK_MS) {
        looked_ms = ms;
        if (!is_as_it_was(now)) {
            fonts_release(now);
            now = NULL;
        }
    }
    if (!now) {
        now = fonts_new();
        looked_ms = ms;
    }
    fonts = now;
    atomic_fetch_add(&fonts->holders, 1);
    pthread_mutex_unlock(&now_lock);
    return fonts;
}

int fonts_count(const struct fonts *fonts)
{
    const FcFontSet *set = FcConfigGetFonts(fonts->config, FcSetSystem);

    return set ? set->nfont : 0;
}

void fonts_add(const struct fonts *fonts, struct digest *digest)
{
    digest_add_text(digest, fonts->name);
}

/* --- setting words --- */

static PangoContext *context_new(FcConfig *config)
{
    /* FreeType's, whatever else Pango was built with: fontconfig's set is what it draws with. */
    PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    PangoContext *context;

    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
    /* Sizes are pixels: one point is one pixel at 72 dots an inch. */
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72);
    context = pango_font_map_create_context(map);
    g_object_unref(map);
    return context;
}

PangoContext *fonts_lock(struct fonts *fonts)
{
    pthread_mutex_lock(&fonts->lock);
    if (!fonts->context)
        fonts->context = context_new(fonts->config);
    return fonts->context;
}

void fonts_unlock(struct fonts *fonts)
{
    pthread_mutex_unlock(&fonts->lock);
}
