/* json_file.h - files of cases as JSON.  Main thread. */
#pragma once

#include <jansson.h>

#include "base/error.h"

/* Read a JSON file; "-" is standard input.  -ERR_INPUT: it is no JSON, with line and column.  The
 * caller drops `*ret_json`. */
int json_file_read(const char *path, json_t **ret_json, struct error *err);
/* Its name in messages. */
const char *json_file_name(const char *path);
