/* writable.c - see writable.h. */
#include "kind/writable.h"

#include <errno.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { ROOM_MIB = 64 /* some minutes of video: a machine with less of it leaves jobs to others */ };

static int writable_check_folder(const char *setting, const char *folder, struct error *err)
{
    struct statvfs room;

    if (!*folder || strstr(folder, "://"))
        return 0;
    if (access(folder, W_OK) < 0 && errno != ENOENT)
        return error_set(err, ERR_IO, "%s: %s: %s", setting, folder, strerror(errno));
    if (statvfs(folder, &room) == 0 &&
        (unsigned long long)room.f_bavail * room.f_frsize >> 20 < ROOM_MIB)
        return error_set(err, ERR_IO, "%s: %s: the disk has less than %d MiB free", setting, folder,
            (int)ROOM_MIB);
    return 0;
}

int writable_check(const struct config *config, struct error *err)
{
    int rc = writable_check_folder("CASECAST_OUTPUT", config->output, err);

    return rc == 0 ? writable_check_folder("CASECAST_RUN", config->run, err) : rc;
}
