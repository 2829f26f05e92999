/* case.c - the record, and the limits that hold wherever a case comes from. */
#include "case/case.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "case/case_fields.h"

static int check_language(const char *language, struct error *err);

const struct case_field case_fields[] = {
    {"id", offsetof(struct case_record, id), CASE_ID_MAX, .is_needed = true,
        .check = case_id_check},
    {"title", offsetof(struct case_record, title), .most = CASE_TITLE_MAX},
    {"language", offsetof(struct case_record, language), CASE_LANGUAGE_MAX,
        .check = check_language},
    {.name = NULL},
};

const struct case_field scene_fields[] = {
    {"image", offsetof(struct scene, image), CASE_PATH_MAX, .is_path = true, .is_needed = true},
    {"caption", offsetof(struct scene, caption), CASE_CAPTION_MAX, .has_lines = true},
    {"narration", offsetof(struct scene, narration), CASE_NARRATION_MAX, .has_lines = true},
    {"audio", offsetof(struct scene, audio), CASE_PATH_MAX, .is_path = true},
    {"credit", offsetof(struct scene, credit), .most = CASE_CREDIT_MAX},
    {.name = NULL},
};

static const char *const shapes[] = {[CASE_LANDSCAPE] = "16:9", [CASE_PORTRAIT] = "9:16"};

void case_free(struct case_record *record)
{
    if (!record)
        return;
    for (int i = 0; i < record->n_scenes; i++)
        for (const struct case_field *field = scene_fields; field->name; field++)
            free(*case_field_at(&record->scenes[i], field));
    for (const struct case_field *field = case_fields; field->name; field++)
        free(*case_field_at(record, field));
    free(record->scenes);
    free(record);
}

void case_list_free(struct case_list *list)
{
    for (int i = 0; i < list->n; i++)
        case_free(list->records[i]);
    free(list->records);
    *list = (struct case_list){0};
}

char *case_text_copy(const char *text, size_t len)
{
    char *copy, *out;

    if (len == 0)
        return NULL;
    copy = out = mem_copy_n(text, len);
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
            *out++ = text[i];
    *out = '\0';
    return copy;
}

const char *case_shape_name(enum case_shape shape)
{
    return shapes[shape];
}

bool case_shape_parse(const char *name, enum case_shape *ret_shape)
{
    for (int i = 0; i < (int)(sizeof shapes / sizeof *shapes); i++)
        if (strcmp(shapes[i], name) == 0) {
            *ret_shape = (enum case_shape)i;
            return true;
        }
    return false;
}

int case_id_check(const char *id, struct error *err)
{
    if (text_is_name(id) && strlen(id) <= CASE_ID_MAX)
        return 0;
    return error_set(err, ERR_INPUT,
        "\"%.64s%s\" must be 1 to %d of the characters A-Z a-z 0-9 _ -", id,
        strlen(id) > 64 ? "…" : "", CASE_ID_MAX);
}

void case_mistake(
    struct case_mistakes *mistakes, const char *where, const char *field, const char *fmt, ...)
{
    char reason[400];
    struct error err;
    va_list args;

    va_start(args, fmt);
    vsnprintf(reason, sizeof reason, fmt, args);
    va_end(args);
    text_one_line(reason);
    error_set(&err, ERR_INPUT, "%s%s%s%s%s", where, *where && *field ? "." : "", field,
        *where || *field ? ": " : "", reason);
    mistakes->n++;
    mistakes->tell(mistakes->ctx, err.text);
}

/* --- checks --- */

static unsigned control_code(const char *s)
{
    return (
        unsigned char)s[(unsigned char)*s == 0xC2]; /* C1 controls are two bytes, C2 80 … C2 9F */
}

static void check_text(const char *text, const char *where, const struct case_field *field,
    struct case_mistakes *mistakes)
{
    size_t len = strlen(text), n, bad;
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
    n = field->is_path ? len : text_chars(text);
    if (n > (size_t)field->most)
        case_mistake(mistakes, where, field->name, "is %zu %s long, at most %d are allowed", n,
            field->is_path ? "bytes" : "characters", field->most);
    control = text_find_control(text, len, field->has_lines ? "\n\t" : "");
    if (control >= 0)
        case_mistake(mistakes, where, field->name,
            "holds the control character U+%04X at byte %ld; %s", control_code(text + control),
            control + 1,
            field->has_lines ? "only newline and tab are allowed" : "none is allowed here");
}

static int check_language(const char *language, struct error *err)
{
    for (const char *c = language; *c; c++)
        if (!text_is_name((char[]){*c, '\0'}) && *c != '+')
            return error_set(err, ERR_INPUT,
                "\"%s\" is no voice of espeak-ng; \"en\", \"en-gb\" or \"ar\" would be", language);
    return 0;
}

void case_check_fields(const void *record, const struct case_field *fields, unsigned skip,
    const char *where, struct case_mistakes *mistakes)
{
    for (int i = 0; fields[i].name; i++) {
        const char *text = *case_field_at(record, &fields[i]);

        if (skip & 1u << i)
            continue;
        if (text && *text)
            check_text(text, where, &fields[i], mistakes);
        else if (fields[i].is_needed)
            case_mistake(mistakes, where, fields[i].name, "is missing");
    }
}

void case_check_seconds(
    const struct scene *scene, const char *where, struct case_mistakes *mistakes)
{
    if (!(scene->seconds >= 0 && scene->seconds <= CASE_SCENE_SECONDS_MAX))
        case_mistake(mistakes, where, "seconds", "is %g, must be 0 to %d", scene->seconds,
            CASE_SCENE_SECONDS_MAX);
}

void case_set_defaults(struct case_record *record)
{
    if (!record->title)
        record->title = mem_copy(record->id);
    if (!record->language)
        record->language = mem_copy("en");
}

void case_keep_first(void *ctx, const char *text)
{
    struct error *err = ctx;

    if (!err->text[0])
        error_set(err, ERR_INPUT, "%s", text);
}

int case_check(const struct case_record *record, struct error *err)
{
    struct error first = {0};
    struct case_mistakes mistakes = {case_keep_first, &first, 0};

    case_check_fields(record, case_fields, 0, "", &mistakes);
    if (record->n_scenes > CASE_SCENES_MAX)
        case_mistake(
            &mistakes, "", "scenes", "are more than the %d a case may have", CASE_SCENES_MAX);
    for (int i = 0; i < record->n_scenes && !mistakes.n; i++) {
        char place[32];

        snprintf(place, sizeof place, "scenes[%d]", i);
        case_check_fields(&record->scenes[i], scene_fields, 0, place, &mistakes);
        case_check_seconds(&record->scenes[i], place, &mistakes);
    }
    return mistakes.n ? error_set(err, ERR_INPUT, "%s", first.text) : 0;
}
