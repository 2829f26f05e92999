/* sound_whole.c - see sound_kind.h: whether all of a file is there, by the lengths that each format
 * tells where they decide something.  A walker returns false if the file is cut. */
#include <libavutil/intreadwrite.h>
#include <string.h>

#include "base/cancel.h"
#include "video/sound/mpeg_frames.h"
#include "video/sound/sound_kind.h"

/* Programs that write into a pipe leave 0, all ones, or as much as they believe readers bear
 * (0x7FFFF000, 0x80000000); 64 bits are as good as endless from here on. */
static const uint64_t endless_32 = 0x7F000000, endless_64 = (uint64_t)1 << 60;

static bool is_placeholder(uint64_t length, int bits)
{
    return length == 0 || length >= (bits == 32 ? endless_32 : endless_64);
}

/* Samples from `at` on.  Some programs count their own header, too: that much may be missing. */
static bool holds(const struct file_view *view, int64_t at, uint64_t length, int bits)
{
    return is_placeholder(length, bits) ||
           length <= (uint64_t)(view->end - at) + (uint64_t)(at - view->start);
}

/* For demuxers that take a length at its word. */
static void mend(struct sound_mends *mends, int64_t at, int n, bool is_big, uint64_t value)
{
    int k = mends->n++;

    mends->list[k].at = at;
    mends->list[k].n = n;
    for (int i = 0; i < n; i++)
        mends->list[k].bytes[is_big ? n - 1 - i : i] = (uint8_t)(value >> 8 * i);
}

/* --- chunks: RIFF and its kin --- */

static bool check_riff(struct file_view *view, struct sound_mends *ret_mends)
{
    bool is_big = file_view_is(view, view->start, "RIFX", 4);
    int64_t at = view->start + 12, long_at = 0;
    const uint8_t *head;
    uint64_t data = 0;

    while ((head = file_view_at(view, at, 24)) || (head = file_view_at(view, at, 8))) {
        uint32_t length = is_big ? AV_RB32(head + 4) : AV_RL32(head + 4);

        if (memcmp(head, "ds64", 4) == 0 && file_view_at(view, at, 24)) {
            long_at = at + 16;
            data = AV_RL64(head + 16);
        }
        if (memcmp(head, "data", 4) == 0 && long_at && length == UINT32_MAX) {
            if (is_placeholder(data, 64))
                mend(ret_mends, long_at, 8, false, (uint64_t)(view->end - at - 8));
            return holds(view, at + 8, data, 64);
        }
        if (memcmp(head, "data", 4) == 0)
            return holds(view, at + 8, length, 32);
        at += 8 + (int64_t)length + (length & 1);
    }
    return true;
}

static bool check_w64(struct file_view *view, struct sound_mends *ret_mends)
{
    int64_t at = view->start + 40;
    const uint8_t *head;

    while ((head = file_view_at(view, at, 24))) {
        uint64_t length = AV_RL64(head + 16);

        if (memcmp(head, "data", 4) == 0) {
            if (is_placeholder(length, 64) || length == 24)
                mend(ret_mends, at + 16, 8, false, (uint64_t)(view->end - at));
            return holds(view, at + 24, length, 64);
        }
        if (length < 24 || length > endless_64)
            return true;
        at += (int64_t)(length + 7) / 8 * 8;
    }
    return true;
}

static bool check_iff(struct file_view *view, struct sound_mends *ret_mends)
{
    int64_t at = view->start + 12;
    const uint8_t *head;

    mend(ret_mends, view->start + 4, 4, true, (uint64_t)(view->end - view->start - 8));
    while ((head = file_view_at(view, at, 8))) {
        uint32_t length = AV_RB32(head + 4);

        if (memcmp(head, "SSND", 4) == 0) {
            if (is_placeholder(length, 32) || length == 8)
                mend(ret_mends, at + 4, 4, true, (uint64_t)(view->end - at - 8));
            return holds(view, at + 8, length, 32);
        }
        at += 8 + (int64_t)length + (length & 1);
    }
    return true;
}

static bool check_au(struct file_view *view)
{
    const uint8_t *head = file_view_at(view, view->start, 12);

    return !head || holds(view, view->start + AV_RB32(head + 4), AV_RB32(head + 8), 32);
}

static bool check_caf(struct file_view *view)
{
    int64_t at = view->start + 8;
    const uint8_t *head;

    while ((head = file_view_at(view, at, 12))) {
        uint64_t length = AV_RB64(head + 4);

        if (memcmp(head, "data", 4) == 0)
            return holds(view, at + 12, length, 64);
        if (length > endless_64)
            return true;
        at += 12 + (int64_t)length;
    }
    return true;
}

