/* pack.c - see pack.h. */
#include "video/sealed/pack.h"

#include <string.h>

#include "base/text.h"

void pack_number(struct buf *buf, int64_t number)
{
    buf_add(buf, &number, sizeof number);
}

void pack_real(struct buf *buf, double real)
{
    buf_add(buf, &real, sizeof real);
}

void pack_bytes(struct buf *buf, const void *data, size_t len)
{
    pack_number(buf, (int64_t)len);
    buf_add(buf, data, len);
}

void pack_text(struct buf *buf, const char *text)
{
    pack_bytes(buf, text ? text : "", text ? strlen(text) + 1 : 0);
}

struct unpack unpack_of(const struct buf *buf)
{
    return (struct unpack){.at = buf->data, .left = buf->len};
}

static const void *unpack_take(struct unpack *unpack, size_t n)
{
    const char *at = unpack->at;

    if (unpack->is_bad || n > unpack->left) {
        unpack->is_bad = true;
        return NULL;
    }
    unpack->at += n;
    unpack->left -= n;
    return at;
}

int64_t unpack_number(struct unpack *unpack, int64_t lo, int64_t hi)
{
    int64_t number;
    const void *at = unpack_take(unpack, sizeof number);

    if (at)
        memcpy(&number, at, sizeof number);
    if (at && number >= lo && number <= hi)
        return number;
    unpack->is_bad = true;
    return lo;
}

double unpack_real(struct unpack *unpack)
{
    double real = 0;
    const void *at = unpack_take(unpack, sizeof real);

    if (at)
        memcpy(&real, at, sizeof real);
    return real;
}

const void *unpack_bytes(struct unpack *unpack, size_t *ret_len)
{
    *ret_len = (size_t)unpack_number(unpack, 0, INT64_MAX);
    return unpack_take(unpack, *ret_len);
}

const char *unpack_text(struct unpack *unpack)
{
    size_t len;
    const char *text = unpack_bytes(unpack, &len);

    if (!text || len == 0)
        return NULL;
    if (!memchr(text, '\0', len - 1) && text[len - 1] == '\0' && text_is_utf8(text, len - 1, NULL))
        return text;
    unpack->is_bad = true;
    return NULL;
}

bool unpack_is_done(const struct unpack *unpack)
{
    return !unpack->is_bad && unpack->left == 0;
}
