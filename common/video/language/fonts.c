/* fonts.c - see fonts.h. */
#include "video/language/fonts.h"

#include <fontconfig/fontconfig.h>
#include <limits.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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
    atomic_bool is_incomplete; /* something could not be read: not to be used again */
    char unread[PATH_MAX];     /* a file of settings that could not be read; fixed, often empty */

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

/* --- what could not be read --- */

/* The first warning of Pango or GLib in this thread since fonts_lock(). */
static _Thread_local char pango_warning[200];

static GLogWriterOutput fonts_hear(
    GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer ctx)
{
    if (!(level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL)))
        return g_log_writer_default(level, fields, n_fields, ctx);
    for (gsize i = 0; i < n_fields && !*pango_warning; i++)
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            snprintf(pango_warning, sizeof pango_warning, "%s", (const char *)fields[i].value);
    return G_LOG_WRITER_HANDLED;
}

static void fonts_hear_once(void)
{
    g_log_set_writer_func(fonts_hear, NULL, NULL);
}

static void fonts_hear_pango(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, fonts_hear_once);
}

/* Has fontconfig taken the rules of this file? */
static bool fonts_has_rules(FcConfig *config, const FcChar8 *file)
{
    FcConfigFileInfoIter at;

    FcConfigFileInfoIterInit(config, &at);
    do {
        FcChar8 *name = NULL, *about = NULL;
        FcBool is_enabled = FcFalse;
        bool is_it;

        if (!FcConfigFileInfoIterGet(config, &at, &name, &about, &is_enabled))
            continue;
        is_it = is_enabled && FcStrCmp(name, file) == 0;
        FcStrFree(name);
        FcStrFree(about);
        if (is_it)
            return true;
    } while (FcConfigFileInfoIterNext(config, &at));
    return false;
}

/* Where a file of settings can't be read, fontconfig prints a line and goes on without its rules.
 * Where that is the main file, it goes on with settings of its own, which it has for machines
 * without any.  `ret_file`: the file; empty if all were read. */
static void fonts_find_unread(FcConfig *config, char ret_file[static PATH_MAX])
{
    FcStrList *files = FcConfigGetConfigFiles(config);
    FcChar8 *main_file = FcConfigFilename(NULL);
    const FcChar8 *file;
    bool has_main = !main_file; /* this machine has none */

    *ret_file = '\0';
    while (files && !*ret_file && (file = FcStrListNext(files))) {
        struct stat stat_of;

        has_main |= FcStrCmp(file, main_file) == 0;
        if (stat((const char *)file, &stat_of) == 0 && S_ISREG(stat_of.st_mode) &&
            !fonts_has_rules(config, file))
            snprintf(ret_file, PATH_MAX, "%s", file);
    }
    if (!has_main && !*ret_file)
        snprintf(ret_file, PATH_MAX, "%s", main_file);
    if (files)
        FcStrListDone(files);
    FcStrFree(main_file);
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
    fonts_find_unread(fonts->config, fonts->unread);
    atomic_init(&fonts->is_incomplete, *fonts->unread != '\0');
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

static bool fonts_may_serve(const struct fonts *fonts, int64_t ms)
{
    if (atomic_load(&fonts->is_incomplete))
        return false;
    if (ms - checked_ms < CHECK_MS)
        return true;
    checked_ms = ms;
    return fonts_is_current(fonts);
}

struct fonts *fonts_acquire(void)
{
    int64_t ms = clock_monotonic_ms();
    struct fonts *fonts;

    pthread_mutex_lock(&current_lock);
    if (current && !fonts_may_serve(current, ms)) {
        fonts_release(current);
        current = NULL;
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
    fonts_hear_pango();
    pthread_mutex_lock(&fonts->lock);
    *pango_warning = '\0';
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

int fonts_check_locked(struct fonts *fonts, struct error *err)
{
    if (*fonts->unread)
        return error_set(err, ERR_IO,
            "%s: fontconfig can't read this file of its settings; mend it or remove it",
            fonts->unread);
    if (!*pango_warning)
        return 0;
    atomic_store(&fonts->is_incomplete, true);
    return error_set(err, ERR_IO, "a font can't be read: %s", pango_warning);
}
