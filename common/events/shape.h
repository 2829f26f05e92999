/* shape.h - the members of a JSON object as a table: such objects are written by it, and their JSON
 * Schema is made from it.  Any thread.
 *
 * Room: what the data of events holds, as tables.
 * May use: nothing.
 * Used by: cli, fcgi/kind, hub/kind. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

enum member_kind { /* in C */
    MEMBER_TEXT,   /* const char *; NULL is null */
    MEMBER_COUNT,  /* int, not negative */
    MEMBER_MS,     /* int64_t; a negative one is null */
    MEMBER_REAL,   /* double, not negative */
    MEMBER_LIST,   /* json_t *, an array of objects */
    MEMBER_COUNTS, /* json_t *, an object of counts */
    MEMBER_SUMS,   /* json_t *, an object of SHA-256 sums in hexadecimal digits */
    MEMBER_OBJECT, /* json_t *, an object of anything */
};

struct member {
    const char *name; /* NULL ends a table */
    enum member_kind kind;
    const char *about; /* words without a full stop */
    /* of texts: all that it may be, ends with NULL; or a regular expression for it; or NULL */
    const char *const *words;
    const char *pattern;
    const struct shape *of; /* of a list */
    bool may_be_null;
    bool is_added;    /* later, by whoever knows it: shape_json() gets no value for it */
    bool is_optional; /* it may be missing */
};

struct shape {
    const char *name;
    const char *about;
    const struct member *members;
    const char *rest; /* what one more text says, whose name depends on the kind; NULL: none */
};

/* An object with a value for each member that is not `is_added`, in the order of the table, as
 * enum member_kind says; then, of a shape with `rest`, the name and the text of that.  A reference
 * to a json_t is taken over.  A text that is none of its words is a fault of the caller. */
json_t *shape_json(const struct shape *shape, ...);

/* The JSON Schema (2020-12) of such objects, without "$schema".  Both are new references that the
 * caller owns. */
json_t *shape_schema(const struct shape *shape);
