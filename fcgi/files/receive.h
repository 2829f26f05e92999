/* receive.h - the body of a request as a file, or as a piece of one.  The responder's own thread.
 */
#pragma once

#include <stdbool.h>

#include "files/piece.h"
#include "request/request.h"
#include "sent/part.h"

enum { FILE_BYTES_MAX = 64 << 20 };

/* Receives the body as a new part, which the caller ends with part_close().  False: the request was
 * answered, and nothing is left: the body is empty, longer than FILE_BYTES_MAX (413), or not as
 * long as its Content-Length, or the disk is full (507) or can't be written (503). */
bool receive(struct request *request, struct part *ret_part);

/* Receives the body as the next piece of a part.  False: the request was answered, as above; or the
 * body is not as long as the piece.  What came of the piece stays in the part, but nothing that is
 * behind it. */
bool receive_piece(struct request *request, struct part *part, const struct piece *piece);

/* The header line that tells how much of a file has arrived. */
enum { RECEIVE_OFFSET_MAX = 48 };
void receive_offset(int64_t bytes, char ret_line[static RECEIVE_OFFSET_MAX]);

/* Forgets what is left of the body; the request may be answered already.  A peer that is still
 * sending when the connection is closed may not read its answer. */
void receive_nothing(struct request *request);

/* Answers what part.h returned. */
void receive_refuse(struct request *request, int rc, const struct error *err);
