/* case_fields.h - the fields of a case and of a scene as tables, for those who walk through them:
 * the checks, the JSON form, the rows of a database. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "case/case_record.h"

enum case_kind {
    CASE_TEXT,   /* char *, NULL: none */
    CASE_PATH,   /* the same, beneath the media root */
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
    size_t offset;      /* in its struct */
    const char *column; /* in a database */
    double preset;      /* the value of a number or choice that is not said */
    /* texts and paths */
    int most;       /* code points, or bytes of a path */
    bool has_lines; /* newline and tab are allowed */
    bool is_needed;
    int (*check)(const char *text, struct error *err); /* what else holds, or NULL */
    /* choices */
    const struct case_choice *choices;
    bool is_number;         /* written as one */
    bool is_always_written; /* in the written form even when it is the default */
    /* numbers */
    double low, high;
};

enum { CASE_FIELDS_MAX = 20 };                 /* in either table */
extern const struct case_choice case_shapes[]; /* in the order of enum case_shape */
extern const struct case_field case_fields[];
extern const struct case_field scene_fields[];

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

/* Is it what a record has that says nothing? */
bool case_is_default(const void *record, const struct case_field *field);
/* Of the choice that the record has made. */
const char *case_choice_name(const void *record, const struct case_field *field);

/* A copy as our records hold text: CR LF, which web forms write, becomes LF; a text of nothing but
 * white space is none (NULL). */
char *case_text_copy(const char *text, size_t len);

/* A new record or scene: everything as usual. */
void case_fields_init(void *record, const struct case_field *fields);
/* What was read of a choice (an empty name is none), of a number (a switch takes 0 and 1), or in
 * words, where the kind of what is written says nothing: "6.5", " 24 ", "yes", "HIGH"; a blank is
 * none.  Not for texts.  The message says what would be right; put the field's name in front. */
int case_set_choice(
    void *record, const struct case_field *field, const char *name, struct error *err);
int case_set_number(void *record, const struct case_field *field, double number, struct error *err);
int case_set_words(
    void *record, const struct case_field *field, const char *text, size_t len, struct error *err);

/* Is `number` within the field's limits?  -ERR_INPUT as above. */
int case_number_check(const struct case_field *field, double number, struct error *err);
