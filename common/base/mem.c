#include "base/mem.h"

#include <limits.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

void *mem_there(void *memory)
{
    if (!memory) {
        fputs("casecast: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *mem_zero(size_t n, size_t size)
{
    return mem_there(calloc(n ? n : 1, size ? size : 1));
}

void *mem_grow(void *old, size_t n, size_t size)
{
    return mem_there(reallocarray(old, n ? n : 1, size ? size : 1));
}

char *mem_copy(const char *s)
{
    return s ? mem_there(strdup(s)) : NULL;
}

char *mem_copy_n(const char *s, size_t len)
{
    char *copy = mem_zero(len + 1, 1);

    memcpy(copy, s, len);
    return copy;
}

char *mem_format(const char *fmt, ...)
{
    va_list args;
    char *text;

    va_start(args, fmt);
    if (vasprintf(&text, fmt, args) < 0)
        text = NULL;
    va_end(args);
    return mem_there(text);
}

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20, LARGE = 1 << 20 };

/* Huge pages: the first touch of a small page costs far more than writing it, and a picture has
 * thousands. */
void *mem_large(size_t size)
{
    size_t step = size < HUGE_PAGE ? CACHE_LINE : HUGE_PAGE;
    size_t whole = (size + step - 1) / step * step;
    void *memory = aligned_alloc(step, whole ? whole : step);

    if (memory && step == HUGE_PAGE)
        madvise(memory, whole, MADV_HUGEPAGE); /* may fail: then the memory is only slower */
    return memory;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { IS_GLIBC_HEAP = false };
#else
enum { IS_GLIBC_HEAP = true };
#endif

#define TUNABLES "GLIBC_TUNABLES"
#define HUGE_HEAP "glibc.malloc.hugetlb=1"

/* Put what libraries allocate into huge pages, too: a fifth of a video's time was spent on first
 * touches of small pages.  glibc reads this setting only when a program starts, so the program
 * starts itself again. */
static void mem_use_huge_pages(char **argv)
{
    const char *was = getenv(TUNABLES);
    char path[PATH_MAX], *wanted;
    ssize_t len;

    if (!IS_GLIBC_HEAP || (was && strstr(was, "glibc.malloc.hugetlb")))
        return;
    wanted = was ? mem_format("%s:" HUGE_HEAP, was) : mem_copy(HUGE_HEAP);
    /* The path that the link names: with the link itself ps(1) would show "exe". */
    len = readlink("/proc/self/exe", path, sizeof path - 1);
    if (len > 0 && setenv(TUNABLES, wanted, 1) == 0) {
        path[len] = '\0';
        execv(path, argv); /* if that fails, the program goes on, only slower */
    }
    free(wanted);
}

void mem_settle(char **argv)
{
    if (argv)
        mem_use_huge_pages(argv);
    /* By default malloc() raises this limit whenever a larger block is freed, and then keeps the
     * frames of finished encoders in the heap of each thread, between blocks that are still in use.
     */
    mallopt(M_MMAP_THRESHOLD, LARGE);
}
