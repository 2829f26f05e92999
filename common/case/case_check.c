/* case_check.c - see case_check.h. */
#include "case/case_check.h"

#include <string.h>

#include "base/text.h"

static unsigned check_control_code(const char *s)
{
    bool is_c1 = (unsigned char)*s == 0xC2; /* two bytes, C2 80 … C2 9F */

    return (unsigned char)s[is_c1];
}

static void check_text_field(const char *text, const char *where, const struct case_field *field,
    struct case_mistakes *mistakes)
{
    size_t len = strlen(text), n, bad;
    bool is_path = field->kind == CASE_PATH;
    struct error err;
    long control;

    if (!text_is_utf8(text, len, &bad)) {
        case_mistake(mistakes, where, field->name, "byte %zu is not valid UTF-8", bad + 1);
        return;
    }
    if (field->check && field->check(text, &err) < 0) {
        case_mistake(mistakes, where, field->name, "%s", err.text);
        return;
    }
    n = is_path ? len : text_chars(text);
    if (n > (size_t)field->most)
        case_mistake(mistakes, where, field->name, "is %zu %s long, at most %d are allowed", n,
            is_path ? "bytes" : "characters", field->most);
    control = text_find_control(text, len, field->has_lines ? "\n\t" : "");
    if (control >= 0)
        case_mistake(mistakes, where, field->name,
            "holds the control character U+%04X at byte %ld; %s",
            check_control_code(text + control), control + 1,
            field->has_lines ? "only newline and tab are allowed" : "none is allowed here");
}

static void check_number_field(const void *record, const char *where,
    const struct case_field *field, struct case_mistakes *mistakes)
{
    double number = *case_number_at(record, field);
    struct error err;

    if (number != field->preset && case_number_check(field, number, &err) < 0)
        case_mistake(mistakes, where, field->name, "%s", err.text);
}

void case_check_field(const void *record, const struct case_field *field, const char *where,
    struct case_mistakes *mistakes)
{
    const char *text = case_is_text(field) ? *case_text_at(record, field) : NULL;

    if (text && *text)
        check_text_field(text, where, field, mistakes);
    else if (field->is_required)
        case_mistake(mistakes, where, field->name, "is missing");
    else if (field->kind == CASE_NUMBER)
        check_number_field(record, where, field, mistakes);
}

void case_check_scene(const struct scene *scene, const char *where, struct case_mistakes *mistakes)
{
    bool has_x = scene->focus_x >= 0, has_y = scene->focus_y >= 0;

    if (has_x != has_y)
        case_mistake(mistakes, where, has_x ? "focusY" : "focusX",
            "is missing: %s is set, and a point needs both", has_x ? "focusX" : "focusY");
}

void case_check_length(
    const struct case_record *record, const char *where, struct case_mistakes *mistakes)
{
    double sum = 0;

    for (int i = 0; i < record->n_scenes; i++)
        sum += record->scenes[i].seconds;
    if (sum > CASE_SECONDS_MAX)
        case_mistake(mistakes, where, "scenes",
            "last %.15g seconds together, at most %d are allowed", sum, CASE_SECONDS_MAX);
}
