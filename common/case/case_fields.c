/* case_fields.c - see case_fields.h. */
#include "case/case_fields.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "case/voice.h"

enum { NAME_MAX_SHOWN = 60 };

/* --- the tables --- */

const struct case_choice case_shapes[] = {{"16:9", CASE_LANDSCAPE}, {"9:16", CASE_PORTRAIT},
    {"1:1", CASE_SQUARE}, {"4:5", CASE_UPRIGHT}, {NULL, 0}};
static const struct case_choice sizes[] = {
    {"720p", 720}, {"1080p", 1080}, {"1440p", 1440}, {"2160p", 2160}, {NULL, 0}};
static const struct case_choice rates[] = {
    {"24", 24}, {"25", 25}, {"30", 30}, {"48", 48}, {"50", 50}, {"60", 60}, {NULL, 0}};
static const struct case_choice qualities[] = {
    {"draft", CASE_DRAFT}, {"standard", CASE_STANDARD}, {"high", CASE_HIGH}, {NULL, 0}};
static const struct case_choice positions[] = {
    {"bottom", CASE_BOTTOM}, {"middle", CASE_MIDDLE}, {"top", CASE_TOP}, {NULL, 0}};
static const struct case_choice motions[] = {{"in", CASE_MOTION_IN}, {"out", CASE_MOTION_OUT},
    {"left", CASE_MOTION_LEFT}, {"right", CASE_MOTION_RIGHT}, {"up", CASE_MOTION_UP},
    {"down", CASE_MOTION_DOWN}, {"still", CASE_MOTION_STILL}, {NULL, 0}};
static const struct case_choice fits[] = {
    {"crop", CASE_FIT_CROP}, {"blur", CASE_FIT_BLUR}, {NULL, 0}};
static const struct case_choice transitions[] = {{"fade", CASE_TRANSITION_FADE},
    {"cut", CASE_TRANSITION_CUT}, {"black", CASE_TRANSITION_BLACK},
    {"slide", CASE_TRANSITION_SLIDE}, {"wipe", CASE_TRANSITION_WIPE}, {NULL, 0}};
_Static_assert(sizeof transitions / sizeof *transitions == N_CASE_TRANSITIONS + 1,
    "each transition has a name");

static int field_check_language(const char *language, struct error *err)
{
    char voice[VOICE_MAX];

    return voice_of(language, voice, err);
}

static bool field_is_color(const char *text, size_t n_digits)
{
    return text[0] == '#' && strlen(text) == 1 + n_digits &&
           strspn(text + 1, "0123456789abcdefABCDEF") == n_digits;
}

static int field_check_color(const char *text, struct error *err)
{
    if (field_is_color(text, 6))
        return 0;
    return error_set(err, ERR_INPUT,
        "\"%.*s\" must be a colour, # and six digits 0-9 a-f: \"#ffffff\" is white", NAME_MAX_SHOWN,
        text);
}

static int field_check_box(const char *text, struct error *err)
{
    if (field_is_color(text, 8))
        return 0;
    return error_set(err, ERR_INPUT,
        "\"%.*s\" must be a colour and its opacity, # and eight digits 0-9 a-f: \"#00000080\" is "
        "black, half transparent",
        NAME_MAX_SHOWN, text);
}

#define OF_CASE(member) offsetof(struct case_record, member)
#define OF_SCENE(member) offsetof(struct scene, member)

