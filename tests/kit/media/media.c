/* media.c - see media.h: folders and files. */
#include "media.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"

char *media_folder(void)
{
    char *folder = mem_copy("/tmp/casecast-test-XXXXXX");

    ck_assert_ptr_nonnull(mkdtemp(folder));
    return folder;
}

void media_folder_remove(char *folder)
{
    ck_assert_int_eq(file_remove_folder(folder), 0);
    free(folder);
}

void media_write(const char *folder, const char *name, const void *data, size_t len)
{
    char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "wb");

    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(data, 1, len, file), len);
    ck_assert_int_eq(fclose(file), 0);
    free(path);
}

void media_read(const char *folder, const char *name, uint8_t **ret_data, size_t *ret_len)
{
    char *path = mem_format("%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    struct buf buf = {0};
    char piece[65536];
    size_t n;

    ck_assert_msg(file != NULL, "%s is not there", path);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&buf, piece, n);
    fclose(file);
    free(path);
    *ret_data = (uint8_t *)buf.data;
    *ret_len = buf.len;
}
