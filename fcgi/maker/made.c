/* made.c - see made.h. */
#include "maker/made.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "cli/create/interrupt.h"
#include "kind/kind_video.h"
#include "s3/s3.h"

enum { PATIENCE_MS = 30000 /* storage may be away for so long */ };

static int made_fail(const char *from, const char *name, const char *why, struct error *err)
{
    return error_set(err, ERR_IO, "copying %s/%s: %s", from, name, why);
}

/* --- one file --- */

static int made_fetch(const char *address, const char *name, int to, struct error *err)
{
    const struct s3_object object = {
        .address = address, .name = name, .patience_ms = PATIENCE_MS, .cancel = interrupt_flag()};
    struct buf data = {0};
    int rc = s3_get(&object, INT64_MAX, &data, NULL, err);

    if (rc == S3_E_NOT_FOUND)
        rc = made_fail(address, name, "it is not there any more", err);
    if (rc == 0 && file_write(to, data.data, data.len) < 0)
        rc = made_fail(address, name, strerror(errno), err);
    buf_free(&data);
    return rc;
}

static int made_read(const char *folder, const char *name, int to, struct error *err)
{
    char *path = mem_format("%s/%s", folder, name), block[65536];
    int from = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = from < 0 ? -1 : 0;

    while (from >= 0 && (n = file_read(from, block, sizeof block)) > 0)
        if (file_write(to, block, (size_t)n) < 0) {
            n = -1;
            break;
        }
    if (n < 0)
        made_fail(folder, name, strerror(errno), err);
    if (from >= 0)
        close(from);
    free(path);
    return n < 0 ? -ERR_IO : 0;
}

/* To the file `to`, which is on the disk then. */
static int made_copy_to(const char *from, const char *name, const char *to, struct error *err)
{
    int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    int rc = fd < 0 ? -ERR_IO : 0;

    if (rc == 0)
        rc = s3_is_address(from) ? made_fetch(from, name, fd, err) : made_read(from, name, fd, err);
    else
        made_fail(from, name, strerror(errno), err);
    if (rc == 0 && fsync(fd) < 0)
        rc = made_fail(from, name, strerror(errno), err);
    if (fd >= 0)
        close(fd);
    return rc;
}

/* The file that the member of a result names; NULL: there is none. */
static const char *made_name(const json_t *result, const char *member)
{
    const char *url = json_string_value(json_object_get(result, member));
    const char *slash = url ? strrchr(url, '/') : NULL;

    return slash ? slash + 1 : url;
}

/* --- all of them --- */

static int made_copy_sides(const char *from, const json_t *result, const char *folder,
    struct product *product, struct error *err)
{
    const struct {
        const char *member;
        char **ret_name;
    } sides[] = {{"captions", &product->captions}, {"poster", &product->poster}};
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < sizeof sides / sizeof *sides; i++) {
        const char *name = made_name(result, sides[i].member);
        char *to = mem_format("%s/%s", folder, sides[i].member);

        if (name)
            rc = made_copy_to(from, name, to, err);
        if (name && rc == 0)
            *sides[i].ret_name = mem_copy(sides[i].member);
        free(to);
    }
    return rc;
}

static void made_read_chapters(const json_t *chapters, struct product *product)
{
    product->chapters = mem_new_n(json_array_size(chapters) + 1, struct video_chapter);
    for (size_t i = 0; i < json_array_size(chapters); i++) {
        const json_t *chapter = json_array_get(chapters, i);
        const char *title = json_string_value(json_object_get(chapter, "title"));

        product->chapters[product->n_chapters++] = (struct video_chapter){
            mem_copy(title ? title : ""), json_number_value(json_object_get(chapter, "start"))};
    }
}

static int made_number(const json_t *result, const char *member)
{
    return (int)json_integer_value(json_object_get(result, member));
}

static void made_read_result(const json_t *result, struct product *product)
{
    double seconds = json_number_value(json_object_get(result, "seconds"));
    int n_frames = made_number(result, "frames");

    product->video = (struct video_result){.width = made_number(result, "width"),
        .height = made_number(result, "height"),
        .fps = seconds > 0 ? (int)(n_frames / seconds + 0.5) : 0,
        .n_frames = n_frames,
        .n_kept = made_number(result, "kept"),
        .seconds = seconds};
    made_read_chapters(json_object_get(result, "chapters"), product);
}

int made_copy(const struct config *config, const struct job *done, const char *folder,
    struct product *ret_product, struct error *err)
{
    json_t *result = done->result ? json_loads(done->result, 0, NULL) : NULL;
    const char *film = made_name(result, "video");
    char *from = kind_video_folder(config, done->key);
    char *to = mem_format("%s/%s", folder, product_file);
    int rc = film ? made_copy_to(from, film, to, err)
                  : error_set(err, ERR_IO, "job %s: its result names no video", done->id);

    if (rc == 0)
        rc = made_copy_sides(from, result, folder, ret_product, err);
    if (rc == 0)
        made_read_result(result, ret_product);
    free(to);
    free(from);
    json_decref(result);
    return rc;
}
