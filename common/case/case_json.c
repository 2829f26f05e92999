/* case_json.c - the JSON of a case, read field by field so that each mistake has a place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/mem.h"
#include "base/text.h"
#include "case/case.h"
#include "case/case_check.h"
#include "case/case_fields.h"
#include "case/case_words.h"

enum {
    PLACE_MAX = 160,
    NAME_MAX_SHOWN = 60,
};

/* --- writing --- */

static json_t *case_json_value_of(const void *record, const struct case_field *field)
{
    switch (field->kind) {
    case CASE_CHOICE:
        return field->is_number ? json_integer(*case_choice_at(record, field))
                                : json_string(case_choice_name(record, field));
    case CASE_NUMBER:
        return json_real(*case_number_at(record, field));
    case CASE_SWITCH:
        return json_boolean(*case_switch_at(record, field));
    default:
        return json_string(*case_text_at(record, field));
    }
}

static void case_json_put_fields(json_t *json, const void *record, const struct case_field *fields)
{
    for (const struct case_field *field = fields; field->name; field++)
        if (field->is_always_written || !case_is_default(record, field))
            json_object_set_new(json, field->name, case_json_value_of(record, field));
}

json_t *case_to_json(const struct case_record *record)
{
    json_t *json = json_object(), *scenes = json_array();

    case_json_put_fields(json, record, case_fields);
    for (int i = 0; i < record->n_scenes; i++) {
        json_t *scene = json_object();

        case_json_put_fields(scene, &record->scenes[i], scene_fields);
        json_array_append_new(scenes, scene);
    }
    json_object_set_new(json, "scenes", scenes);
    return json;
}

/* --- unknown fields --- */

static void case_json_report_unknown(
    const char *key, const char *const *known, const char *where, struct case_mistakes *mistakes)
{
    const char *best = text_nearest(key, known);

    case_mistake(mistakes, where, "", "unknown field \"%.*s\"%s%s%s", NAME_MAX_SHOWN, key,
        best ? " (did you mean " : "", best ? best : "", best ? "?)" : "");
}

/* --- reading --- */

static const char *case_json_kind_name(const json_t *json)
{
    static const char *const kinds[] = {[JSON_OBJECT] = "an object",
        [JSON_ARRAY] = "a list",
        [JSON_STRING] = "text",
        [JSON_INTEGER] = "a number",
        [JSON_REAL] = "a number",
        [JSON_TRUE] = "true",
        [JSON_FALSE] = "false",
        [JSON_NULL] = "null"};

    return kinds[json_typeof(json)];
}

enum { MORE_FIELDS = 2 };

/* Is `json` an object?  Reports each field that is neither in `fields` (NULL: none) nor in `more`,
 * which a NULL may end early. */
static bool case_json_check_object(json_t *json, const struct case_field *fields,
    const char *const more[static MORE_FIELDS], const char *where, struct case_mistakes *mistakes)
{
    const char *known[CASE_FIELDS_MAX + MORE_FIELDS + 1] = {NULL}, *key;
    int n = 0;
    json_t *value;

    if (!json_is_object(json)) {
        case_mistake(mistakes, where, "", "must be an object, is %s", case_json_kind_name(json));
        return false;
    }
    for (int i = 0; i < MORE_FIELDS && more[i]; i++)
        known[n++] = more[i];
    for (; fields && fields->name; fields++)
        known[n++] = fields->name;
    json_object_foreach(json, key, value)
    {
        int i = 0;

        while (known[i] && strcmp(known[i], key) != 0)
            i++;
        if (!known[i])
            case_json_report_unknown(key, known, where, mistakes);
    }
    return true;
}

/* The field's value; NULL if it is missing or null, or, with `*wrong`, of another kind, which is
 * reported. */
static json_t *case_json_get(json_t *json, const char *name, const char *kind, bool *wrong,
    const char *where, struct case_mistakes *mistakes)
{
    json_t *value = json_object_get(json, name);

    if (!value || json_is_null(value))
        return NULL;
    if (strcmp(case_json_kind_name(value), kind) == 0)
        return value;
    case_mistake(mistakes, where, name, "must be %s, is %s", kind, case_json_kind_name(value));
    *wrong = true;
    return NULL;
}

/* The kind of JSON that a field takes. */
static const char *case_json_kind_for(const struct case_field *field)
{
    return field->kind == CASE_NUMBER || field->is_number ? "a number" : "text";
}

static void case_json_read_switch(json_t *json, void *record, const struct case_field *field,
    const char *where, struct case_mistakes *mistakes)
{
    json_t *value = json_object_get(json, field->name);

    if (value && !json_is_null(value) && !json_is_boolean(value))
        case_mistake(mistakes, where, field->name, "must be true or false, is %s",
            case_json_kind_name(value));
    *case_switch_at(record, field) = json_is_true(value);
}

static void case_json_read_field(json_t *json, void *record, const struct case_field *field,
    const char *where, struct case_mistakes *mistakes)
{
    bool wrong = false;
    json_t *value =
        case_json_get(json, field->name, case_json_kind_for(field), &wrong, where, mistakes);
    struct error err;
    int rc = 0;

    if (wrong)
        return;
    if (value && case_is_text(field))
        *case_text_at(record, field) =
            case_text_copy(json_string_value(value), json_string_length(value));
    else if (json_is_number(value))
        rc = case_set_number(record, field, json_number_value(value), &err);
    else if (value)
        rc = case_set_choice(record, field, json_string_value(value), &err);
    if (rc < 0)
        case_mistake(mistakes, where, field->name, "%s", err.text);
    else
        case_check_field(record, field, where, mistakes);
}

