/* mem.h - memory that is there.
 *
 * Every size that comes from outside is bounded before it gets here (each limit is named where it
 * is checked), so an allocation that fails means the machine is out of memory.  Linux overcommits:
 * the kernel ends us long before malloc says no, and code that handles that answer would never run.
 * So these end the process with one line in the log; its leases lapse and another process takes the
 * jobs over. Large picture buffers are not allocated here but checked where they are made. */
#pragma once

#include <stddef.h>

/* `memory`, if it is not NULL: for what a library allocated. */
void *mem_there(void *memory) __attribute__((returns_nonnull));
void *mem_zero(size_t n, size_t size) __attribute__((returns_nonnull, malloc));
void *mem_grow(void *old, size_t n, size_t size) __attribute__((returns_nonnull));
char *mem_copy(const char *s);               /* NULL stays NULL */
char *mem_copy_n(const char *s, size_t len); /* adds the closing NUL */
char *mem_format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* For a picture or the like: aligned to 64 bytes, content not set, freed with free().  NULL: not
 * there. */
void *mem_large(size_t size) __attribute__((malloc));

/* First of all, before any thread starts: what is large lies in huge pages, and goes back to the
 * kernel when it is freed.  Starts the program anew, with `argv`, once; NULL: it does not. */
void mem_settle(char **argv);

#define mem_new(type) ((type *)mem_zero(1, sizeof(type)))
#define mem_new_n(n, type) ((type *)mem_zero((n), sizeof(type)))
