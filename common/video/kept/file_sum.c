/* file_sum.c - see file_sum.h. */
#include "video/kept/file_sum.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

enum { BLOCK_BYTES = 256 << 10 };

static bool file_sum_read(int fd, unsigned char ret_sum[static crypto_hash_sha256_BYTES])
{
    unsigned char *block = mem_zero(BLOCK_BYTES, 1);
    crypto_hash_sha256_state state;
    ssize_t n;

    crypto_hash_sha256_init(&state);
    while ((n = file_read(fd, block, BLOCK_BYTES)) > 0)
        crypto_hash_sha256_update(&state, block, (size_t)n);
    crypto_hash_sha256_final(&state, ret_sum);
    free(block);
    return n == 0;
}

bool file_sum(const char *folder, const char *name, char ret_sum[static FILE_SUM_LEN + 1])
{
    unsigned char sum[crypto_hash_sha256_BYTES];
    char *path = mem_format("%s/%s", folder, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), why = errno;
    bool is_read = fd >= 0 && file_sum_read(fd, sum);

    if (fd >= 0) {
        why = errno;
        close(fd);
    }
    free(path);
    errno = why;
    if (is_read)
        sodium_bin2hex(ret_sum, FILE_SUM_LEN + 1, sum, sizeof sum);
    return is_read;
}
