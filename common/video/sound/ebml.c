/* ebml.c - see containers.h: Matroska and WebM, as RFC 8794 lays out their elements. */
#include <stddef.h>

#include "video/sound/containers.h"

/* The length in bytes of the number that starts with `first`; 0: no number starts so. */
static int ebml_number_length(uint8_t first)
{
    for (int n = 1; n <= 8; n++)
        if (first & 0x80 >> (n - 1))
            return n;
    return 0;
}

struct element {
    uint32_t id;
    int64_t content; /* byte of the file */
    uint64_t length; /* bytes */
    bool is_endless; /* no length stated: it ends before the first element that can't be in it */
};

enum element_state { ELEMENT_NONE, ELEMENT_TRUNCATED, ELEMENT_WHOLE };

static enum element_state ebml_read_element(
    struct file_view *view, int64_t at, struct element *ret_element)
{
    const uint8_t *head = file_view_at(view, at, 1);
    int n_id = head ? ebml_number_length(head[0]) : 0, n_length;
    uint64_t ones;

    if (n_id == 0 || n_id > 4)
        return ELEMENT_NONE;
    head = file_view_at(view, at, n_id + 1);
    n_length = head ? ebml_number_length(head[n_id]) : 0;
    if (head && n_length == 0)
        return ELEMENT_NONE;
    head = head ? file_view_at(view, at, n_id + n_length) : NULL;
    if (!head)
        return ELEMENT_TRUNCATED;
    *ret_element = (struct element){
        .content = at + n_id + n_length, .length = head[n_id] & (0xFF >> n_length)};
    for (int i = 0; i < n_id; i++)
        ret_element->id = ret_element->id << 8 | head[i];
    for (int i = 1; i < n_length; i++)
        ret_element->length = ret_element->length << 8 | head[n_id + i];
    ones = ((uint64_t)1 << 7 * n_length) - 1;
    ret_element->is_endless = ret_element->length == ones;
    return ELEMENT_WHOLE;
}

/* Recorders write segments and clusters without a length: the walk descends into those. */
bool ebml_is_whole(struct file_view *view)
{
    enum { SEGMENT = 0x18538067, CLUSTER = 0x1F43B675 };
    int64_t at = view->start;
    struct element element;

    while (at < view->end) {
        enum element_state state = ebml_read_element(view, at, &element);

        if (state != ELEMENT_WHOLE)
            return state == ELEMENT_NONE;
        if (element.is_endless && element.id != SEGMENT && element.id != CLUSTER)
            return true;
        if (!element.is_endless && element.length > (uint64_t)(view->end - element.content))
            return false;
        at = element.content + (element.is_endless ? 0 : (int64_t)element.length);
    }
    return true;
}
