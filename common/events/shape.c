/* shape.c - see shape.h. */
#include "events/shape.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

/* --- writing --- */

static json_t *shape_text(const struct member *member, const char *text)
{
    const char *const *word = member->words;

    assert(text || member->may_be_null);
    while (text && word && *word && strcmp(*word, text) != 0)
        word++;
    assert(!text || !word || *word);
    return text ? json_string(text) : json_null();
}

static json_t *shape_ms(const struct member *member, int64_t ms)
{
    assert(ms >= 0 || member->may_be_null);
    return ms >= 0 ? json_integer(ms) : json_null();
}

static json_t *shape_value(const struct member *member, va_list *values)
{
    switch (member->kind) {
    case MEMBER_TEXT:
        return shape_text(member, va_arg(*values, const char *));
    case MEMBER_COUNT:
        return json_integer(va_arg(*values, int));
    case MEMBER_MS:
        return shape_ms(member, va_arg(*values, int64_t));
    case MEMBER_REAL:
        return json_real(va_arg(*values, double));
    default:
        return va_arg(*values, json_t *);
    }
}

json_t *shape_json(const struct shape *shape, ...)
{
    json_t *json = json_object();
    va_list values;

    va_start(values, shape);
    for (const struct member *member = shape->members; member->name; member++)
        if (!member->is_added)
            json_object_set_new(json, member->name, shape_value(member, &values));
    if (shape->rest) {
        const char *name = va_arg(values, const char *);

        json_object_set_new(json, name, json_string(va_arg(values, const char *)));
    }
    va_end(values);
    return json;
}

/* --- the schema --- */

static json_t *shape_schema_words(const struct member *member)
{
    json_t *words = json_array();

    for (const char *const *word = member->words; *word; word++)
        json_array_append_new(words, json_string(*word));
    return json_pack("{s:o}", "enum", words);
}

static json_t *shape_schema_kind(const struct member *member)
{
    switch (member->kind) {
    case MEMBER_TEXT:
        return member->words
                   ? shape_schema_words(member)
                   : json_pack("{s:s, s:s*}", "type", "string", "pattern", member->pattern);
    case MEMBER_COUNT:
    case MEMBER_MS:
        return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
    case MEMBER_REAL:
        return json_pack("{s:s, s:i}", "type", "number", "minimum", 0);
    case MEMBER_LIST:
        return json_pack("{s:s, s:o}", "type", "array", "items", shape_schema(member->of));
    case MEMBER_SUMS:
        return json_pack("{s:s, s:{s:s, s:s}}", "type", "object", "additionalProperties", "type",
            "string", "pattern", "^[0-9a-f]{64}$");
    case MEMBER_OBJECT:
        return json_pack("{s:s, s:b}", "type", "object", "additionalProperties", 1);
    default:
        return json_pack("{s:s, s:{s:s, s:i}}", "type", "object", "additionalProperties", "type",
            "integer", "minimum", 0);
    }
}

static json_t *shape_schema_member(const struct member *member)
{
    json_t *schema = shape_schema_kind(member), *type = json_object_get(schema, "type");

    if (member->may_be_null)
        json_object_set_new(schema, "type", json_pack("[O, s]", type, "null"));
    json_object_set_new(schema, "description", json_string(member->about));
    return schema;
}

/* The text whose name depends on the kind is the only member that may have another name. */
static void shape_schema_add_rest(const struct shape *shape, json_t *schema)
{
    size_t least = json_array_size(json_object_get(schema, "required")) + 1;
    size_t most = json_object_size(json_object_get(schema, "properties")) + 1;

    json_object_set_new(schema, "unevaluatedProperties",
        json_pack("{s:s, s:s}", "type", "string", "description", shape->rest));
    json_object_set_new(schema, "minProperties", json_integer((json_int_t)least));
    json_object_set_new(schema, "maxProperties", json_integer((json_int_t)most));
}

json_t *shape_schema(const struct shape *shape)
{
    json_t *properties = json_object(), *required = json_array();
    json_t *schema = json_pack("{s:s, s:s, s:o, s:o}", "description", shape->about, "type",
        "object", "properties", properties, "required", required);

    for (const struct member *member = shape->members; member->name; member++) {
        json_object_set_new(properties, member->name, shape_schema_member(member));
        if (!member->is_optional)
            json_array_append_new(required, json_string(member->name));
    }
    if (shape->rest)
        shape_schema_add_rest(shape, schema);
    return schema;
}
