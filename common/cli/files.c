/* files.c - what a case names beneath the media root, tried out as a job would: what passes here, a
 * job can make.  See cli_private.h. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli_private.h"
#include "video/mix/music.h"
#include "video/picture/picture.h"
#include "video/sound/sound_file.h"

/* A picture that was looked at: many scenes may name it. */
struct seen {
    char *mistake; /* NULL: none */
    char warnings[PICTURE_WARNINGS_MAX];
};

static void free_seen(void *data)
{
    struct seen *seen = data;

    free(seen->mistake);
    free(seen);
}

static const struct seen *look(struct files *files, const char *name)
{
    struct seen *seen = map_get(&files->seen, name);
    struct error err;

    if (seen)
        return seen;
    seen = mem_new(struct seen);
    if (picture_check(files->root_fd, name, seen->warnings, &err) < 0)
        seen->mistake = mem_copy(err.text);
    map_put(&files->seen, name, seen);
    return seen;
}

static void check_image(struct files *files, const char *name, const char *place)
{
    const struct seen *seen = look(files, name);

    if (seen->mistake)
        files->mistake(files->ctx, place, "image", seen->mistake);
    else if (seen->warnings[0] && files->warning)
        files->warning(files->ctx, place, name, seen->warnings);
}

static void check_sound(struct files *files, const char *name, const char *place)
{
    struct error err;

    if (name && sound_file_check(files->root_fd, name, &err) < 0)
        files->mistake(files->ctx, place, "audio", err.text);
}

static void check_music(struct files *files, const char *name, const char *place)
{
    struct error err;

    if (name && music_check(files->root_fd, name, &err) < 0)
        files->mistake(files->ctx, place, "music", err.text);
}

void files_check(struct files *files, const struct case_record *record, const char *place)
{
    check_music(files, record->music, place);
    for (int i = 0; i < record->n_scenes; i++) {
        const struct scene *scene = &record->scenes[i];
        char *where = mem_format("%s%sscenes[%d]", place, place[0] ? "." : "", i);

        if (scene->image)
            check_image(files, scene->image, where);
        check_sound(files, scene->audio, where);
        free(where);
    }
}

void files_end(struct files *files)
{
    map_clear(&files->seen, free_seen);
}
