/* seal.h - takes all rights from a process but these: to compute, to use memory, to read and map
 * descriptors that it gets, and to answer.  It opens, starts, connects and traces nothing. */
#pragma once

#include <stdbool.h>

enum {
    SEAL_REFUSED = 78,            /* exit status: the kernel refuses what is required */
    SEAL_MEMORY_MIB = 1024,       /* beside what the process has when it is sealed */
    SEAL_PROCESSOR_SECONDS = 120, /* for a question, set by the other side */
    SEAL_SECONDS = 1200,          /* for a question, watched by the other side */
};

/* A sanitizer reserves terabytes of addresses, and reports to stderr. */
#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||                               \
    __has_feature(address_sanitizer)
enum { SEAL_IS_SANITIZED = true };
#else
enum { SEAL_IS_SANITIZED = false };
#endif

/* Files that libraries will open by their names, and nothing else: each is open already, for
 * reading. */
struct seal_files {
    struct seal_file {
        char *path;
        int fd;
    } * list; /* sorted by path */
    int n;
};

/* Adds a file, opened now; one that can't be opened is left out.  seal_files_sort() ends it. */
void seal_files_add(struct seal_files *files, const char *path);
void seal_files_sort(struct seal_files *files);

/* Seals this process for ever.  With `files`, which stay the caller's, its libraries may open those
 * and start threads; without, it has one thread.  False: it is required, and the kernel refuses it;
 * else it is sealed as far as the kernel lets it. */
bool seal_close(bool is_required, const struct seal_files *files);
