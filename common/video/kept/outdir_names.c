/* outdir_names.c - see outdir_private.h: folders on the way to a folder, and temporary names. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "video/kept/outdir_private.h"

static void outdir_make_folder(const char *path, int *why)
{
    if (mkdir(path, 0755) < 0 && errno != EEXIST && !*why)
        *why = errno;
}

int outdir_make_folders(const char *path)
{
    char *part = mem_copy(path);
    int why = 0;

    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        outdir_make_folder(part, &why);
        *slash = '/';
    }
    outdir_make_folder(part, &why);
    free(part);
    return why;
}

bool outdir_is_temporary(const char *name)
{
    size_t len = strlen(name), end = strlen(OUTDIR_TEMPORARY);

    return name[0] == '.' && len > end && strcmp(name + len - end, OUTDIR_TEMPORARY) == 0;
}
