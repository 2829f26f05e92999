/* outdir_private.h - what outdir_write.c needs of outdir.c: names in the folder of temporary files.
 */
#pragma once

#include "video/kept/outdir.h"

bool outdir_is_temporary(const char *name);

/* Call `each` for every name in the folder until it returns a negative code. */
int outdir_walk(const struct outdir *dir,
    int (*each)(const struct outdir *dir, const char *name, const char *prefix, struct error *err),
    const char *prefix, struct error *err);
