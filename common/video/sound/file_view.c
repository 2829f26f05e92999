/* file_view.c - see file_view.h. */
#include "video/sound/file_view.h"

#include <assert.h>
#include <string.h>

#include "base/cancel.h"
#include "base/file.h"

static ssize_t file_view_pread(struct file_view *view, int64_t at, uint8_t *data, size_t n)
{
    ssize_t n_read = file_read_at(view->fd, data, n, at);

    view->has_failed |= n_read < 0;
    return n_read;
}

static bool file_view_has_block(const struct file_view *view, int64_t at, int n)
{
    return at >= view->block_at && at + n <= view->block_at + view->block_n;
}

const uint8_t *file_view_at(struct file_view *view, int64_t at, int n)
{
    assert(n <= FILE_VIEW_PIECE);
    if (at < view->start || at > view->end - n)
        return NULL;
    if (!file_view_has_block(view, at, n)) {
        ssize_t n_read = cancel_is_set(view->cancel)
                             ? 0
                             : file_view_pread(view, at, view->block, FILE_VIEW_BLOCK);

        view->block_at = at;
        view->block_n = n_read > 0 ? (int)n_read : 0;
    }
    return file_view_has_block(view, at, n) ? view->block + (at - view->block_at) : NULL;
}

bool file_view_is(struct file_view *view, int64_t at, const char *bytes, int n)
{
    const uint8_t *found = file_view_at(view, at, n);

    return found && memcmp(found, bytes, (size_t)n) == 0;
}

int file_view_read(struct file_view *view, int64_t at, uint8_t *data, int n)
{
    if (at >= view->end)
        return 0;
    return (int)file_view_pread(view, at, data, (size_t)(n < view->end - at ? n : view->end - at));
}
