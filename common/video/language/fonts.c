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

enum { CHECK_MS = 1000 };

struct fonts {
    /* fixed after fonts_new() */
    FcConfig *config;
    char name[DIGEST_HEX_LEN + 1];  /* the digest of what decides the letters */
    char stamp[DIGEST_HEX_LEN + 1]; /* the digest of the files whose change may change `name` */
    atomic_int n_refs;

    pthread_mutex_t lock;
    PangoContext *context; /* under lock; NULL: not used yet */
};

static pthread_mutex_t current_lock = PTHREAD_MUTEX_INITIALIZER;
/* under current_lock */
static struct fonts *current;
static int64_t checked_ms;

/* --- digests of files --- */

static void fonts_add_files(struct digest *digest, FcStrList *list)
{
    FcChar8 *path;

    while (list && (path = FcStrListNext(list)))
        stamp_add_file(digest, (const char *)path);
    if (list)
        FcStrListDone(list);
}

/* Add the folder of each file: a new file in it may be a new rule. */
static void fonts_add_folders(struct digest *digest, FcStrList *list)
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

static void fonts_add_faces(struct digest *digest, FcConfig *config)
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

static void fonts_name(FcConfig *config, char ret_name[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    fonts_add_files(&digest, FcConfigGetConfigFiles(config));
    fonts_add_faces(&digest, config);
    digest_hex(&digest, ret_name);
}

/* fontconfig's own check (FcConfigUptoDate) compares the folders' times with the clock, which may
 * be set back, and misses a file that was overwritten. */
static void fonts_stamp(FcConfig *config, char ret_stamp[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    fonts_add_files(&digest, FcConfigGetConfigFiles(config));
    fonts_add_folders(&digest, FcConfigGetConfigFiles(config));
    fonts_add_files(&digest, FcConfigGetConfigDirs(config));
    fonts_add_files(&digest, FcConfigGetFontDirs(config));
    fonts_add_faces(&digest, config);
    digest_hex(&digest, ret_stamp);
}

/* --- sets of fonts --- */

static struct fonts *fonts_new(void)
{
    struct fonts *fonts = mem_new(struct fonts);

    fonts->config = FcInitLoadConfigAndFonts();
    if (!fonts->config) /* out of memory */
        abort();
    fonts_name(fonts->config, fonts->name);
    fonts_stamp(fonts->config, fonts->stamp);
    atomic_init(&fonts->n_refs, 1);
    pthread_mutex_init(&fonts->lock, NULL);
    return fonts;
}

void fonts_release(struct fonts *fonts)
{
    if (!fonts || atomic_fetch_sub(&fonts->n_refs, 1) > 1)
        return;
    g_clear_object(&fonts->context);
    FcConfigDestroy(fonts->config);
    pthread_mutex_destroy(&fonts->lock);
    free(fonts);
}

static bool fonts_is_current(const struct fonts *fonts)
{
    char stamp[DIGEST_HEX_LEN + 1];

    fonts_stamp(fonts->config, stamp);
    return strcmp(stamp, fonts->stamp) == 0;
}

struct fonts *fonts_acquire(void)
{
    int64_t ms = clock_monotonic_ms();
    struct fonts *fonts;

    pthread_mutex_lock(&current_lock);
    if (current && ms - checked_ms >= CHECK_MS) {
        checked_ms = ms;
        if (!fonts_is_current(current)) {
            fonts_release(current);
            current = NULL;
        }
    }
    if (!current) {
        current = fonts_new();
        checked_ms = ms;
    }
    fonts = current;
    atomic_fetch_add(&fonts->n_refs, 1);
    pthread_mutex_unlock(&current_lock);
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

/* --- setting text --- */

static PangoContext *fonts_context_new(FcConfig *config)
{
    /* The FreeType backend, whatever Pango's default is: it draws with fontconfig's set. */
    PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    PangoContext *context;

    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), config);
    /* At 72 dots an inch a point is a pixel. */
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72);
    context = pango_font_map_create_context(map);
    g_object_unref(map);
    return context;
}

PangoContext *fonts_lock(struct fonts *fonts)
{
    pthread_mutex_lock(&fonts->lock);
    if (!fonts->context)
        fonts->context = fonts_context_new(fonts->config);
    return fonts->context;
}

void fonts_unlock(struct fonts *fonts)
{
    pthread_mutex_unlock(&fonts->lock);
}

int fonts_count_unseen(struct fonts *fonts, const char *text)
{
    PangoLayout *layout = pango_layout_new(fonts_lock(fonts));
    int n;

    pango_layout_set_text(layout, text, -1);
    n = pango_layout_get_unknown_glyphs_count(layout);
    g_object_unref(layout);
    fonts_unlock(fonts);
    return n;
}
