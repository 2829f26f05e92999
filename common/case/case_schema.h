/* case_schema.h - the form of a case as JSON Schema, made from the tables of case_fields.h.  Any
 * thread. */
#pragma once

#include <jansson.h>

/* The JSON Schema (2020-12) of a file of cases: {"cases": […]}.  A case is #/$defs/case, and a
 * scene #/$defs/scene.  A new reference that the caller owns.
 *
 * What the schema refuses, the import refuses, too, but for texts that are too long only because of
 * the CRs of their line ends, or that are white space alone.  The import refuses more: bytes of a
 * path above its limit, a language without a voice and texts that it can't read, two cases with one
 * id, scenes that last too long together, and files that a job could not use. */
json_t *case_schema(void);
