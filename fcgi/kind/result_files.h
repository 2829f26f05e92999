/* result_files.h - the files that the `done` of a video names: are they all there, and whole?  Any
 * thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/* Adds "bytes" to `result`: the length of each file that it names, as it is in `folder` now. */
void result_files_measure(const char *folder, json_t *result);

/* Each of them is there with the length it had.  A result of an older version tells no lengths:
 * then none may be empty, and the MP4 must end where its parts do. */
bool result_files_are_whole(const char *folder, const json_t *result);
