/* taken.c - see taken.h.  EXIF is a TIFF somewhere in the file: each place that looks like the head
 * of one is tried, and only a well-formed date counts. */
#include "cli/film/taken.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/beneath.h"
#include "base/file.h"

enum {
    READ_MAX = 2 << 20, /* bytes from the start of the file; EXIF stands before the pixels */
    ENTRIES_MAX = 200,
    TAG_DATE = 0x0132,
    TAG_EXIF = 0x8769,
    TAG_ORIGINAL = 0x9003,
};

struct tiff {
    const uint8_t *bytes;
    size_t len;
    bool is_big; /* big-endian */
};

static uint32_t tiff_number(const struct tiff *tiff, size_t at, int n)
{
    uint32_t number = 0;

    for (int i = 0; i < n; i++)
        number = number << 8 | tiff->bytes[at + (size_t)(tiff->is_big ? i : n - 1 - i)];
    return number;
}

/* The value or offset of a tag in the directory at `at`; 0: it is not there. */
static uint32_t tiff_find(const struct tiff *tiff, size_t at, uint32_t tag)
{
    uint32_t n;

    if (at + 2 > tiff->len)
        return 0;
    n = tiff_number(tiff, at, 2);
    for (uint32_t i = 0; i < n && i < ENTRIES_MAX && at + 2 + (i + 1) * 12 <= tiff->len; i++)
        if (tiff_number(tiff, at + 2 + i * 12, 2) == tag)
            return tiff_number(tiff, at + 2 + i * 12 + 8, 4);
    return 0;
}

/* False: there is no date, as cameras without a clock write blanks and zeros. */
static bool tiff_date(const struct tiff *tiff, size_t at, char ret_taken[static TAKEN_LEN + 1])
{
    static const char form[] = "9999:99:99 99:99:99";

    if (at == 0 || at + TAKEN_LEN > tiff->len)
        return false;
    for (int i = 0; i < TAKEN_LEN; i++)
        if (form[i] == '9' ? !isdigit(tiff->bytes[at + (size_t)i])
                           : tiff->bytes[at + (size_t)i] != form[i])
            return false;
    if (memcmp(tiff->bytes + at, "0000", 4) == 0)
        return false;
    memcpy(ret_taken, tiff->bytes + at, TAKEN_LEN);
    ret_taken[TAKEN_LEN] = '\0';
    return true;
}

static bool tiff_taken(const struct tiff *tiff, char ret_taken[static TAKEN_LEN + 1])
{
    size_t directory = tiff_number(tiff, 4, 4);
    uint32_t exif = tiff_find(tiff, directory, TAG_EXIF);

    return (exif && tiff_date(tiff, tiff_find(tiff, exif, TAG_ORIGINAL), ret_taken)) ||
           tiff_date(tiff, tiff_find(tiff, directory, TAG_DATE), ret_taken);
}

static void taken_search(const uint8_t *bytes, size_t len, char ret_taken[static TAKEN_LEN + 1])
{
    for (size_t at = 0; at + 8 < len; at++) {
        struct tiff tiff = {bytes + at, len - at, bytes[at] == 'M'};

        if ((memcmp(bytes + at, "II*\0", 4) == 0 || memcmp(bytes + at, "MM\0*", 4) == 0) &&
            tiff_taken(&tiff, ret_taken))
            return;
    }
}

void taken_read(int root_fd, const char *name, char ret_taken[static TAKEN_LEN + 1])
{
    uint8_t *bytes;
    ssize_t n;
    int fd;

    *ret_taken = '\0';
    if (beneath_open(root_fd, name, &fd, NULL, NULL) < 0)
        return;
    bytes = malloc(READ_MAX);
    n = bytes ? file_read(fd, bytes, READ_MAX) : 0;
    if (n > 0)
        taken_search(bytes, (size_t)n, ret_taken);
    free(bytes);
    close(fd);
}
