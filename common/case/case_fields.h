/* case_fields.h - the fields of a case and of a scene as tables.  The checks, the JSON form and the
 * rows of a database are loops over them.  Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "case/case_record.h"

enum case_kind {
    CASE_TEXT,   /* char *, NULL: none */
    CASE_PATH,   /* the same: a file below the media root */
    CASE_CHOICE, /* int or an enum */
    CASE_NUMBER, /* double */
    CASE_SWITCH, /* bool */
};

struct case_choice {
    const char *name; /* NULL ends a list */
    int value;
};

struct case_field {
    const char *name; /* in JSON; NULL ends a table */
    enum case_kind kind;
    size_t offset;      /* in struct case_record or struct scene */
    const char *column; /* in a database */
    double preset;      /* the default of a number or choice */
    const char *about;  /* what it says, for the JSON Schema: words without a full stop */
    /* texts and paths */
    int most;       /* code points, or bytes of a path */
    bool has_lines; /* it may hold newline and tab */
    bool is_required;
    int (*check)(const char *text, struct error *err); /* a further check, or NULL */
    const char *pattern; /* what `check` takes, if a regular expression can say it, else NULL */
    /* choices */
    const struct case_choice *choices;
    bool is_number;         /* JSON writes it as a number */
    bool is_always_written; /* JSON has it even with its default */
    /* numbers */
    double low, high;
};

enum { CASE_FIELDS_MAX = 20 };                 /* in each table */
enum { CASE_FIELD_ID = 0, SCENE_FIELD_CAPTION = 1 }; /* where they stand in their tables */
extern const struct case_choice case_shapes[]; /* in the order of enum case_shape */
extern const struct case_field case_fields[];
extern const struct case_field scene_fields[];

/* Where `record` holds the field, which must be of that kind. */
static inline char **case_text_at(const void *record, const struct case_field *field)
{
    return (char **)((char *)record + field->offset);
}

static inline int *case_choice_at(const void *record, const struct case_field *field)
{
    return (int *)((char *)record + field->offset);
}

static inline double *case_number_at(const void *record, const struct case_field *field)
{
    return (double *)((char *)record + field->offset);
}

static inline bool *case_switch_at(const void *record, const struct case_field *field)
{
    return (bool *)((char *)record + field->offset);
}

static inline bool case_is_text(const struct case_field *field)
{
    return field->kind == CASE_TEXT || field->kind == CASE_PATH;
}

/* Has the field its default value? */
bool case_is_default(const void *record, const struct case_field *field);

/* The name of the choice that the record holds. */
const char *case_choice_name(const void *record, const struct case_field *field);

/* A copy of `len` bytes as records hold text: CR LF, which web forms write, becomes LF.  NULL if
 * there is nothing but white space.  The caller frees it. */
char *case_text_copy(const char *text, size_t len);

/* Set choices and numbers of a zeroed record or scene to their defaults. */
void case_fields_init(void *record, const struct case_field *fields);

/* Set a field that is no text: from the name of a choice ("" changes nothing), from a number (a
 * switch takes 0 and 1), or from words whose type is not known, as a database gives them: "6.5", "
 * 24 ", "yes", "HIGH" (white space changes nothing).  -ERR_INPUT quotes the value and says what
 * would be right, without the field's name. */
int case_set_choice(
    void *record, const struct case_field *field, const char *name, struct error *err);
int case_set_number(void *record, const struct case_field *field, double number, struct error *err);
int case_set_words(
    void *record, const struct case_field *field, const char *text, size_t len, struct error *err);

/* Is `number` within the field's limits?  -ERR_INPUT as above. */
int case_number_check(const struct case_field *field, double number, struct error *err);
