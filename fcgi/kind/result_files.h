/* result_files.h - the files that the result of a video names: are they all there, and whole?  Any
 * thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Adds "bytes" to `result`: the length of each file that it names, as it is in `folder` now (-1: it
 * is not there); and "sums": the SHA-256 of each, unless they are on S3. */
void result_files_measure(const char *folder, json_t *result);

/* Is each file there with the length that "bytes" says?  In a result of an older version, without
 * lengths: is none empty, and does the MP4 end where its boxes do? */
bool result_files_are_whole(const char *folder, const json_t *result);
