/* result_files.c - see result_files.h. */
#include "kind/result_files.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "s3/s3.h"
#include "video/kept/file_sum.h"
#include "video/kept/outdir.h"

/* The members of a result that hold the URL of a file, or null. */
static const char *const members[] = {"video", "thumbnail", "captions", "poster", "sprites"};

enum {
    N_MEMBERS = sizeof members / sizeof *members,
    MEASURE_MS = 30000, /* storage may be away for so long when a video has been put there */
};

static const char *result_files_name(const json_t *result, const char *member)
{
    const char *url = json_string_value(json_object_get(result, member));
    const char *slash = url ? strrchr(url, '/') : NULL;

    return slash ? slash + 1 : url;
}

/* sprites.vtt names parts of sprites.jpg. */
static char *result_files_sprites_picture(const char *cues)
{
    size_t len = strlen(cues);

    return len > 4 && strcmp(cues + len - 4, ".vtt") == 0
               ? mem_format("%.*s.jpg", (int)(len - 4), cues)
               : NULL;
}

/* Storage keeps sums of its own. */
static void result_files_measure_one(
    const char *folder, const char *name, json_t *bytes, json_t *sums)
{
    int64_t len = outdir_length(folder, name, MEASURE_MS);
    char sum[FILE_SUM_LEN + 1];

    if (len != OUTDIR_UNKNOWN)
        json_object_set_new(bytes, name, json_integer(len));
    if (!s3_is_address(folder) && file_sum(folder, name, sum))
        json_object_set_new(sums, name, json_string(sum));
}

void result_files_measure(const char *folder, json_t *result)
{
    json_t *bytes = json_object(), *sums = json_object();

    for (int i = 0; i < N_MEMBERS; i++) {
        const char *name = result_files_name(result, members[i]);
        char *picture =
            name && strcmp(members[i], "sprites") == 0 ? result_files_sprites_picture(name) : NULL;

        if (name)
            result_files_measure_one(folder, name, bytes, sums);
        if (picture)
            result_files_measure_one(folder, picture, bytes, sums);
        free(picture);
    }
    json_object_set_new(result, "bytes", bytes);
    if (json_object_size(sums))
        json_object_set(result, "sums", sums);
    json_decref(sums);
}

/* --- results of older versions --- */

static uint64_t result_files_big_endian(const unsigned char *bytes, int n)
{
    uint64_t value = 0;

    for (int i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* Do the outermost boxes of an MP4 (ISO/IEC 14496-12, 4.2) end where the file ends? */
static bool result_files_boxes_fill(int fd, uint64_t len)
{
    unsigned char head[16];
    uint64_t at = 0;

    while (at < len) {
        uint64_t size;

        if (file_read_at(fd, head, 8, (off_t)at) != 8)
            return false;
        size = result_files_big_endian(head, 4);
        if (size == 1 && file_read_at(fd, head, 16, (off_t)at) == 16)
            size = result_files_big_endian(head + 8, 8);
        if (size < 8 || size > len - at)
            return false;
        at += size;
    }
    return true;
}

static bool result_files_mp4_is_whole(const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int64_t len = outdir_length(folder, name, 0);
    bool is_whole = fd >= 0 && len > 0 && result_files_boxes_fill(fd, (uint64_t)len);

    if (fd >= 0)
        close(fd);
    free(path);
    return is_whole;
}

static bool result_files_are_whole_unmeasured(const char *folder, const json_t *result)
{
    for (int i = 0; i < N_MEMBERS; i++) {
        const char *name = result_files_name(result, members[i]);

        if (name && outdir_length(folder, name, 0) <= 0)
            return false;
    }
    return result_files_name(result, "video") &&
           result_files_mp4_is_whole(folder, result_files_name(result, "video"));
}

static bool result_files_look(const char *folder, const json_t *result)
{
    json_t *bytes = json_object_get(result, "bytes"), *len;
    const char *name;

    if (!json_object_size(bytes))
        return result_files_are_whole_unmeasured(folder, result);
    json_object_foreach(bytes, name, len)
    {
        if (outdir_length(folder, name, 0) != json_integer_value(len))
            return false;
    }
    return true;
}

/* A client of a shared folder may remember for a while that a file was not there.  It forgets that
 * when it reads a folder that has changed since. */
static void result_files_read_folder(const char *folder)
{
    DIR *entries = opendir(folder);

    while (entries && readdir(entries))
        continue;
    if (entries)
        closedir(entries);
}

/* --- on S3 --- */

/* An object is there as a whole or not at all, and the MP4 is put when all others are there.  What
 * is not known while storage fails is believed: a video that is only out of reach is not made anew.
 */
static bool result_files_are_stored(const char *address, const json_t *result)
{
    const char *name = result_files_name(result, "video");
    json_t *bytes = json_object_get(result, "bytes");
    int64_t len = name ? outdir_length(address, name, 0) : OUTDIR_NO_FILE;

    return len == OUTDIR_UNKNOWN ||
           (len > 0 && len == json_integer_value(json_object_get(bytes, name)));
}

bool result_files_are_whole(const char *folder, const json_t *result)
{
    if (s3_is_address(folder))
        return result_files_are_stored(folder, result);
    if (result_files_look(folder, result))
        return true;
    result_files_read_folder(folder);
    return result_files_look(folder, result);
}
