/* case_schema.c - see case_schema.h. */
#include "case/case_schema.h"

#include <stdlib.h>

#include "base/mem.h"
#include "case/case_fields.h"

/* --- one field --- */

/* Only a required field must have a value; without one, null and blank texts count as missing. */
static json_t *schema_type(const struct case_field *field, const char *type)
{
    return field->is_required ? json_string(type) : json_pack("[s, s]", type, "null");
}

/* Control characters are C0, DEL and C1. */
static char *schema_text_pattern(const struct case_field *field)
{
    const char *one = field->has_lines
                          ? "(?:\\r\\n|[^\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f])"
                          : "[^\\u0000-\\u001f\\u007f-\\u009f]";
    char *whole = field->pattern ? mem_copy(field->pattern) : mem_format("%s*", one), *pattern;

    pattern = field->is_required ? mem_format("^(?=[\\s\\S]*\\S)%s$", whole)
                                 : mem_format("^(?:\\s*|%s)$", whole);
    free(whole);
    return pattern;
}

static json_t *schema_text(const struct case_field *field)
{
    char *pattern = schema_text_pattern(field);
    json_t *schema = json_pack("{s:o, s:i, s:s}", "type", schema_type(field, "string"), "maxLength",
        field->most, "pattern", pattern);

    free(pattern);
    return schema;
}

static json_t *schema_choice_value(const struct case_field *field, const struct case_choice *choice)
{
    return field->is_number ? json_integer(choice->value) : json_string(choice->name);
}

static json_t *schema_choice(const struct case_field *field)
{
    json_t *names = json_array(), *schema = json_pack("{s:o}", "enum", names);

    for (const struct case_choice *choice = field->choices; choice->name; choice++) {
        json_array_append_new(names, schema_choice_value(field, choice));
        if (choice->value == (int)field->preset)
            json_object_set_new(schema, "default", schema_choice_value(field, choice));
    }
    if (!field->is_number)
        json_array_append_new(names, json_string(""));
    json_array_append_new(names, json_null());
    return schema;
}

/* 0 is taken where it is the default, also out of the limits. */
static json_t *schema_number(const struct case_field *field)
{
    json_t *limits = json_pack("{s:f, s:f}", "minimum", field->low, "maximum", field->high);

    if (field->preset == 0 && field->low > 0)
        limits = json_pack("{s:[o, {s:i}]}", "anyOf", limits, "const", 0);
    json_object_set_new(limits, "type", schema_type(field, "number"));
    return limits;
}

static json_t *schema_switch(const struct case_field *field)
{
    return json_pack("{s:o, s:b}", "type", schema_type(field, "boolean"), "default", false);
}

static json_t *schema_field(const struct case_field *field)
{
    json_t *schema;

    switch (field->kind) {
    case CASE_CHOICE:
        schema = schema_choice(field);
        break;
    case CASE_NUMBER:
        schema = schema_number(field);
        break;
    case CASE_SWITCH:
        schema = schema_switch(field);
        break;
    default:
        schema = schema_text(field);
    }
    json_object_set_new(schema, "description", json_string(field->about));
    return schema;
}

/* --- objects --- */

static json_t *schema_object(const struct case_field *fields)
{
    json_t *properties = json_object(), *required = json_array();

    for (const struct case_field *field = fields; field->name; field++) {
        json_object_set_new(properties, field->name, schema_field(field));
        if (field->is_required)
            json_array_append_new(required, json_string(field->name));
    }
    return json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties, "required",
        required, "additionalProperties", false);
}

/* As case_check_scene() says: with the one there must be the other. */
static json_t *schema_pair(const char *one, const char *other)
{
    return json_pack("{s:{s:{s:{s:s}}, s:[s]}, s:{s:{s:{s:s}}, s:[s]}}", "if", "properties", one,
        "type", "number", "required", one, "then", "properties", other, "type", "number",
        "required", other);
}

static json_t *schema_scene(void)
{
    json_t *schema = schema_object(scene_fields);

    json_object_set_new(schema, "allOf",
        json_pack("[o, o]", schema_pair("focusX", "focusY"), schema_pair("focusY", "focusX")));
    return schema;
}

static json_t *schema_case(void)
{
    json_t *schema = schema_object(case_fields);

    json_object_set_new(json_object_get(schema, "properties"), "scenes",
        json_pack("{s:[s, s], s:{s:s}, s:i, s:s}", "type", "array", "null", "items", "$ref",
            "#/$defs/scene", "maxItems", CASE_SCENES_MAX, "description",
            "A video needs at least one"));
    return schema;
}

json_t *case_schema(void)
{
    return json_pack(
        "{s:s, s:s, s:s, s:{s:{s:[s, s]}, s:{s:s, s:{s:s}, s:i}}, s:[s], s:b, s:{s:o, s:o}}",
        "$schema", "https://json-schema.org/draft/2020-12/schema", "title", "A file of cases",
        "type", "object", "properties", "$schema", "type", "string", "null", "cases", "type",
        "array", "items", "$ref", "#/$defs/case", "minItems", 1, "required", "cases",
        "additionalProperties", false, "$defs", "case", schema_case(), "scene", schema_scene());
}
