/* zoom_any.c - which loops there are on a processor that we have no special ones for. */
#include "video/draw/zoom_kernels.h"

#include <stddef.h>

const struct zoom_kernels *const *zoom_kernels_list(void)
{
    static const struct zoom_kernels *const list[] = {&zoom_kernels_plain, NULL};

    return list;
}
