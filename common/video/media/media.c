/* media.c - see media.h. */
#include "video/media/media.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/mem.h"
#include "base/text.h"
#include "video/media/decoder.h"
#include "video/media/media_private.h"

static const struct sealed_role decoders = {.name = DECODER_ROLE,
    .process = "its decoder",
    .fault = "damaged",
    .work = "decoding it"};

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

static bool media_take_idle(struct media *media, struct sealed_one *ret_one)
{
    bool is_taken;

    pthread_mutex_lock(&media->lock);
    is_taken = media->n_idle > 0;
    if (is_taken)
        *ret_one = media->idle[--media->n_idle];
    pthread_mutex_unlock(&media->lock);
    return is_taken;
}

int media_borrow(struct media *media, struct sealed_one *ret_one, struct error *err)
{
    return media_take_idle(media, ret_one)
               ? 0
               : sealed_start(&decoders, media->seal == SEALED_REQUIRE, ret_one, err);
}

void media_return(struct media *media, struct sealed_one *one)
{
    bool is_kept;

    pthread_mutex_lock(&media->lock);
    is_kept = media->n_idle < MEDIA_IDLE;
    if (is_kept)
        media->idle[media->n_idle++] = *one;
    pthread_mutex_unlock(&media->lock);
    if (!is_kept)
        sealed_end(one);
}

/* A decoder needs a moment to start, in which the caller goes on. */
static void media_start_ahead(struct media *media)
{
    struct sealed_one one;

    if (media->seal != SEALED_OFF &&
        sealed_start(&decoders, media->seal == SEALED_REQUIRE, &one, NULL) == 0)
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
    media->seal = sealed_chosen();
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
        sealed_end(&media->idle[i]);
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

/* What a decoder says is not trusted: `text` ends, is one line of UTF-8, and `rc` is one of ours.
 */
static int media_take_answer(struct answer *answer, struct error *err)
{
    answer->text[sizeof answer->text - 1] = '\0';
    answer->warnings[sizeof answer->warnings - 1] = '\0';
    text_one_line(answer->text);
    text_one_line(answer->warnings);
    if (answer->rc >= 0)
        return answer->rc;
    return error_set(err, answer->rc >= -ERR_LIBRARY ? (enum err_code) - answer->rc : ERR_INPUT,
        "%s", answer->text);
}

int media_ask(struct sealed_one *one, const struct question *question, const int *fds, int n_fds,
    const atomic_bool *cancel, struct answer *ret_answer, bool *ret_is_alive, struct error *err)
{
    int rc = sealed_ask(one, question->name, question, sizeof *question, fds, n_fds, cancel,
        ret_answer, sizeof *ret_answer, err);

    *ret_is_alive = rc == 0;
    return rc < 0 ? rc : media_take_answer(ret_answer, err);
}

int media_start(bool is_required, struct sealed_one *ret_one, struct error *err)
{
    return sealed_start(&decoders, is_required, ret_one, err);
}

int media_check_seal(struct error *err)
{
    struct question question = {.kind = QUESTION_SOUND_CLOSE, .name = "a decoder"};
    struct sealed_one one;
    struct answer answer;
    bool is_alive;
    int rc = media_start(true, &one, err);

    if (rc == 0)
        rc = media_ask(&one, &question, NULL, 0, NULL, &answer, &is_alive, err);
    if (rc == 0)
        sealed_end(&one);
    return rc;
}
