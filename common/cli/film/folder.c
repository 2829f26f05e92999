/* folder.c - see folder.h. */
#include "cli/film/folder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "case/case.h"
#include "cli/film/taken.h"
#include "cli/term/status.h"
#include "video/media/media.h"

enum { WORDS_MAX = 65536 /* bytes of a text beside a photo */ };

struct item {
    char *name;
    char taken[TAKEN_LEN + 1]; /* of a photo */
    bool is_photo;
    bool is_used; /* a sound or a text */
};

struct folder {
    int fd;
    struct media *media; /* the same folder */
    bool by_date;
    void (*left_out)(const char *name, const char *why);
    struct item *items;
    size_t n;
};

/* --- order --- */

/* A run of digits as a number of any length: without zeros in front, the longer one is larger. */
static int names_compare_numbers(const char **a, const char **b)
{
    size_t n, m;
    int order;

    *a += strspn(*a, "0");
    *b += strspn(*b, "0");
    n = strspn(*a, "0123456789");
    m = strspn(*b, "0123456789");
    order = n != m ? (n < m ? -1 : 1) : strncmp(*a, *b, n);
    *a += n;
    *b += m;
    return order;
}

int folder_compare_names(const char *a, const char *b)
{
    const char *at = a, *bt = b;

    while (*at && *bt) {
        int order;

        if (isdigit((unsigned char)*at) && isdigit((unsigned char)*bt))
            order = names_compare_numbers(&at, &bt);
        else
            order = tolower((unsigned char)*at++) - tolower((unsigned char)*bt++);
        if (order)
            return order;
    }
    if (*at || *bt)
        return *at ? 1 : -1;
    return strcmp(a, b);
}

static int items_by_name(const void *a, const void *b)
{
    return folder_compare_names(((const struct item *)a)->name, ((const struct item *)b)->name);
}

static int items_by_date(const void *a, const void *b)
{
    const struct item *left = a, *right = b;
    int order = strcmp(left->taken, right->taken);

    if (!*left->taken != !*right->taken)
        return *left->taken ? -1 : 1;
    return order ? order : items_by_name(a, b);
}

/* --- what is in it --- */

static int folder_fail(const char *path, struct error *err)
{
    return status_missing(err, "%s: %s", path, strerror(errno));
}

/* Names of regular files, and links to such; hidden ones are nobody's photos. */
static int folder_list(struct folder *folder, const char *path, struct error *err)
{
    DIR *entries = opendir(path);
    struct dirent *entry;

    if (!entries)
        return folder_fail(path, err);
    while ((entry = readdir(entries))) {
        struct stat stat;

        if (entry->d_name[0] == '.' || fstatat(folder->fd, entry->d_name, &stat, 0) < 0 ||
            !S_ISREG(stat.st_mode))
            continue;
        folder->items = mem_grow(folder->items, folder->n + 1, sizeof *folder->items);
        folder->items[folder->n++] = (struct item){.name = mem_copy(entry->d_name)};
    }
    closedir(entries);
    if (folder->n)
        qsort(folder->items, folder->n, sizeof *folder->items, items_by_name);
    return 0;
}

static bool folder_has_ending(const char *name, const char *const *endings)
{
    const char *dot = strrchr(name, '.');

    for (; dot && *endings; endings++)
        if (strcasecmp(dot + 1, *endings) == 0)
            return true;
    return false;
}

/* A film beside a photo, as telephones make them, is no voice. */
static bool folder_is_sound(const char *name)
{
    static const char *const endings[] = {"wav", "mp3", "m4a", "aac", "ogg", "oga", "opus", "flac",
        "aif", "aiff", "amr", "wma", "au", "caf", "weba", NULL};

    return folder_has_ending(name, endings);
}

static bool folder_is_text(const char *name)
{
    static const char *const endings[] = {"txt", NULL};

    return folder_has_ending(name, endings);
}

static bool folder_is_case(const char *name)
{
    static const char *const endings[] = {"json", "mp4", "vtt", NULL}; /* that casecast made */

    return folder_has_ending(name, endings);
}

/* Photos are found by their content.  One that is broken is a mistake of the folder, not a file
 * that is left out. */
static int folder_find_photos(struct folder *folder, struct error *err)
{
    static const char *const endings[] = {
        "jpg", "jpeg", "jpe", "png", "webp", "gif", "heic", "heif", "avif", NULL};

    for (size_t i = 0; i < folder->n; i++) {
        struct item *item = &folder->items[i];

        if (folder_is_sound(item->name) || folder_is_text(item->name) || folder_is_case(item->name))
            continue;
        if (!text_is_utf8(item->name, strlen(item->name), NULL)) {
            folder->left_out(item->name, "its name is not UTF-8: rename it");
            continue;
        }
        item->is_photo = media_picture_probe(folder->media, item->name, err) == 0;
        if (!item->is_photo && folder_has_ending(item->name, endings))
            return -ERR_INPUT;
        if (!item->is_photo)
            folder->left_out(item->name, "it is no JPEG, PNG, WebP, GIF or HEIF");
        else if (folder->by_date)
            taken_read(folder->fd, item->name, item->taken);
    }
    return 0;
}

/* --- what stands beside a photo --- */

static bool folder_is_beside(const char *photo, const char *name)
{
    size_t len = (size_t)(strrchr(name, '.') - name);
    const char *dot = strrchr(photo, '.');

    return (dot ? (size_t)(dot - photo) : strlen(photo)) == len && strncmp(photo, name, len) == 0;
}

