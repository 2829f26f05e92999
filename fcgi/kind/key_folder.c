/* key_folder.c - see key_folder.h. */
#include "kind/key_folder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "request/secret.h"
#include "s3/s3.h"

/* With a secret key and without, the folder has different places, and the key may have come or gone
 * since. */
static const char *const shelves[] = {"", SECRET_FOLDER "/"};
enum { N_SHELVES = sizeof shelves / sizeof *shelves };

/* Its new name is hidden, so nothing serves it.  What an earlier drop left there when its process
 * was killed goes, too. */
static int key_folder_remove(
    const char *output, const char *shelf, const char *key, struct error *err)
{
    char *folder = mem_format("%s/%s%s", output, shelf, key),
         *gone = mem_format("%s/%s.%s.gone", output, shelf, key);
    int rc = 0;

    file_remove_folder(gone);
    if (rename(folder, gone) < 0 && errno != ENOENT && errno != ENOTDIR)
        rc = error_set(err, ERR_IO, "%s: %s", folder, strerror(errno));
    if (rc == 0)
        file_remove_folder(gone);
    free(gone);
    free(folder);
    return rc;
}

int key_folder_drop(const struct config *config, const struct job *job, struct error *err)
{
    int rc = 0;

    if (s3_is_address(config->output))
        return 0;
    for (int i = 0; rc == 0 && i < N_SHELVES; i++)
        rc = key_folder_remove(config->output, shelves[i], job->key, err);
    return rc;
}

int64_t key_folder_bytes(const struct config *config, const struct job *done)
{
    int64_t bytes = 0;

    for (int i = 0; i < N_SHELVES && !s3_is_address(config->output); i++) {
        char *folder = mem_format("%s/%s%s", config->output, shelves[i], done->key);

        bytes += file_folder_bytes(folder);
        free(folder);
    }
    return bytes;
}
