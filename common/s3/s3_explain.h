/* s3_explain.h - what an answer of the storage means, in words.  Any thread. */
#pragma once

#include "s3/s3_request.h"

/* Sets `err` to what `answer`, a status of 300 or more, says of the request, and which setting
 * would mend it. */
void s3_explain(
    const struct s3_request *request, const struct s3_answer *answer, struct error *err);

/* Sets `err`: there is no such bucket. */
void s3_explain_bucket(const struct s3_object *object, struct error *err);

/* Puts "s3://bucket/prefix/name at https://host: " in front of the text, and hides all of it from
 * the public.  Returns err->code, negative. */
int s3_error_where(const struct s3_object *object, struct error *err);
