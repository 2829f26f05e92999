/* media_picture.c - pictures of media.h.  The file is read and its digest computed here: a decoder
 * that was taken over can't say that its file is another one, whose frames others keep. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "video/media/media_private.h"
#include "video/media/planes_memory.h"
#include "video/picture/picture_head.h"

int media_picture_digest(struct media *media, const char *name,
    char ret_digest[static DIGEST_HEX_LEN + 1], struct error *err)
{
    return picture_digest(media->root_fd, name, ret_digest, err);
}

/* --- the file in a memfd, which nobody changes any more --- */

static int media_picture_fill(int memory, int file, const char *name, size_t size,
    char *ret_digest /* or NULL */, struct error *err)
{
    struct picture_bytes bytes = {.name = name, .size = size};
    int rc;

    bytes.data =
        mmap(NULL, size + PICTURE_HEAD_PADDING, PROT_READ | PROT_WRITE, MAP_SHARED, memory, 0);
    if (bytes.data == MAP_FAILED)
        return error_set(err, ERR_LIMIT, "no memory for %s", name);
    rc = picture_read(file, &bytes, err);
    if (rc == 0 && ret_digest)
        picture_bytes_digest(&bytes, ret_digest);
    munmap(bytes.data, size + PICTURE_HEAD_PADDING);
    return rc;
}

static int media_picture_copy(
    int file, const char *name, size_t size, char *ret_digest, int *ret_memory, struct error *err)
{
    int memory = memfd_create("casecast-picture", MFD_CLOEXEC | MFD_ALLOW_SEALING), rc;

    if (memory < 0 || ftruncate(memory, (off_t)size + PICTURE_HEAD_PADDING) < 0)
        rc = error_set(err, ERR_LIMIT, "no memory for %s: %s", name, strerror(errno));
    else
        rc = media_picture_fill(memory, file, name, size, ret_digest, err);
    if (rc == 0)
        fcntl(memory, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
    else if (memory >= 0)
        close(memory);
    *ret_memory = memory;
    return rc;
}

static int media_picture_read(struct media *media, const char *name, struct question *question,
    char *ret_digest, int *ret_memory, struct error *err)
{
    size_t size = 0;
    int file, rc = media_name(question, name, err);

    if (rc == 0)
        rc = picture_open(media->root_fd, name, &file, &size, err);
    if (rc < 0)
        return rc;
    question->size = (int64_t)size;
    rc = media_picture_copy(file, name, size, ret_digest, ret_memory, err);
    close(file);
    return rc;
}

/* --- asking --- */

static int media_picture_ask(struct media *media, const struct question *question, const int *fds,
    int n_fds, struct answer *ret_answer, struct error *err)
{
    struct sealed_one one;
    bool is_alive;
    int rc = media_borrow(media, &one, err);

    if (rc < 0)
        return rc;
    rc = media_ask(&one, question, fds, n_fds, media->cancel, ret_answer, &is_alive, err);
    if (is_alive)
        media_return(media, &one);
    return rc > 0 ? 0 : rc;
}

static int media_picture_judge(struct media *media, enum question_kind kind, const char *name,
    struct answer *ret_answer, struct error *err)
{
    struct question question = {.kind = kind};
    int memory, rc = media_picture_read(media, name, &question, NULL, &memory, err);

    if (rc < 0)
        return rc;
    rc = media_picture_ask(media, &question, &memory, 1, ret_answer, err);
    close(memory);
    return rc;
}

int media_picture_probe(struct media *media, const char *name, struct error *err)
{
    struct answer answer;

    return media->seal == SEALED_OFF
               ? picture_probe(media->root_fd, name, err)
               : media_picture_judge(media, QUESTION_PROBE, name, &answer, err);
}

int media_picture_check(struct media *media, const char *name,
    char ret_warnings[static PICTURE_WARNINGS_MAX], struct error *err)
{
    struct answer answer;
    int rc;

    if (media->seal == SEALED_OFF)
        return picture_check(media->root_fd, name, ret_warnings, err);
    rc = media_picture_judge(media, QUESTION_CHECK, name, &answer, err);
    if (rc == 0)
        memcpy(ret_warnings, answer.warnings, PICTURE_WARNINGS_MAX);
    return rc;
}

/* --- drawing --- */

static void media_picture_copy_plane(const struct yuv *from, struct yuv *to, int plane)
{
    for (int y = 0; y < yuv_plane_height(to, plane); y++)
        memcpy(to->data[plane] + y * to->stride[plane], from->data[plane] + y * from->stride[plane],
            (size_t)yuv_plane_width(to, plane));
}

/* Out of the memory that the decoder may still write to. */
static int media_picture_take_planes(
    int planes, struct yuv *yuv, const char *name, struct error *err)
{
    struct yuv shared;

    if (planes_memory_map(planes, yuv->width, yuv->height, &shared) < 0)
        return error_set(err, ERR_LIMIT, "no memory for %s", name);
    for (int plane = 0; plane < 3; plane++)
        media_picture_copy_plane(&shared, yuv, plane);
    planes_memory_unmap(&shared);
    return 0;
}

static bool media_picture_is_fit(const struct fit *fit)
{
    return (fit->kind == CASE_FIT_CROP || fit->kind == CASE_FIT_BLUR) && fit->focus_x >= -1 &&
           fit->focus_x <= 1 && fit->focus_y >= -1 && fit->focus_y <= 1;
}

static int media_picture_draw(struct media *media, struct question *question, int memory,
    struct fit *fit, struct yuv *yuv, struct error *err)
{
    int fds[] = {memory, planes_memory_new(yuv->width, yuv->height)}, rc;
    struct answer answer;

    if (fds[1] < 0)
        return error_set(err, ERR_LIMIT, "no memory for %s", question->name);
    rc = media_picture_ask(media, question, fds, 2, &answer, err);
    if (rc == 0 && !media_picture_is_fit(&answer.fit))
        rc = error_set(err, ERR_LIBRARY, "%s: its decoder answers nonsense", question->name);
    if (rc == 0)
        rc = media_picture_take_planes(fds[1], yuv, question->name, err);
    if (rc == 0)
        *fit = answer.fit;
    close(fds[1]);
    return rc;
}

static int media_picture_load_sealed(struct media *media, const char *name, struct fit *fit,
    struct yuv *yuv, char *ret_digest, struct error *err)
{
    struct question question = {
        .kind = QUESTION_DRAW, .width = yuv->width, .height = yuv->height, .fit = *fit};
    int memory, rc = media_picture_read(media, name, &question, ret_digest, &memory, err);

    if (rc < 0)
        return rc;
    rc = media_picture_draw(media, &question, memory, fit, yuv, err);
    close(memory);
    return rc;
}

int media_picture_load(struct media *media, const char *name, int width, int height,
    struct fit *fit, struct yuv *ret_yuv, char *ret_digest, struct error *err)
{
    struct fit crop_to_middle = {.focus_x = -1, .focus_y = -1};
    struct yuv yuv = {0};
    int rc;

    if (media->seal == SEALED_OFF)
        return picture_load(media->root_fd, name, width, height, fit, ret_yuv, ret_digest, err);
    rc = yuv_alloc(&yuv, width, height, err);
    if (rc == 0)
        rc = media_picture_load_sealed(
            media, name, fit ? fit : &crop_to_middle, &yuv, ret_digest, err);
    if (rc < 0)
        yuv_free(&yuv);
    else
        *ret_yuv = yuv;
    return rc;
}
