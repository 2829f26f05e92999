/* mp4.c - see containers.h: MP4, M4A, MOV and 3GP, as ISO/IEC 14496-12 lays out their boxes. */
#include <libavutil/intreadwrite.h>
#include <string.h>

#include "video/sound/containers.h"

enum { DEPTH_MAX = 8 }; /* of boxes in boxes that are searched */

struct box {
    char type[5];
    int64_t content, end; /* bytes of the file; the end may lie behind the view */
};

static bool mp4_read_box(struct file_view *view, int64_t at, struct box *ret_box)
{
    const uint8_t *head = file_view_at(view, at, 8);
    int64_t length;

    if (!head)
        return false;
    *ret_box = (struct box){.content = at + 8};
    memcpy(ret_box->type, head + 4, 4);
    length = AV_RB32(head);
    if (length == 1 && (head = file_view_at(view, at, 16))) {
        length = (int64_t)(AV_RB64(head + 8) & (ENDLESS_64 - 1));
        ret_box->content = at + 16;
    }
    ret_box->end = length ? at + length : view->end;
    return ret_box->end >= ret_box->content;
}

static bool mp4_is_one_of(const char *type, const char *types)
{
    return strstr(types, type) != NULL;
}

bool mp4_is_whole(struct file_view *view)
{
    struct box box;

    for (int64_t at = view->start; mp4_read_box(view, at, &box); at = box.end)
        if (box.end > view->end)
            return !mp4_is_one_of(box.type, "moov mdat moof");
    return true;
}

/* The number of samples that a box names; of a compressed one, more than `most`. */
static uint64_t mp4_box_samples(struct file_view *view, const struct box *box, uint64_t most)
{
    int at = strcmp(box->type, "stsz") == 0 ? 8 : strcmp(box->type, "trun") == 0 ? 4 : -1;
    const uint8_t *content = at < 0 ? NULL : file_view_at(view, box->content, at + 4);

    if (strcmp(box->type, "cmov") == 0)
        return most + 1;
    return content ? AV_RB32(content + at) : 0;
}

/* Samples named by the boxes between bytes `at` and `end` and by the boxes in them; the count stops
 * above `most`. */
static uint64_t mp4_count_samples(
    struct file_view *view, int64_t at, int64_t end, int depth, uint64_t most)
{
    uint64_t n = 0;
    struct box box;

    for (; n <= most && at < end && mp4_read_box(view, at, &box); at = box.end) {
        n += mp4_box_samples(view, &box, most);
        if (depth > 0 && mp4_is_one_of(box.type, "moov trak mdia minf stbl moof traf"))
            n += mp4_count_samples(
                view, box.content, box.end < end ? box.end : end, depth - 1, most);
    }
    return n;
}

bool mp4_is_bomb(struct file_view *view)
{
    uint64_t bytes = (uint64_t)(view->end - view->start);

    return mp4_count_samples(view, view->start, view->end, DEPTH_MAX, bytes) > bytes;
}