static struct item *folder_find_beside(
    struct folder *folder, const char *photo, bool (*is_wanted)(const char *name))
{
    for (size_t i = 0; i < folder->n; i++) {
        struct item *item = &folder->items[i];

        if (!item->is_used && is_wanted(item->name) && folder_is_beside(photo, item->name)) {
            item->is_used = true;
            return item;
        }
    }
    return NULL;
}

static int folder_read_words(
    struct folder *folder, const char *name, char **ret_words, struct error *err)
{
    char *words = mem_zero(WORDS_MAX + 1, 1);
    ssize_t n = -1;
    int fd, rc = beneath_open(folder->fd, name, &fd, NULL, err);

    if (rc == 0) {
        n = file_read(fd, words, WORDS_MAX);
        close(fd);
        if (n < 0)
            rc = error_set(err, ERR_IO, "%s: %s", name, strerror(errno));
    }
    if (rc == 0 && n > 0 && (strlen(words) < (size_t)n || !text_is_utf8(words, (size_t)n, NULL)))
        rc = error_set(err, ERR_INPUT, "%s: is no text in UTF-8", name);
    while (rc == 0 && n > 0 && isspace((unsigned char)words[n - 1]))
        words[--n] = '\0';
    if (rc == 0)
        *ret_words = words;
    else
        free(words);
    return rc;
}

static int folder_add_scene(
    struct folder *folder, const char *photo, json_t *scenes, struct error *err)
{
    struct item *voice = folder_find_beside(folder, photo, folder_is_sound);
    struct item *text = folder_find_beside(folder, photo, folder_is_text);
    json_t *scene = json_pack("{s:s}", "image", photo);
    char *words = NULL;
    int rc = 0;

    if (voice) {
        json_object_set_new(scene, "audio", json_string(voice->name));
        rc = media_sound_check(folder->media, voice->name, err);
    }
    if (rc == 0 && text)
        rc = folder_read_words(folder, text->name, &words, err);
    if (words && *words) /* beside a voice they are what it says */
        json_object_set_new(scene, voice ? "caption" : "narration", json_string(words));
    free(words);
    json_array_append_new(scenes, scene);
    return rc;
}

/* --- the case --- */

/* The characters that an id may have; the others become '-'. */
static void folder_make_id(const char *title, char ret_id[static CASE_ID_MAX + 1])
{
    size_t n = 0;

    for (; *title && n < CASE_ID_MAX; title++)
        if (isalnum((unsigned char)*title) || *title == '_')
            ret_id[n++] = *title;
        else if (n > 0 && ret_id[n - 1] != '-')
            ret_id[n++] = '-';
    while (n > 0 && ret_id[n - 1] == '-')
        n--;
    ret_id[n] = '\0';
    if (!n)
        strcpy(ret_id, "film");
}

static json_t *folder_name_case(const char *path, json_t *scenes)
{
    char *whole = realpath(path, NULL), id[CASE_ID_MAX + 1], *title;
    const char *name = whole ? strrchr(whole, '/') + 1 : "";
    json_t *json;

    title = *name ? mem_format("%.*s", CASE_TITLE_MAX, name) : mem_copy("Film");
    free(whole);
    text_one_line(title);
    folder_make_id(title, id);
    json = json_pack("{s:s, s:s, s:o}", "id", id, "title", title, "scenes", scenes);
    free(title);
    return json;
}

static int folder_make_scenes(struct folder *folder, json_t *scenes, struct error *err)
{
    int rc = 0;

    if (folder->by_date && folder->n)
        qsort(folder->items, folder->n, sizeof *folder->items, items_by_date);
    for (size_t i = 0; rc == 0 && i < folder->n; i++)
        if (folder->items[i].is_photo)
            rc = folder_add_scene(folder, folder->items[i].name, scenes, err);
    for (size_t i = 0; rc == 0 && i < folder->n; i++)
        if (!folder->items[i].is_used &&
            (folder_is_sound(folder->items[i].name) || folder_is_text(folder->items[i].name)))
            folder->left_out(folder->items[i].name, "no photo has its name");
    return rc;
}

int folder_read(const char *path, bool by_date, void (*left_out)(const char *name, const char *why),
    json_t **ret_case, struct error *err)
{
    struct folder folder = {.by_date = by_date, .left_out = left_out};
    json_t *scenes = json_array();
    int rc = beneath_root(path, &folder.fd, err);

    if (rc == 0) {
        rc = media_open(path, NULL, &folder.media, err);
        if (rc == 0)
            rc = folder_list(&folder, path, err);
        if (rc == 0)
            rc = folder_find_photos(&folder, err);
        if (rc == 0)
            rc = folder_make_scenes(&folder, scenes, err);
        media_close(folder.media);
        close(folder.fd);
    }
    if (rc == 0 && json_array_size(scenes) == 0)
        rc = status_missing(
            err, "%s: no photo in it (JPEG, PNG, WebP, GIF or HEIF), of %zu files", path, folder.n);
    for (size_t i = 0; i < folder.n; i++)
        free(folder.items[i].name);
    free(folder.items);
    if (rc == 0)
        *ret_case = folder_name_case(path, json_incref(scenes));
    json_decref(scenes);
    return rc;
}
