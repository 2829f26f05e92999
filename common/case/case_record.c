/* case_record.c - see case_record.h. */
#include "case/case_record.h"

#include <string.h>

#include "base/text.h"

void case_frame_size(const struct case_record *record, int *ret_width, int *ret_height)
{
    static const struct {
        int width, height;
    } shares[] = {[CASE_LANDSCAPE] = {16, 9},
        [CASE_PORTRAIT] = {9, 16},
        [CASE_SQUARE] = {1, 1},
        [CASE_UPRIGHT] = {4, 5}};
    int width = shares[record->shape].width, height = shares[record->shape].height;
    int shorter = width < height ? width : height;

    *ret_width = record->lines * width / shorter & ~1;
    *ret_height = record->lines * height / shorter & ~1;
}

int case_id_check(const char *id, struct error *err)
{
    if (text_is_name(id) && strlen(id) <= CASE_ID_MAX)
        return 0;
    return error_set(err, ERR_INPUT,
        "\"%.64s%s\" must be 1 to %d of the characters A-Z a-z 0-9 _ -", id,
        strlen(id) > 64 ? "…" : "", CASE_ID_MAX);
}
