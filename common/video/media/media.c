/* media.c - see media.h. */
#include "video/media/media.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "video/media/media_private.h"

/* Set before threads start. */
static enum media_seal chosen = MEDIA_SEAL_OFF;

void media_choose(const char *seal)
{
    chosen = strcmp(seal, "require") == 0 ? MEDIA_SEAL_REQUIRE
             : strcmp(seal, "try") == 0   ? MEDIA_SEAL_TRY
                                          : MEDIA_SEAL_OFF;
}

int media_name(struct question *question, const char *name, struct error *err)
{
    size_t len = strlen(name);

    if (len >= sizeof question->name)
        return error_set(err, ERR_INPUT,
            "%.100s…: a name of %zu bytes is too long, %zu is the limit", name, len,
            sizeof question->name - 1);
    memcpy(question->name, name, len + 1);
    return 0;
}

/* --- decoders --- */

static bool media_take_idle(struct media *media, struct decoders_one *ret_one)
{
    bool is_taken;

    pthread_mutex_lock(&media->lock);
    is_taken = media->n_idle > 0;
    if (is_taken)
        *ret_one = media->idle[--media->n_idle];
    pthread_mutex_unlock(&media->lock);
    return is_taken;
}

int media_borrow(struct media *media, struct decoders_one *ret_one, struct error *err)
{
    return media_take_idle(media, ret_one)
               ? 0
               : decoders_start(media->seal == MEDIA_SEAL_REQUIRE, ret_one, err);
}

void media_return(struct media *media, struct decoders_one *one)
{
    bool is_kept;

    pthread_mutex_lock(&media->lock);
    is_kept = media->n_idle < MEDIA_IDLE;
    if (is_kept)
        media->idle[media->n_idle++] = *one;
    pthread_mutex_unlock(&media->lock);
    if (!is_kept)
        decoders_end(one);
}

/* A decoder needs a moment to start, in which the caller goes on. */
static void media_start_ahead(struct media *media)
{
    struct decoders_one one;

    if (media->seal != MEDIA_SEAL_OFF &&
        decoders_start(media->seal == MEDIA_SEAL_REQUIRE, &one, NULL) == 0)
        media_return(media, &one);
}

int media_open(
    const char *root, const atomic_bool *cancel, struct media **ret_media, struct error *err)
{
    struct media *media;
    int root_fd, rc = beneath_root(root, &root_fd, err);

    if (rc < 0)
        return rc;
    media = mem_new(struct media);
    media->root_fd = root_fd;
    media->seal = chosen;
    media->cancel = cancel;
    pthread_mutex_init(&media->lock, NULL);
    media_start_ahead(media);
    *ret_media = media;
    return 0;
}

void media_close(struct media *media)
{
    if (!media)
        return;
    for (int i = 0; i < media->n_idle; i++)
        decoders_end(&media->idle[i]);
    pthread_mutex_destroy(&media->lock);
    close(media->root_fd);
    free(media);
}

void media_add_state(struct media *media, const char *name, struct digest *digest)
{
    struct stat stat = {0};
    int fd;

    digest_add_text(digest, name);
    if (beneath_open(media->root_fd, name, &fd, &stat, NULL) == 0)
        close(fd);
    digest_add_number(digest, (int64_t)stat.st_dev);
    digest_add_number(digest, (int64_t)stat.st_ino);
    digest_add_number(digest, stat.st_size);
    digest_add_number(digest, stat.st_mtim.tv_sec);
    digest_add_number(digest, stat.st_mtim.tv_nsec);
    digest_add_number(digest, stat.st_ctim.tv_sec);
    digest_add_number(digest, stat.st_ctim.tv_nsec);
}

int media_check_seal(struct error *err)
{
    struct question question = {.kind = QUESTION_SOUND_CLOSE, .name = "a decoder"};
    struct decoders_one one;
    struct answer answer;
    bool is_alive;
    int rc = decoders_start(true, &one, err);

    if (rc == 0)
        rc = decoders_ask(&one, &question, NULL, 0, NULL, &answer, &is_alive, err);
    if (rc == 0)
        decoders_end(&one);
    return rc;
}
