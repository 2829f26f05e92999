/* s3_server.h - an HTTP server for unit tests that answers what a test says, so that storage can
 * fail in every way.  It checks no signature: tests/s3 asks a real one. */
#pragma once

#include <stddef.h>

enum { S3_SERVER_STEPS = 16, S3_SERVER_REQUEST_MAX = 64 << 10 };

/* Answers that are no text. */
#define S3_SERVER_HANG_UP "hang up"
#define S3_SERVER_SILENCE "silence"

/* Each connection gets the next answer, the last one again and again, and is closed. */
void s3_server_start(const char *const *answers);
void s3_server_stop(void);

/* "http://127.0.0.1:PORT" */
const char *s3_server_endpoint(void);

/* The head and the body of the latest request; how many there were. */
const char *s3_server_request(void);
int s3_server_count(void);
