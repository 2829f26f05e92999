/* file_view.c - see file_view.h. */
#include "video/sound/file_view.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cancel.h"

static ssize_t read_at(struct file_view *view, int64_t at, uint8_t *data, size_t n)
{
    ssize_t did;

    do
        did = pread(view->fd, data, n, at);
    while (did < 0 && errno == EINTR);
    view->has_failed |= did < 0;
    return did;
}

static bool is_at_hand(const struct file_view *view, int64_t at, int n)
{
    return at >= view->block_at && at + n <= view->block_at + view->block_n;
}

const uint8_t *file_view_at(struct file_view *view, int64_t at, int n)
{
    assert(n <= FILE_VIEW_PIECE);
    if (at < view->start || at > view->end - n)
        return NULL;
    if (!is_at_hand(view, at, n)) {
        ssize_t did =
            cancel_is_set(view->cancel) ? 0 : read_at(view, at, view->block, FILE_VIEW_BLOCK);

        view->block_at = at;
        view->block_n = did > 0 ? (int)did : 0;
    }
    return is_at_hand(view, at, n) ? view->block + (at - view->block_at) : NULL;
}

bool file_view_is(struct file_view *view, int64_t at, const char *bytes, int n)
{
    const uint8_t *there = file_view_at(view, at, n);

    return there && memcmp(there, bytes, (size_t)n) == 0;
}

int file_view_read(struct file_view *view, int64_t at, uint8_t *data, int n)
{
    if (at >= view->end)
        return 0;
    return (int)read_at(view, at, data, (size_t)(n < view->end - at ? n : view->end - at));
}
