/* poster.c - see poster.h. */
#include "video/deliver/poster.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/buf.h"
#include "video/frame/jpeg.h"
#include "video/kept/engine.h"
#include "video/kept/outdir.h"
#include "video/media/media.h"

enum { SIDE = 640 /* the longer one, pixels */, POLL_MS = 100 };

static void poster_size(const struct case_record *record, int *ret_width, int *ret_height)
{
    int width, height, longer;

    case_frame_size(record, &width, &height);
    longer = width > height ? width : height;
    *ret_width = width * SIDE / longer & ~1;
    *ret_height = height * SIDE / longer & ~1;
}

static int poster_digest_file(
    const char *media_root, const char *name, struct digest *digest, struct error *err)
{
    struct stat stat;
    int root_fd, fd, rc = beneath_root(media_root, &root_fd, err);

    if (rc < 0)
        return rc;
    rc = beneath_open(root_fd, name, &fd, &stat, err);
    close(root_fd);
    if (rc < 0)
        return rc;
    close(fd);
    digest_add_text(digest, name);
    digest_add_number(digest, stat.st_size);
    digest_add_number(digest, stat.st_mtim.tv_sec);
    digest_add_number(digest, stat.st_mtim.tv_nsec);
    return 0;
}

int poster_name(const struct case_record *record, const char *media_root,
    char ret_name[static POSTER_NAME_LEN + 1], struct error *err)
{
    const struct scene *first = record->scenes;
    char hex[DIGEST_HEX_LEN + 1];
    struct digest digest;
    int width, height, rc;

    if (record->n_scenes == 0)
        return error_set(
            err, ERR_INPUT, "case %s has no scenes: a video needs at least one", record->id);
    poster_size(record, &width, &height);
    digest_start(&digest);
    digest_add_text(&digest, "poster");
    digest_add_number(&digest, ENGINE_VERSION);
    digest_add_number(&digest, width);
    digest_add_number(&digest, height);
    digest_add_number(&digest, first->fit);
    digest_add(&digest, &first->focus_x, sizeof first->focus_x);
    digest_add(&digest, &first->focus_y, sizeof first->focus_y);
    rc = poster_digest_file(media_root, first->image, &digest, err);
    digest_hex(&digest, hex);
    snprintf(ret_name, POSTER_NAME_LEN + 1, "%s.jpg", hex);
    return rc;
}

/* --- making --- */

static int poster_draw(
    const struct case_record *record, const char *media_root, struct buf *jpeg, struct error *err)
{
    const struct scene *first = record->scenes;
    struct fit fit = {.kind = first->fit, .focus_x = first->focus_x, .focus_y = first->focus_y};
    int width, height, rc;
    struct media *media;
    struct yuv yuv;

    rc = media_open(media_root, NULL, &media, err);
    if (rc < 0)
        return rc;
    poster_size(record, &width, &height);
    rc = media_picture_load(media, first->image, width, height, &fit, &yuv, NULL, err);
    media_close(media);
    if (rc < 0)
        return rc;
    rc = jpeg_write(&yuv, width, JPEG_SMALL, jpeg, err);
    yuv_free(&yuv);
    return rc;
}

/* Lock `path` against all processes of this machine.  flock() can't be interrupted by `is_over`, so
 * this polls. */
static int poster_lock(
    const char *path, bool (*is_over)(void *ctx), void *ctx, int *ret_fd, struct error *err)
{
    const struct timespec step = {.tv_nsec = POLL_MS * 1000000};
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

    if (fd < 0)
        return error_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    *ret_fd = fd;
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return error_set(err, ERR_IO, "%s can't be locked: %s", path, strerror(errno));
        if (is_over(ctx))
            return error_set(err, ERR_CANCELED, "canceled");
        nanosleep(&step, NULL);
    }
    return 0;
}

bool poster_is_there(const char *dir, const char *name)
{
    return outdir_length(dir, name, 0) > 0; /* after a power failure it may be without content */
}

static int poster_make_locked(const struct case_record *record, const char *media_root,
    const char *dir, const char *name, struct error *err)
{
    struct buf jpeg = {0};
    struct outdir out;
    int rc;

    if (poster_is_there(dir, name)) /* made by another process meanwhile */
        return 0;
    rc = outdir_open_shared(dir, &out, err);
    if (rc < 0)
        return rc;
    out.patience_ms = 0; /* the next request asks again */
    rc = poster_draw(record, media_root, &jpeg, err);
    if (rc == 0)
        rc = outdir_write(&out, name, jpeg.data, jpeg.len, err);
    buf_free(&jpeg);
    outdir_close(&out);
    return rc;
}

int poster_make(const struct case_record *record, const char *media_root, const char *dir,
    const char *name, const char *lock, bool (*is_over)(void *ctx), void *ctx, struct error *err)
{
    int lock_fd = -1, rc;

    mkdir(dir, 0755); /* if that fails, what needs the folder reports why */
    rc = poster_lock(lock, is_over, ctx, &lock_fd, err);
    if (rc == 0)
        rc = poster_make_locked(record, media_root, dir, name, err);
    if (lock_fd >= 0)
        close(lock_fd);
    return rc;
}
