/* kind_folder.c - the folder of kinds: see kind_file.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "program/kind_file.h"

static const char suffix[] = ".kind";

/* Editors leave hidden files beside those that they write. */
static int kind_folder_takes(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name), end = strlen(suffix);

    return *entry->d_name != '.' && len >= end && strcmp(entry->d_name + len - end, suffix) == 0;
}

int kind_folder_list(const char *folder, char ***ret_paths, int *ret_n, struct error *err)
{
    struct dirent **entries;
    int n = scandir(folder, &entries, kind_folder_takes, alphasort), rc = 0;

    if (n < 0)
        return error_set(err, ERR_IO, "CASECAST_KINDS: %s: %s", folder, strerror(errno));
    if (n > KIND_FILES_MAX)
        rc = error_set(err, ERR_LIMIT, "CASECAST_KINDS: %s has %d kinds, %d is the limit", folder,
            n, KIND_FILES_MAX);
    *ret_n = rc == 0 ? n : 0;
    *ret_paths = mem_new_n((size_t)n, char *);
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            (*ret_paths)[i] = mem_format("%s/%s", folder, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    if (rc < 0)
        free(*ret_paths);
    return rc;
}
