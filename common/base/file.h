/* file.h - files read and written to the last byte, and folders removed.  Any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Write all `len` bytes to `fd`, which blocks; signals interrupt nothing.  -1: errno says why, and
 * part of the data may be written. */
int file_write(int fd, const void *data, size_t len);

/* Read up to `len` bytes from `fd`, which blocks; signals interrupt nothing.  Returns the number of
 * bytes, less than `len` only at the end of the file; -1: errno says why. */
ssize_t file_read(int fd, void *data, size_t len);

/* The bytes on the disk of `folder` and what is in it; symbolic links are counted, not followed. 0:
 * it can't be read. */
int64_t file_folder_bytes(const char *folder);

/* Remove `folder` and what is in it; symbolic links are removed, not followed.  -1: errno says why,
 * and part of the folder may be left. */
int file_remove_folder(const char *folder);
