/* file.h - files read and written to the last byte, and folders removed.  Any thread. */
#pragma once

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

/* Write all `len` bytes to `fd`, which blocks; signals interrupt nothing.  -1: errno says why, and
 * part of the data may be written. */
int file_write(int fd, const void *data, size_t len);

/* Read up to `len` bytes from `fd`, which blocks; signals interrupt nothing.  Returns the number of
 * bytes, less than `len` only at the end of the file; -1: errno says why. */
ssize_t file_read(int fd, void *data, size_t len);

/* The same from byte `offset` of a file; the place that read() and write() go on from is not used
 * and not changed. */
int file_write_at(int fd, const void *data, size_t len, off_t offset);
ssize_t file_read_at(int fd, void *data, size_t len, off_t offset);

/* Reads a small file of keys, which nobody but its owner may read, and adds a NUL.  The caller
 * wipes `ret_text`, also after an error.  -ERR_INPUT: it can't be read, is no file, too long, or
 * others may read it; the error names no path. */
enum { FILE_SECRET_MAX = 16 << 10 /* bytes */ };
int file_read_secret(
    const char *path, char ret_text[static FILE_SECRET_MAX + 1], struct error *err);

/* The path of an executable of ours: beside this one, or where it is installed.  It alone starts in
 * a tenth of the time of this one, which can be each of them: /proc/self/exe, if there is no such
 * file. */
void file_find_program(const char *name, char ret_path[static PATH_MAX]);

/* The bytes on the disk of `folder` and what is in it; symbolic links are counted, not followed. 0:
 * it can't be read. */
int64_t file_folder_bytes(const char *folder);

/* Remove `folder` and what is in it; symbolic links are removed, not followed.  -1: errno says why,
 * and part of the folder may be left. */
int file_remove_folder(const char *folder);
