/* fuzz_import.c - libFuzzer target: an import file is refused with the place of a mistake, or its
 * cases stay the same when they are written and read again. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "case/case.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A message is one line of valid UTF-8 without control characters. */
static void check_mistake(void *ctx, const char *place, const char *text)
{
    char pointer[2 * sizeof(struct error) + 2];

    (void)ctx;
    case_place_pointer(place, pointer);
    assert(!*place || *pointer == '/');
    assert(*text);
    assert(text_is_utf8(text, strlen(text), NULL));
    assert(text_find_control(text, strlen(text), "") < 0);
}

static void check_round_trip(const struct case_record *record)
{
    json_t *json = case_to_json(record), *again;
    struct case_record *read = NULL;
    struct error err;
    int rc = case_from_json(json, "", &read, &err);

    assert(case_check(record, &err) == 0);
    assert(rc == 0);
    again = case_to_json(read);
    assert(json_equal(json, again));
    json_decref(again);
    json_decref(json);
    case_free(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *json = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES, NULL);
    struct case_mistakes mistakes = {check_mistake, NULL, 0};
    struct case_list list;

    if (!json)
        return 0;
    if (case_list_from_json(json, &list, &mistakes) == 0)
        for (int i = 0; i < list.n; i++)
            check_round_trip(list.records[i]);
    else
        assert(mistakes.n > 0);
    case_list_free(&list);
    json_decref(json);
    return 0;
}
