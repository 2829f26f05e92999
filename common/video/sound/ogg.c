/* ogg.c - see containers.h: pages as RFC 3533 lays them out. */
#include <string.h>

#include "video/sound/containers.h"

struct page {
    int64_t length;        /* bytes */
    bool starts_stream;    /* its header says so */
    bool packet_continues; /* its last packet ends on a later page */
};

enum page_state { PAGE_NONE, PAGE_TRUNCATED, PAGE_WHOLE };

static enum page_state ogg_read_page(struct file_view *view, int64_t at, struct page *ret_page)
{
    const uint8_t *head = file_view_at(view, at, 4);
    int n_segments;

    if (!head || memcmp(head, "OggS", 4) != 0)
        return PAGE_NONE;
    head = file_view_at(view, at, 27);
    n_segments = head ? head[26] : 0;
    head = head ? file_view_at(view, at, 27 + n_segments) : NULL;
    if (!head)
        return PAGE_TRUNCATED;
    *ret_page = (struct page){.length = 27 + n_segments,
        .starts_stream = head[5] & 2,
        .packet_continues = n_segments > 0 && head[26 + n_segments] == 255};
    for (int i = 0; i < n_segments; i++)
        ret_page->length += head[27 + i];
    return at + ret_page->length > view->end ? PAGE_TRUNCATED : PAGE_WHOLE;
}

bool ogg_is_whole(struct file_view *view)
{
    struct page page = {0};
    int64_t at = view->start;

    while (file_view_at(view, at, 4)) {
        enum page_state state = ogg_read_page(view, at, &page);

        if (state == PAGE_TRUNCATED)
            return false;
        at += state == PAGE_WHOLE ? page.length : 1; /* junk between pages is skipped */
    }
    return !page.packet_continues;
}

int64_t ogg_stream_end(struct file_view *view)
{
    int64_t at = view->start;
    bool is_behind_start = false; /* behind the pages that start the stream, one for each track */
    struct page page;

    while (file_view_at(view, at, 4)) {
        if (ogg_read_page(view, at, &page) != PAGE_WHOLE) {
            at++;
            continue;
        }
        if (page.starts_stream && is_behind_start)
            return at;
        is_behind_start |= !page.starts_stream;
        at += page.length;
    }
    return view->end;
}