const struct case_field case_fields[] = {
    [CASE_FIELD_ID] = {"id", CASE_TEXT, OF_CASE(id), "id", .most = CASE_ID_MAX, .is_required = true,
        .check = case_id_check, .pattern = "[A-Za-z0-9_-]{1,64}",
        .about = "Names the case; an import replaces the case of the same id"},
    {"title", CASE_TEXT, OF_CASE(title), "title", .most = CASE_TITLE_MAX,
        .about = "Default: the id"},
    {"language", CASE_TEXT, OF_CASE(language), "language", .most = CASE_LANGUAGE_MAX,
        .check = field_check_language,
        .about = "Which voice speaks: a tag such as en, pt-BR or zh-Hant, or the name of a locale, "
                 "and perhaps a variant of espeak-ng after a plus (en+f3). Default: what the "
                 "script of the text implies"},
    {"shape", CASE_CHOICE, OF_CASE(shape), "shape", .choices = case_shapes,
        .is_always_written = true, .about = "Width to height"},
    {"size", CASE_CHOICE, OF_CASE(lines), "size", 1080, .choices = sizes, .is_always_written = true,
        .about = "The shorter side of the frame"},
    {"fps", CASE_CHOICE, OF_CASE(fps), "fps", 30, .choices = rates, .is_number = true,
        .is_always_written = true, .about = "Frames a second"},
    {"quality", CASE_CHOICE, OF_CASE(quality), "quality", .choices = qualities,
        .is_always_written = true, .about = "How much time the encoder takes"},
    {"music", CASE_PATH, OF_CASE(music), "music", .most = CASE_PATH_MAX,
        .about = "A sound file below the media root, repeated or cut to the length of the video"},
    {"titleCard", CASE_SWITCH, OF_CASE(title_card), .column = "title_card",
        .about = "The title stands over the first picture for three seconds"},
    {"fades", CASE_SWITCH, OF_CASE(fades), .column = "fades",
        .about = "The video fades in from black and out to black"},
    {"credits", CASE_SWITCH, OF_CASE(credits), .column = "credits",
        .about = "The end of the video shows every credit once"},
    {"captionFont", CASE_TEXT, OF_CASE(caption_font), "caption_font", .most = CASE_FONT_MAX,
        .about = "A font family of the machine"},
    {"captionColor", CASE_TEXT, OF_CASE(caption_color), "caption_color", .most = 7,
        .check = field_check_color, .pattern = "#[0-9A-Fa-f]{6}", .about = "#rrggbb"},
    {"captionBox", CASE_TEXT, OF_CASE(caption_box), "caption_box", .most = 9,
        .check = field_check_box, .pattern = "#[0-9A-Fa-f]{8}",
        .about = "#rrggbbaa, the colour and opacity of the box behind a caption"},
    {"captionSize", CASE_NUMBER, OF_CASE(caption_size), "caption_size", .low = 1,
        .high = CASE_CAPTION_SIZE_MAX,
        .about = "Percent of the frame's shorter side; 0: the default"},
    {"captionPosition", CASE_CHOICE, OF_CASE(caption_position), "caption_position",
        .choices = positions, .about = "Where captions stand"},
    {.name = NULL},
};

const struct case_field scene_fields[] = {
    {"image", CASE_PATH, OF_SCENE(image), "image", .most = CASE_PATH_MAX, .is_required = true,
        .about = "A picture file below the media root: JPEG, PNG, WebP, GIF, HEIC or AVIF"},
    [SCENE_FIELD_CAPTION] = {"caption", CASE_TEXT, OF_SCENE(caption), "caption",
        .most = CASE_CAPTION_MAX, .has_lines = true, .about = "Is shown"},
    {"narration", CASE_TEXT, OF_SCENE(narration), "narration", .most = CASE_NARRATION_MAX,
        .has_lines = true, .about = "Is spoken"},
    {"audio", CASE_PATH, OF_SCENE(audio), "audio", .most = CASE_PATH_MAX,
        .about = "A sound file below the media root, in place of a spoken text"},
    {"credit", CASE_TEXT, OF_SCENE(credit), "credit", .most = CASE_CREDIT_MAX,
        .about = "Who made the picture"},
    {"seconds", CASE_NUMBER, OF_SCENE(seconds), "seconds", .low = 0, .high = CASE_SCENE_SECONDS_MAX,
        .about = "Shortest time on the screen. Default: as long as the sound, or 4 s without one"},
    {"title", CASE_TEXT, OF_SCENE(title), "title", .most = CASE_TITLE_MAX,
        .about = "Name of the scene's chapter"},
    {"motion", CASE_CHOICE, OF_SCENE(motion), "motion", .choices = motions,
        .about = "Of the camera. Default: neighbouring scenes move differently"},
    {"focusX", CASE_NUMBER, OF_SCENE(focus_x), "focus_x", -1, .low = 0, .high = 1,
        .about = "The point of the picture that matters, from the left; focusY is needed with it"},
    {"focusY", CASE_NUMBER, OF_SCENE(focus_y), "focus_y", -1, .low = 0, .high = 1,
        .about = "The point of the picture that matters, from the top; focusX is needed with it"},
    {"fit", CASE_CHOICE, OF_SCENE(fit), "fit", .choices = fits,
        .about =
            "crop fills the frame; blur shows the whole picture over a blurred copy of itself"},
    {"transition", CASE_CHOICE, OF_SCENE(transition), "transition", .choices = transitions,
        .about = "How the scene follows the one before"},
    {.name = NULL},
};

/* --- values --- */

bool case_is_default(const void *record, const struct case_field *field)
{
    if (case_is_text(field))
        return !*case_text_at(record, field);
    if (field->kind == CASE_SWITCH)
        return !*case_switch_at(record, field);
    return field->kind == CASE_CHOICE ? *case_choice_at(record, field) == (int)field->preset
                                      : *case_number_at(record, field) == field->preset;
}

const char *case_choice_name(const void *record, const struct case_field *field)
{
    const struct case_choice *choice = field->choices;

    while (choice->name && choice->value != *case_choice_at(record, field))
        choice++;
    return choice->name;
}

char *case_text_copy(const char *text, size_t len)
{
    char *copy, *out;
    size_t n_dark = len;

    text_trim(text, &n_dark);
    if (n_dark == 0)
        return NULL;
    copy = out = mem_copy_n(text, len);
    for (size_t i = 0; i < len; i++)
        if (text[i] != '\r' || i + 1 == len || text[i + 1] != '\n')
            *out++ = text[i];
    *out = '\0';
    return copy;
}

