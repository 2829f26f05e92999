/* stamp.c - see stamp.h. */
#include "video/kept/stamp.h"

#include <fts.h>
#include <string.h>
#include <sys/stat.h>

static void stamp_add(struct digest *digest, const char *path, const struct stat *stat)
{
    digest_add_text(digest, path);
    digest_add_number(digest, stat->st_size);
    digest_add_number(digest, stat->st_mtim.tv_sec);
    digest_add_number(digest, stat->st_mtim.tv_nsec);
}

void stamp_add_file(struct digest *digest, const char *path)
{
    struct stat is = {.st_size = -1};

    stat(path, &is);
    stamp_add(digest, path, &is);
}

static int stamp_compare_names(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

void stamp_add_tree(struct digest *digest, const char *path)
{
    char *const roots[] = {(char *)path, NULL};
    FTS *tree = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, stamp_compare_names);
    FTSENT *entry;

    while (tree && (entry = fts_read(tree)))
        if (entry->fts_info == FTS_F)
            stamp_add(digest, entry->fts_path, entry->fts_statp);
    if (tree)
        fts_close(tree);
}
