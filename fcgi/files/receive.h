/* receive.h - the body of a request as a file.  The responder's own thread. */
#pragma once

#include <stdbool.h>

#include "files/part.h"
#include "request/request.h"

enum { FILE_BYTES_MAX = 64 << 20 };

/* Receives the body as a new part, which the caller ends with part_close().  False: the request was
 * answered, and nothing is left: the body is empty, longer than FILE_BYTES_MAX (413), or not as
 * long as its Content-Length, or the disk is full (507) or can't be written (503). */
bool receive(struct request *request, struct part *ret_part);

/* Forgets what is left of the body; the request may be answered already.  A peer that is still
 * sending when the connection is closed may not read its answer. */
void receive_nothing(struct request *request);

/* Answers what part.h returned. */
void receive_refuse(struct request *request, int rc, const struct error *err);
