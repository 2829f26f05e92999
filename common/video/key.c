/* key.c - video_key() and video_files_stamp() of video.h. */
#include <fcntl.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/digest.h"
#include "video/engine_all.h"
#include "video/video.h"

static void key_add_file(struct digest *digest, int root_fd, const char *name)
{
    struct stat stat;
    int fd;

    digest_add_text(digest, name);
    if (!name)
        return;
    if (beneath_open(root_fd, name, &fd, &stat, NULL) < 0) {
        digest_add_number(digest, -1);
        return;
    }
    close(fd);
    digest_add_number(digest, stat.st_size);
    if (beneath_sent_digest(name)) /* its name is its content; its time is when it came last */
        return;
    digest_add_number(digest, stat.st_mtim.tv_sec);
    digest_add_number(digest, stat.st_mtim.tv_nsec);
}

static void key_add_scene(struct digest *digest, int root_fd, const struct scene *scene)
{
    key_add_file(digest, root_fd, scene->image);
    key_add_file(digest, root_fd, scene->audio);
    digest_add_text(digest, scene->caption);
    digest_add_text(digest, scene->narration);
    digest_add_text(digest, scene->credit);
    digest_add(digest, &scene->seconds, sizeof scene->seconds);
    digest_add_text(digest, scene->title);
    digest_add_number(digest, scene->motion);
    digest_add(digest, &scene->focus_x, sizeof scene->focus_x);
    digest_add(digest, &scene->focus_y, sizeof scene->focus_y);
    digest_add_number(digest, scene->fit);
    digest_add_number(digest, scene->transition);
}

static void key_add_style(struct digest *digest, const struct case_record *record)
{
    digest_add_number(digest, record->shape);
    digest_add_number(digest, record->lines);
    digest_add_number(digest, record->fps);
    digest_add_number(digest, record->quality);
    digest_add_number(digest, record->title_card);
    digest_add_number(digest, record->fades);
    digest_add_number(digest, record->credits);
    digest_add_text(digest, record->caption_font);
    digest_add_text(digest, record->caption_color);
    digest_add_text(digest, record->caption_box);
    digest_add(digest, &record->caption_size, sizeof record->caption_size);
    digest_add_number(digest, record->caption_position);
}

static void key_add_record(struct digest *digest, int root_fd, const struct case_record *record)
{
    engine_add_all(digest);
    digest_add_text(digest, record->id);
    digest_add_text(digest, record->title);
    digest_add_text(digest, record->language);
    key_add_style(digest, record);
    key_add_file(digest, root_fd, record->music);
    digest_add_number(digest, record->n_scenes);
    for (int i = 0; i < record->n_scenes; i++)
        key_add_scene(digest, root_fd, &record->scenes[i]);
}

int video_key(const struct case_record *record, const char *media_root, char ret_key[static 65],
    struct error *err)
{
    struct digest digest;
    int root_fd, rc;

    if (record->n_scenes == 0)
        return error_set(
            err, ERR_INPUT, "case %s has no scenes: a video needs at least one", record->id);
    rc = beneath_root(media_root, &root_fd, err);
    if (rc < 0)
        return rc;
    digest_start(&digest);
    key_add_record(&digest, root_fd, record);
    digest_hex(&digest, ret_key);
    close(root_fd);
    return 0;
}

static void key_stamp_file(struct digest *digest, int root_fd, const char *name)
{
    struct stat stat = {0};
    int fd;

    if (!name)
        return;
    if (beneath_open(root_fd, name, &fd, &stat, NULL) == 0)
        close(fd);
    digest_add_number(digest, (int64_t)stat.st_dev);
    digest_add_number(digest, (int64_t)stat.st_ino);
    digest_add_number(digest, stat.st_size);
    digest_add_number(digest, stat.st_mtim.tv_sec);
    digest_add_number(digest, stat.st_mtim.tv_nsec);
    digest_add_number(digest, stat.st_ctim.tv_sec);
    digest_add_number(digest, stat.st_ctim.tv_nsec);
}

int video_files_stamp(const struct case_record *record, const char *media_root,
    char ret_stamp[static 65], struct error *err)
{
    struct digest digest;
    int root_fd, rc = beneath_root(media_root, &root_fd, err);

    if (rc < 0)
        return rc;
    digest_start(&digest);
    key_stamp_file(&digest, root_fd, record->music);
    for (int i = 0; i < record->n_scenes; i++) {
        key_stamp_file(&digest, root_fd, record->scenes[i].image);
        key_stamp_file(&digest, root_fd, record->scenes[i].audio);
    }
    digest_hex(&digest, ret_stamp);
    close(root_fd);
    return 0;
}