static void case_json_read_fields(json_t *json, void *record, const struct case_field *fields,
    const char *where, struct case_mistakes *mistakes)
{
    for (const struct case_field *field = fields; field->name; field++)
        if (field->kind == CASE_SWITCH)
            case_json_read_switch(json, record, field, where, mistakes);
        else
            case_json_read_field(json, record, field, where, mistakes);
}

static void case_json_read_scene(
    json_t *json, struct scene *scene, const char *where, struct case_mistakes *mistakes)
{
    static const char *const none[MORE_FIELDS];

    case_fields_init(scene, scene_fields);
    if (!case_json_check_object(json, scene_fields, none, where, mistakes))
        return;
    case_json_read_fields(json, scene, scene_fields, where, mistakes);
    case_check_scene(scene, where, mistakes);
}

static void case_json_read_scenes(
    json_t *json, struct case_record *record, const char *where, struct case_mistakes *mistakes)
{
    bool wrong = false;
    json_t *scenes = case_json_get(json, "scenes", "a list", &wrong, where, mistakes);
    size_t n = json_array_size(scenes);

    if (n > CASE_SCENES_MAX) {
        case_mistake(
            mistakes, where, "scenes", "are %zu, at most %d are allowed", n, CASE_SCENES_MAX);
        return;
    }
    record->n_scenes = (int)n;
    record->scenes = mem_new_n(n, struct scene);
    for (size_t i = 0; i < n; i++) {
        char place[PLACE_MAX];

        snprintf(place, sizeof place, "%s%sscenes[%zu]", where, *where ? "." : "", i);
        case_json_read_scene(json_array_get(scenes, i), &record->scenes[i], place, mistakes);
    }
}

/* Never NULL.  What could not be read is missing, and was reported. */
static struct case_record *case_json_read(
    json_t *json, const char *where, struct case_mistakes *mistakes)
{
    static const char *const more[MORE_FIELDS] = {"scenes"};
    struct case_record *record = mem_new(struct case_record);

    case_fields_init(record, case_fields);
    if (!case_json_check_object(json, case_fields, more, where, mistakes))
        return record;
    case_json_read_fields(json, record, case_fields, where, mistakes);
    case_json_read_scenes(json, record, where, mistakes);
    case_derive(record);
    case_check_words(record, where, mistakes);
    case_check_length(record, where, mistakes);
    return record;
}

int case_from_json(
    json_t *json, const char *where, struct case_record **ret_record, struct error *err)
{
    struct error first = {0};
    struct case_mistakes mistakes = {case_mistakes_first, &first, 0};
    struct case_record *record = case_json_read(json, where, &mistakes);

    if (mistakes.n) {
        case_free(record);
        return error_set(err, ERR_INPUT, "%s", first.text);
    }
    *ret_record = record;
    return 0;
}

struct case_record *case_from_json_all(json_t *json, struct case_mistakes *mistakes)
{
    return case_json_read(json, "", mistakes);
}

void case_tag(const struct case_record *record, char ret_tag[static CASE_TAG_LEN + 1])
{
    json_t *json = case_to_json(record);
    char *text = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(17));
    char hex[DIGEST_HEX_LEN + 1];
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, text);
    digest_hex(&digest, hex);
    memcpy(ret_tag, hex, CASE_TAG_LEN);
    ret_tag[CASE_TAG_LEN] = '\0';
    free(text);
    json_decref(json);
}

/* --- files of cases --- */

static void case_json_report_duplicates(
    const struct case_list *list, struct case_mistakes *mistakes)
{
    json_t *seen = json_object();

    for (int i = 0; i < list->n; i++) {
        const char *id = list->records[i]->id;
        json_t *first = id ? json_object_get(seen, id) : NULL;
        char place[PLACE_MAX];

        snprintf(place, sizeof place, "cases[%d]", i);
        if (first)
            case_mistake(mistakes, place, "id", "\"%.*s\" is also the id of cases[%d]",
                NAME_MAX_SHOWN, id, (int)json_integer_value(first));
        else if (id)
            json_object_set_new(seen, id, json_integer(i));
    }
    json_decref(seen);
}

int case_list_from_json(json_t *json, struct case_list *ret_list, struct case_mistakes *mistakes)
{
    /* An editor finds the fields by $schema. */
    static const char *const known[MORE_FIELDS] = {"cases", "$schema"};
    struct case_list list = {0};
    bool wrong = false;
    json_t *cases = NULL;

    if (case_json_check_object(json, NULL, known, "", mistakes)) {
        case_json_get(json, "$schema", "text", &wrong, "", mistakes);
        wrong = false;
        cases = case_json_get(json, "cases", "a list", &wrong, "", mistakes);
    }
    if (json_is_object(json) && !wrong && json_array_size(cases) == 0)
        case_mistake(mistakes, "", "cases", "must be a list of at least one case");
    list.n = (int)json_array_size(cases);
    list.records = mem_new_n((size_t)list.n, struct case_record *);
    for (int i = 0; i < list.n; i++) {
        char place[PLACE_MAX];

        snprintf(place, sizeof place, "cases[%d]", i);
        list.records[i] = case_json_read(json_array_get(cases, (size_t)i), place, mistakes);
    }
    case_json_report_duplicates(&list, mistakes);
    *ret_list = list;
    return mistakes->n ? -ERR_INPUT : 0;
}
