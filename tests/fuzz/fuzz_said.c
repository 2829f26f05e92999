/* fuzz_said.c - libFuzzer target: any output is lines of UTF-8, the same wherever a pipe cuts it,
 * and none of them is an event of casecast's own.
 *
 * The first byte is the size of the pieces. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "program/lines.h"
#include "program/said.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int take(void *ctx, const char *line, size_t len)
{
    struct said said;

    said_read(line, len, &said);
    assert(said.data && text_is_utf8(said.data, strlen(said.data), NULL));
    assert((said.as == SAID_EVENT) == (said.name != NULL));
    assert(!said.name || (strcmp(said.name, "end") != 0 && text_is_name(said.name)));
    buf_format(ctx, "%d %s %s\n", said.as, said.name ? said.name : "", said.data);
    said_clear(&said);
    return 0;
}

static struct buf all_lines(const char *text, size_t size, size_t step)
{
    struct lines lines = {.most = 1 << 20};
    struct buf all = {0};

    for (size_t at = 0; at < size; at += step)
        assert(lines_add(&lines, text + at, size - at < step ? size - at : step, take, &all) == 0);
    assert(lines_end(&lines, take, &all) == 0);
    lines_clear(&lines);
    return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data + 1;
    struct buf whole, pieces;

    if (size < 2)
        return 0;
    whole = all_lines(text, size - 1, size);
    pieces = all_lines(text, size - 1, (size_t)data[0] + 1);
    assert(whole.len == pieces.len && memcmp(whole.data, pieces.data, whole.len) == 0);
    buf_free(&whole);
    buf_free(&pieces);
    return 0;
}