/* --- MP4 --- */

struct box {
    char type[5];
    int64_t content, end; /* of the file; the end may lie behind the view's */
};

static bool read_box(struct file_view *view, int64_t at, struct box *ret_box)
{
    const uint8_t *head = file_view_at(view, at, 8);
    int64_t length;

    if (!head)
        return false;
    *ret_box = (struct box){.content = at + 8};
    memcpy(ret_box->type, head + 4, 4);
    length = AV_RB32(head);
    if (length == 1 && (head = file_view_at(view, at, 16))) {
        length = (int64_t)(AV_RB64(head + 8) & (endless_64 - 1));
        ret_box->content = at + 16;
    }
    ret_box->end = length ? at + length : view->end;
    return ret_box->end >= ret_box->content;
}

static bool is_one_of(const char *type, const char *types)
{
    return strstr(types, type) != NULL;
}

static bool check_mp4(struct file_view *view)
{
    struct box box;

    for (int64_t at = view->start; read_box(view, at, &box); at = box.end)
        if (box.end > view->end)
            return !is_one_of(box.type, "moov mdat moof");
    return true;
}

/* Samples that a box names; more than `most` if it is packed. */
static uint64_t samples_of(struct file_view *view, const struct box *box, uint64_t most)
{
    int at = strcmp(box->type, "stsz") == 0 ? 8 : strcmp(box->type, "trun") == 0 ? 4 : -1;
    const uint8_t *content = at < 0 ? NULL : file_view_at(view, box->content, at + 4);

    if (strcmp(box->type, "cmov") == 0)
        return most + 1;
    return content ? AV_RB32(content + at) : 0;
}

/* In the boxes between `at` and `end`, and those in them. */
static uint64_t count_samples(
    struct file_view *view, int64_t at, int64_t end, int depth, uint64_t most)
{
    uint64_t n = 0;
    struct box box;

    for (; n <= most && at < end && read_box(view, at, &box); at = box.end) {
        n += samples_of(view, &box, most);
        if (depth > 0 && is_one_of(box.type, "moov trak mdia minf stbl moof traf"))
            n += count_samples(view, box.content, box.end < end ? box.end : end, depth - 1, most);
    }
    return n;
}

/* libav keeps a record of every sample in memory, so a few bytes that name a milliard of them must
 * be found before. */
static bool is_bomb(struct file_view *view)
{
    uint64_t bytes = (uint64_t)(view->end - view->start);

    return count_samples(view, view->start, view->end, 8, bytes) > bytes;
}

/* --- Ogg --- */

struct page {
    int64_t length;
    bool begins, goes_on; /* a stream, and a packet over its end */
};

enum page_answer { PAGE_NONE, PAGE_CUT, PAGE_WHOLE };

static enum page_answer read_page(struct file_view *view, int64_t at, struct page *ret_page)
{
    const uint8_t *head = file_view_at(view, at, 4);
    int n;

    if (!head || memcmp(head, "OggS", 4) != 0)
        return PAGE_NONE;
    head = file_view_at(view, at, 27);
    n = head ? head[26] : 0;
    head = head ? file_view_at(view, at, 27 + n) : NULL;
    if (!head)
        return PAGE_CUT;
    *ret_page = (struct page){
        .length = 27 + n, .begins = head[5] & 2, .goes_on = n > 0 && head[26 + n] == 255};
    for (int i = 0; i < n; i++)
        ret_page->length += head[27 + i];
    return at + ret_page->length > view->end ? PAGE_CUT : PAGE_WHOLE;
}

static bool check_ogg(struct file_view *view)
{
    struct page page = {0};
    int64_t at = view->start;

    while (file_view_at(view, at, 4)) {
        enum page_answer answer = read_page(view, at, &page);

        if (answer == PAGE_CUT)
            return false;
        at += answer == PAGE_WHOLE ? page.length : 1; /* junk between pages is stepped over */
    }
    return !page.goes_on;
}

/* --- Matroska and WebM --- */

/* The bytes a number takes; 0: none that can be. */
static int number_width(uint8_t first)
{
    for (int n = 1; n <= 8; n++)
        if (first & 0x80 >> (n - 1))
            return n;
    return 0;
}

struct element {
    uint32_t id;
    int64_t content; /* of the file */
    uint64_t length;
    bool is_endless; /* it ends where something begins that can't be in it */
};

enum element_answer { ELEMENT_NONE, ELEMENT_CUT, ELEMENT_WHOLE };

static enum element_answer read_element(
    struct file_view *view, int64_t at, struct element *ret_element)
{
    const uint8_t *head = file_view_at(view, at, 1);
    int n = head ? number_width(head[0]) : 0, m;
    uint64_t ones;

