/* outside_file.h - the fuzzer's bytes as the only file of a folder, for what reads files. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A new empty folder, gone with all its files when the fuzzer ends; answers its descriptor.  For
 * LLVMFuzzerInitialize(). */
int outside_folder(void);
/* Its path. */
const char *outside_path(void);

/* The file holds these bytes now, and nothing else. */
extern const char outside_name[];
void outside_write(const uint8_t *data, size_t size);

/* `answer` says that the input is at fault, and the message names `place`.  Ends the fuzzer if not.
 */
void outside_check_refusal(int answer, const struct error *err, const char *place);