void case_fields_init(void *record, const struct case_field *fields)
{
    for (const struct case_field *field = fields; field->name; field++)
        if (field->kind == CASE_CHOICE)
            *case_choice_at(record, field) = (int)field->preset;
        else if (field->kind == CASE_NUMBER)
            *case_number_at(record, field) = field->preset;
}

/* "must be A, B or C". */
static int field_refuse_choice(const struct case_field *field, const char *name, struct error *err)
{
    const char *quote = field->is_number ? "" : "\"";
    struct buf list = {0};
    int rc;

    for (const struct case_choice *choice = field->choices; choice->name; choice++)
        buf_format(&list, "%s%s%s%s",
            choice == field->choices ? ""
            : choice[1].name         ? ", "
                                     : " or ",
            quote, choice->name, quote);
    rc = error_set(
        err, ERR_INPUT, "%s%.*s%s must be %s", quote, NAME_MAX_SHOWN, name, quote, list.data);
    buf_free(&list);
    return rc;
}

int case_set_choice(
    void *record, const struct case_field *field, const char *name, struct error *err)
{
    if (!*name)
        return 0;
    for (const struct case_choice *choice = field->choices; choice->name; choice++)
        if (strcmp(choice->name, name) == 0) {
            *case_choice_at(record, field) = choice->value;
            return 0;
        }
    return field_refuse_choice(field, name, err);
}

int case_number_check(const struct case_field *field, double number, struct error *err)
{
    if (number >= field->low && number <= field->high)
        return 0;
    return error_set(err, ERR_INPUT, "is %g, must be %g to %g", number, field->low, field->high);
}

static int field_refuse_switch(const char *word, struct error *err)
{
    return error_set(
        err, ERR_INPUT, "\"%s\" must be true or false (or 1, yes, on; 0, no, off)", word);
}

/* A choice that is a number with a unit ("1080p") may be given as the number. */
static int field_set_choice_number(
    void *record, const struct case_field *field, double number, struct error *err)
{
    char name[32];

    for (const struct case_choice *choice = field->choices; choice->name; choice++)
        if (isdigit((unsigned char)*choice->name) && atoi(choice->name) == choice->value &&
            choice->value == number) {
            *case_choice_at(record, field) = choice->value;
            return 0;
        }
    snprintf(name, sizeof name, "%.15g", number);
    return field_refuse_choice(field, name, err);
}

int case_set_number(void *record, const struct case_field *field, double number, struct error *err)
{
    char word[32];

    if (field->kind == CASE_CHOICE)
        return field_set_choice_number(record, field, number, err);
    if (field->kind == CASE_SWITCH && number != 0 && number != 1) {
        snprintf(word, sizeof word, "%.15g", number);
        return field_refuse_switch(word, err);
    }
    if (field->kind == CASE_SWITCH) {
        *case_switch_at(record, field) = number == 1;
        return 0;
    }
    if (!(number == 0 && field->preset == 0) && case_number_check(field, number, err) < 0)
        return -ERR_INPUT;
    *case_number_at(record, field) = number;
    return 0;
}

/* --- words --- */

static int field_set_switch(
    void *record, const struct case_field *field, const char *word, struct error *err)
{
    static const char *const words[][2] = {
        {"no", "yes"}, {"false", "true"}, {"off", "on"}, {"n", "y"}, {"f", "t"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int k = 0; k < 2; k++)
            if (strcasecmp(word, words[i][k]) == 0) {
                *case_switch_at(record, field) = k;
                return 0;
            }
    return field_refuse_switch(word, err);
}

static int field_set_choice(
    void *record, const struct case_field *field, const char *word, struct error *err)
{
    for (const struct case_choice *choice = field->choices; choice->name; choice++)
        if (strcasecmp(choice->name, word) == 0) {
            *case_choice_at(record, field) = choice->value;
            return 0;
        }
    return field_refuse_choice(field, word, err);
}

/* A word that was cut is no choice and no number; the message quotes its start. */
static int field_set_word(
    void *record, const struct case_field *field, const char *word, bool is_cut, struct error *err)
{
    double number;

    if (!is_cut && text_real(word, &number))
        return case_set_number(record, field, number, err);
    if (field->kind == CASE_SWITCH)
        return field_set_switch(record, field, word, err);
    if (field->kind == CASE_CHOICE)
        return field_set_choice(record, field, word, err);
    return error_set(
        err, ERR_INPUT, "\"%s\" must be a number, %g to %g", word, field->low, field->high);
}

int case_set_words(
    void *record, const struct case_field *field, const char *text, size_t len, struct error *err)
{
    char word[NAME_MAX_SHOWN + 1];

    text = text_trim(text, &len);
    if (len == 0)
        return 0;
    snprintf(word, sizeof word, "%.*s", (int)len, text);
    text_one_line(word);
    return field_set_word(record, field, word, len > NAME_MAX_SHOWN, err);
}