    if (n == 0 || n > 4)
        return ELEMENT_NONE;
    head = file_view_at(view, at, n + 1);
    m = head ? number_width(head[n]) : 0;
    if (head && m == 0)
        return ELEMENT_NONE;
    head = head ? file_view_at(view, at, n + m) : NULL;
    if (!head)
        return ELEMENT_CUT;
    *ret_element = (struct element){.content = at + n + m, .length = head[n] & (0xFF >> m)};
    for (int i = 0; i < n; i++)
        ret_element->id = ret_element->id << 8 | head[i];
    for (int i = 1; i < m; i++)
        ret_element->length = ret_element->length << 8 | head[n + i];
    ones = ((uint64_t)1 << 7 * m) - 1;
    ret_element->is_endless = ret_element->length == ones;
    return ELEMENT_WHOLE;
}

/* Recorders write segments and clusters without a length: those are gone into. */
static bool check_ebml(struct file_view *view)
{
    enum { SEGMENT = 0x18538067, CLUSTER = 0x1F43B675 };
    int64_t at = view->start;
    struct element element;

    while (at < view->end) {
        enum element_answer answer = read_element(view, at, &element);

        if (answer != ELEMENT_WHOLE)
            return answer == ELEMENT_NONE;
        if (element.is_endless && element.id != SEGMENT && element.id != CLUSTER)
            return true;
        if (!element.is_endless && element.length > (uint64_t)(view->end - element.content))
            return false;
        at = element.content + (element.is_endless ? 0 : (int64_t)element.length);
    }
    return true;
}

/* --- WMA --- */

static bool check_asf(struct file_view *view)
{
    int64_t at = view->start;
    const uint8_t *head;

    while ((head = file_view_at(view, at, 24))) {
        uint64_t length = AV_RL64(head + 16);

        if (memcmp(head, "\x36\x26\xB2\x75", 4) == 0) /* the data object; 50 bytes are its own */
            return length <= 50 || holds(view, at, length, 64);
        if (length < 24 || length > endless_64)
            return true;
        at += (int64_t)length;
    }
    return true;
}

/* --- */

static bool check_frames(struct file_view *view, bool is_adts)
{
    struct mpeg_frames frames;
    struct mpeg_frame frame;

    mpeg_frames_open(view, is_adts, &frames);
    while (mpeg_frames_next(&frames, &frame))
        continue;
    return !frames.is_cut;
}

static bool is_whole(
    struct file_view *view, const struct sound_kind *kind, struct sound_mends *ret_mends)
{
    switch (kind->layout) {
    case SOUND_FRAMES_MPEG:
    case SOUND_FRAMES_ADTS:
        return check_frames(view, kind->layout == SOUND_FRAMES_ADTS);
    case SOUND_RIFF:
        return check_riff(view, ret_mends);
    case SOUND_W64:
        return check_w64(view, ret_mends);
    case SOUND_IFF:
        return check_iff(view, ret_mends);
    case SOUND_AU:
        return check_au(view);
    case SOUND_CAF:
        return check_caf(view);
    case SOUND_OGG:
        return check_ogg(view);
    case SOUND_MP4:
        return check_mp4(view);
    case SOUND_EBML:
        return check_ebml(view);
    case SOUND_ASF:
        return check_asf(view);
    case SOUND_FRAMES: /* its decoder meets the end */
        break;
    }
    return true;
}

int sound_kind_check(struct file_view *view, const char *name, const struct sound_kind *kind,
    struct sound_mends *ret_mends, struct error *err)
{
    bool whole;

    *ret_mends = (struct sound_mends){0};
    whole = is_whole(view, kind, ret_mends);
    if (cancel_is_set(view->cancel))
        return cancel_error(err);
    if (view->has_failed)
        return error_set(err, ERR_INPUT, "%s: can't be read", name);
    if (kind->layout == SOUND_MP4 && is_bomb(view))
        return error_set(
            err, ERR_INPUT, "%s: damaged: its header names more samples than it has bytes", name);
    return whole ? 0
                 : error_set(err, ERR_INPUT,
                       "%s: truncated: it ends inside a piece of sound that it begins", name);
}

int64_t sound_kind_end(struct file_view *view, const struct sound_kind *kind)
{
    int64_t at = view->start;
    bool is_inside = false; /* behind the pages that begin its streams */
    struct page page;

    if (kind->layout != SOUND_OGG)
        return view->end;
    while (file_view_at(view, at, 4)) {
        if (read_page(view, at, &page) != PAGE_WHOLE) {
            at++;
            continue;
        }
        if (page.begins && is_inside)
            return at;
        is_inside |= !page.begins;
        at += page.length;
    }
    return view->end;
}
