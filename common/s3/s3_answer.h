/* s3_answer.h - what is read of an answer beside its body.  Any thread. */
#pragma once

#include "s3/s3_request.h"

/* A line of the head, which has no NUL at its end: sets `skew_s` and `version`. */
void s3_answer_read_header(struct s3_answer *answer, const char *line, size_t len);

/* The word in <Code> of an error's XML: sets `code`. */
void s3_answer_read_code(struct s3_answer *answer);
