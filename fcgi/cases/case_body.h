/* case_body.h - a case in the body of a request.  The responder's own thread. */
#pragma once

#include "case/case.h"
#include "request/request.h"

/* Checks `json` as `casecast import` checks a case: its fields, its language, its font, and that
 * pictures and sounds are there and of a kind and size that a job can use.  Pictures are not
 * decoded, so a damaged one is found by the job.  `id` (NULL: none) is the id of a case that names
 * none itself; another one is a mistake.  `at`: where `json` stands in the body, as a JSON Pointer:
 * "", or "/case".  `json` is changed.  NULL: the request was answered, with all mistakes; else the
 * caller frees the record with case_free(). */
struct case_record *case_body_read(
    struct request *request, json_t *json, const char *id, const char *at);
