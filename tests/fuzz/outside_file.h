/* outside_file.h - writes the fuzzer's bytes into the only file of a folder, for code that reads
 * files. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Create an empty folder, which is removed when the fuzzer exits, and return its descriptor.  For
 * LLVMFuzzerInitialize(). */
int outside_folder(void);
/* The path of the folder. */
const char *outside_path(void);

/* Replace the content of the file. */
extern const char outside_name[];
void outside_write(const uint8_t *data, size_t size);

/* Abort unless `rc` is -ERR_INPUT and the message names `place`. */
void outside_check_refusal(int rc, const struct error *err, const char *place);
