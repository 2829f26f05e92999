/* read_case.c - see create.h. */
#include <string.h>

#include "cli/command/command.h"
#include "cli/create/create.h"

int create_read_case(const struct config *config, const char *name,
    const struct video_source_options *options, struct video_source *ret_source, struct error *err)
{
    int rc;

    *ret_source = (struct video_source){0};
    if (strcmp(name, "-") == 0 || strpbrk(name, "/."))
        return video_source_read(name, options, ret_source, err);
    rc = cli_load_case(config, name, &ret_source->record, err);
    if (rc < 0 && status_of(err) == EXIT_MISSING && video_source_is_file(name))
        return video_source_read(name, options, ret_source, err);
    return rc;
}
