/* mem.h - allocation that does not fail.  Any thread; the caller frees with free().
 *
 * Every size that comes from outside is bounded before it gets here, so a failed allocation means
 * that the machine is out of memory.  Linux overcommits: the kernel kills a process long before
 * malloc() fails, and code for that failure would never run.  So these functions end the process
 * with one line on stderr; its leases expire and another process takes its jobs over.  Buffers of
 * pictures are allocated with mem_large(), which may fail. */
#pragma once

#include <stddef.h>

/* `memory`, unless it is NULL: for what a library allocated. */
void *mem_there(void *memory) __attribute__((returns_nonnull));

void *mem_zero(size_t n, size_t size) __attribute__((returns_nonnull, malloc));

/* Change the size of `old` (may be NULL) to n × size bytes; new bytes are not set. */
void *mem_grow(void *old, size_t n, size_t size) __attribute__((returns_nonnull));

char *mem_copy(const char *s);               /* NULL gives NULL */
char *mem_copy_n(const char *s, size_t len); /* adds a NUL */
char *mem_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Memory for a picture: aligned to 64 bytes, not set.  NULL: there is none. */
void *mem_large(size_t size) __attribute__((malloc));

/* Call it first in main(), before threads start.  Large blocks go back to the kernel when they are
 * freed; with `argv` (NULL: not) the program also starts itself again, once, so that glibc uses
 * huge pages. */
void mem_settle(char **argv);

#define mem_new(type) ((type *)mem_zero(1, sizeof(type)))
#define mem_new_n(n, type) ((type *)mem_zero((n), sizeof(type)))
