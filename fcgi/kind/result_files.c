#include "kind/result_files.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* Members of a result that name a file by its URL; null where there is none. */
static const char *const members[] = {"video", "thumbnail", "captions", "poster", "sprites"};

enum { N_MEMBERS = sizeof members / sizeof *members };

/* -1: no such file. */
static int64_t length_of(const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    struct stat stat_;
    int64_t len = stat(path, &stat_) == 0 && S_ISREG(stat_.st_mode) && access(path, R_OK) == 0
                      ? stat_.st_size
                      : -1;

    free(path);
    return len;
}

static const char *name_of(const json_t *result, const char *member)
{
    const char *url = json_string_value(json_object_get(result, member));
    const char *slash = url ? strrchr(url, '/') : NULL;

    return slash ? slash + 1 : url;
}

/* The pictures lie beside the cues that name their parts. */
static char *sprites_picture(const char *cues)
{
    size_t len = strlen(cues);

    return len > 4 && strcmp(cues + len - 4, ".vtt") == 0
               ? mem_format("%.*s.jpg", (int)(len - 4), cues)
               : NULL;
}

static void measure(const char *folder, const char *name, json_t *bytes)
{
    json_object_set_new(bytes, name, json_integer(length_of(folder, name)));
}

void result_files_measure(const char *folder, json_t *result)
{
    json_t *bytes = json_object();

    for (int i = 0; i < N_MEMBERS; i++) {
        const char *name = name_of(result, members[i]);
        char *picture = name && strcmp(members[i], "sprites") == 0 ? sprites_picture(name) : NULL;

        if (name)
            measure(folder, name, bytes);
        if (picture)
            measure(folder, picture, bytes);
        free(picture);
    }
    json_object_set_new(result, "bytes", bytes);
}

/* --- of older versions --- */

static uint64_t big_endian(const unsigned char *bytes, int n)
{
    uint64_t value = 0;

    for (int i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

/* The outermost boxes of an MP4 (ISO/IEC 14496-12, 4.2) end together with the file. */
static bool boxes_fill(int fd, uint64_t len)
{
    unsigned char head[16];
    uint64_t at = 0;

    while (at < len) {
        uint64_t size;

        if (pread(fd, head, 8, (off_t)at) != 8)
            return false;
        size = big_endian(head, 4);
        if (size == 1 && pread(fd, head, 16, (off_t)at) == 16)
            size = big_endian(head + 8, 8);
        if (size < 8 || size > len - at)
            return false;
        at += size;
    }
    return true;
}

static bool mp4_is_whole(const char *folder, const char *name)
{
    char *path = mem_format("%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int64_t len = length_of(folder, name);
    bool is_whole = fd >= 0 && len > 0 && boxes_fill(fd, (uint64_t)len);

    if (fd >= 0)
        close(fd);
    free(path);
    return is_whole;
}

static bool is_whole_unmeasured(const char *folder, const json_t *result)
{
    for (int i = 0; i < N_MEMBERS; i++) {
        const char *name = name_of(result, members[i]);

        if (name && length_of(folder, name) <= 0)
            return false;
    }
    return name_of(result, "video") && mp4_is_whole(folder, name_of(result, "video"));
}

bool result_files_are_whole(const char *folder, const json_t *result)
{
    json_t *bytes = json_object_get(result, "bytes"), *len;
    const char *name;

    if (!json_object_size(bytes))
        return is_whole_unmeasured(folder, result);
    json_object_foreach(bytes, name, len)
    {
        if (length_of(folder, name) != json_integer_value(len))
            return false;
    }
    return true;
}
