/* faces.c - see faces.h. */
#include "video/language/faces.h"

#include <fontconfig/fontconfig.h>
#include <limits.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "video/kept/stamp.h"

struct faces {
    FcConfig *config;
    char unread[PATH_MAX]; /* a file of settings that could not be read; often empty */
    pthread_mutex_t lock;
    PangoContext *context; /* under lock; NULL: not used yet */
};

/* --- what decides the letters --- */

static void faces_add_files(struct digest *digest, FcStrList *list)
{
    FcChar8 *path;

    while (list && (path = FcStrListNext(list)))
        stamp_add_file(digest, (const char *)path);
    if (list)
        FcStrListDone(list);
}

static void faces_add_faces(struct digest *digest, FcConfig *config)
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

static void faces_name(FcConfig *config, char ret_name[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    faces_add_files(&digest, FcConfigGetConfigFiles(config));
    faces_add_faces(&digest, config);
    digest_hex(&digest, ret_name);
}

/* --- the files --- */

static void faces_list(struct buf *paths, FcStrList *list)
{
    FcChar8 *path;

    while (list && (path = FcStrListNext(list)))
        buf_add(paths, path, strlen((const char *)path) + 1);
    if (list)
        FcStrListDone(list);
}

/* The folder of each file: a new file in it may be a new rule. */
static void faces_list_folders(struct buf *paths, FcStrList *list)
{
    FcChar8 *path;

    while (list && (path = FcStrListNext(list))) {
        FcChar8 *folder = FcStrDirname(path);

        buf_add(paths, folder, strlen((const char *)folder) + 1);
        FcStrFree(folder);
    }
    if (list)
        FcStrListDone(list);
}

void faces_each_file(
    const struct faces *faces, void (*each)(void *ctx, const char *path), void *ctx)
{
    const FcFontSet *set = FcConfigGetFonts(faces->config, FcSetSystem);
    FcChar8 *path;

    for (int i = 0; set && i < set->nfont; i++)
        if (FcPatternGetString(set->fonts[i], FC_FILE, 0, &path) == FcResultMatch)
            each(ctx, (const char *)path);
}

static void faces_list_file(void *ctx, const char *path)
{
    buf_add(ctx, path, strlen(path) + 1);
}

static void faces_list_all(const struct faces *faces, struct buf *paths)
{
    faces_list(paths, FcConfigGetConfigFiles(faces->config));
    faces_list_folders(paths, FcConfigGetConfigFiles(faces->config));
    faces_list(paths, FcConfigGetConfigDirs(faces->config));
    faces_list(paths, FcConfigGetFontDirs(faces->config));
    faces_each_file(faces, faces_list_file, paths);
}

void faces_stamp(const struct buf *paths, char ret_stamp[static DIGEST_HEX_LEN + 1])
{
    struct digest digest;

    digest_start(&digest);
    for (size_t at = 0; at < paths->len; at += strlen(paths->data + at) + 1)
        stamp_add_file(&digest, paths->data + at);
    digest_hex(&digest, ret_stamp);
}

/* --- what could not be read --- */

/* The first warning of Pango or GLib in this thread since faces_lock(). */
static _Thread_local char pango_warning[200];

static GLogWriterOutput faces_hear(
    GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer ctx)
{
    if (!(level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL)))
        return g_log_writer_default(level, fields, n_fields, ctx);
    for (gsize i = 0; i < n_fields && !*pango_warning; i++)
        if (strcmp(fields[i].key, "MESSAGE") == 0)
            snprintf(pango_warning, sizeof pango_warning, "%s", (const char *)fields[i].value);
    return G_LOG_WRITER_HANDLED;
}

static void faces_hear_once(void)
{
    g_log_set_writer_func(faces_hear, NULL, NULL);
}

static void faces_hear_pango(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, faces_hear_once);
}

/* Has fontconfig taken the rules of this file? */
static bool faces_has_rules(FcConfig *config, const FcChar8 *file)
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
static void faces_find_unread(FcConfig *config, char ret_file[static PATH_MAX])
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
            !faces_has_rules(config, file))
            snprintf(ret_file, PATH_MAX, "%s", file);
    }
    if (!has_main && !*ret_file)
        snprintf(ret_file, PATH_MAX, "%s", main_file);
    if (files)
        FcStrListDone(files);
    FcStrFree(main_file);
}

/* --- opening --- */

struct faces *faces_open(struct faces_facts *ret_facts)
{
    struct faces *faces = mem_new(struct faces);
    const FcFontSet *set;

    faces->config = FcInitLoadConfigAndFonts();
    if (!faces->config) /* out of memory */
        abort();
    set = FcConfigGetFonts(faces->config, FcSetSystem);
    pthread_mutex_init(&faces->lock, NULL);
    faces_find_unread(faces->config, faces->unread);
    *ret_facts = (struct faces_facts){.n = set ? set->nfont : 0};
    snprintf(ret_facts->unread, sizeof ret_facts->unread, "%s", faces->unread);
    faces_name(faces->config, ret_facts->name);
    faces_list_all(faces, &ret_facts->paths);
    faces_stamp(&ret_facts->paths, ret_facts->stamp);
    return faces;
}

void faces_close(struct faces *faces)
{
    if (!faces)
        return;
    g_clear_object(&faces->context);
    FcConfigDestroy(faces->config);
    pthread_mutex_destroy(&faces->lock);
    free(faces);
}

void faces_make_current(const struct faces *faces)
{
    FcConfigSetCurrent(faces->config);
}

/* --- setting text --- */

static PangoContext *faces_context_new(FcConfig *config)
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

PangoContext *faces_lock(struct faces *faces)
{
    faces_hear_pango();
    pthread_mutex_lock(&faces->lock);
    *pango_warning = '\0';
    if (!faces->context)
        faces->context = faces_context_new(faces->config);
    return faces->context;
}

void faces_unlock(struct faces *faces)
{
    pthread_mutex_unlock(&faces->lock);
}

int faces_count_unseen_locked(struct faces *faces, const char *text)
{
    PangoLayout *layout = pango_layout_new(faces->context);
    int n;

    pango_layout_set_text(layout, text, -1);
    n = pango_layout_get_unknown_glyphs_count(layout);
    g_object_unref(layout);
    return n;
}

bool faces_has_family_locked(struct faces *faces, const char *family)
{
    PangoFontFamily **families;
    bool is_there = false;
    int n;

    pango_font_map_list_families(pango_context_get_font_map(faces->context), &families, &n);
    for (int i = 0; i < n && !is_there; i++)
        is_there = strcasecmp(pango_font_family_get_name(families[i]), family) == 0;
    g_free(families);
    return is_there;
}

int faces_check_locked(const struct faces *faces, struct error *err)
{
    if (*faces->unread)
        return error_set(err, ERR_IO,
            "%s: fontconfig can't read this file of its settings; mend it or remove it",
            faces->unread);
    return *pango_warning ? error_set(err, ERR_IO, "a font can't be read: %s", pango_warning) : 0;
}
