/* look.c - see look.h. */
#include "files/look.h"

#include <string.h>

#include "video/media/media.h"

/* The text behind the file's name, with which texts of media.h begin. */
static const char *look_reason(const struct error *err, const char *name)
{
    size_t len = strlen(name);

    return strncmp(err->text, name, len) == 0 && strncmp(err->text + len, ": ", 2) == 0
               ? err->text + len + 2
               : err->text;
}

static int look_with(
    struct media *media, const char *name, const char **ret_kind, struct error *err)
{
    struct error picture, sound;
    int rc = media_picture_probe(media, name, &picture);

    if (rc == 0)
        *ret_kind = "picture";
    if (rc != -ERR_INPUT) {
        *err = picture;
        return rc;
    }
    rc = media_sound_check(media, name, &sound);
    if (rc == 0)
        *ret_kind = "sound";
    if (rc != -ERR_INPUT) {
        *err = sound;
        return rc;
    }
    error_set(err, ERR_INPUT,
        "neither a picture nor a sound that a video can use. Picture: %s. "
        "Sound: %s",
        look_reason(&picture, name), look_reason(&sound, name));
    return LOOK_E_NEITHER;
}

int look_at(const char *media_root, const char *name, const char **ret_kind, struct error *err)
{
    struct media *media;
    int rc = media_open(media_root, NULL, &media, err);

    if (rc < 0)
        return rc;
    rc = look_with(media, name, ret_kind, err);
    media_close(media);
    return rc;
}
