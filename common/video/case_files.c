/* case_files.c - see case_files.h. */
#include "video/case_files.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "video/media/media.h"
#include "video/mix/music.h"

/* The findings for a picture, kept because several scenes may name it. */
struct checked {
    char *mistake; /* NULL: none */
    char warnings[PICTURE_WARNINGS_MAX];
};

static void case_files_free_checked(void *data)
{
    struct checked *checked = data;

    free(checked->mistake);
    free(checked);
}

static const struct checked *case_files_check_picture(struct case_files *files, const char *name)
{
    struct checked *checked = map_get(&files->checked, name);
    struct error err;

    if (checked)
        return checked;
    checked = mem_new(struct checked);
    if ((files->only_heads
                ? media_picture_probe(files->media, name, &err)
                : media_picture_check(files->media, name, checked->warnings, &err)) < 0)
        checked->mistake = mem_copy(err.text);
    map_put(&files->checked, name, checked);
    return checked;
}

static void case_files_check_image(struct case_files *files, const char *name, const char *place)
{
    const struct checked *checked = case_files_check_picture(files, name);

    if (checked->mistake)
        files->mistake(files->ctx, place, "image", checked->mistake);
    else if (checked->warnings[0] && files->warning)
        files->warning(files->ctx, place, name, checked->warnings);
}

static void case_files_check_sound(struct case_files *files, const char *name, const char *place)
{
    struct error err;

    if (name && media_sound_check(files->media, name, &err) < 0)
        files->mistake(files->ctx, place, "audio", err.text);
}

static void case_files_check_music(struct case_files *files, const char *name, const char *place)
{
    struct error err;

    if (name && music_check(files->media, name, &err) < 0)
        files->mistake(files->ctx, place, "music", err.text);
}

void case_files_check(struct case_files *files, const struct case_record *record, const char *place)
{
    case_files_check_music(files, record->music, place);
    for (int i = 0; i < record->n_scenes; i++) {
        const struct scene *scene = &record->scenes[i];
        char *where = mem_format("%s%sscenes[%d]", place, place[0] ? "." : "", i);

        if (scene->image)
            case_files_check_image(files, scene->image, where);
        case_files_check_sound(files, scene->audio, where);
        free(where);
    }
}

void case_files_end(struct case_files *files)
{
    map_clear(&files->checked, case_files_free_checked);
}
