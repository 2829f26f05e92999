/* outside_file.c - see outside_file.h. */
#include "outside_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

const char outside_name[] = "file";

static char folder[] = "/tmp/casecast-fuzz.XXXXXX";
static int folder_fd = -1;

static void clear_up(void)
{
    close(folder_fd);
    file_remove_folder(folder);
}

int outside_folder(void)
{
    if (!mkdtemp(folder) || (folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        abort();
    atexit(clear_up);
    return folder_fd;
}

const char *outside_path(void)
{
    return folder;
}

void outside_write(const uint8_t *data, size_t size)
{
    int fd = openat(folder_fd, outside_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0 || file_write(fd, data, size) < 0)
        abort();
    close(fd);
}

void outside_check_refusal(int rc, const struct error *err, const char *place)
{
    if (rc == -ERR_INPUT && strstr(err->text, place))
        return;
    fprintf(stderr, "rc is %d, expected %d and \"%s\" in the text: %s\n", rc, -ERR_INPUT, place,
        err->text);
    abort();
}
