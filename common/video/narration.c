/* narration.c - see narration.h. */
#include "video/narration.h"

#include "video/cancel.h"
#include "video/film.h"
#include "video/picture.h"
#include "video/sound_file.h"
#include "video/speech.h"

static int read_sound(const struct case_record *record, int i, int root_fd, struct spool *spool,
    const atomic_bool *cancel, int64_t *ret_n, struct error *err)
{
    const struct scene *scene = &record->scenes[i];
    int rc;

    *ret_n = 0;
    if (scene->audio) {
        rc = sound_file_add(root_fd, scene->audio, spool, cancel, ret_n, err);
        return rc < 0 && rc != -ERR_CANCELED ? film_blame(i, "audio", err) : rc;
    }
    if (!scene->narration)
        return 0;
    rc = speech_say(scene->narration, record->language, spool, cancel, ret_n, err);
    return rc < 0 && rc != -ERR_CANCELED ? film_blame(i, "narration", err) : rc;
}

/* A picture that can't be used is found now, not after an hour of encoding the scenes before it. */
static int check_picture(const struct case_record *record, int i, int root_fd, struct error *err)
{
    const char *image = record->scenes[i].image;
    int rc =
        image ? picture_check(root_fd, image, err) : error_set(err, ERR_INPUT, "none is named");

    return rc < 0 ? film_blame(i, "image", err) : 0;
}

int narration_read(const struct case_record *record, int root_fd, struct spool *spool,
    const atomic_bool *cancel, struct progress *progress, struct mix_part *ret_parts,
    struct error *err)
{
    for (int i = 0; i < record->n_scenes; i++) {
        int rc = cancel_is_set(cancel) ? cancel_error(err) : check_picture(record, i, root_fd, err);

        progress_at(progress, VIDEO_READING, (double)i / record->n_scenes, 0, 0);
        if (rc < 0)
            return rc;
        ret_parts[i].from = spool->n_samples;
        rc = read_sound(record, i, root_fd, spool, cancel, &ret_parts[i].n, err);
        if (rc < 0)
            return rc;
    }
    return 0;
}
