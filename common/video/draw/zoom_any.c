/* zoom_any.c - the kernels for a family of processors that has no vector kernels here. */
#include "video/draw/zoom_kernels.h"

#include <stddef.h>

const struct zoom_kernels *const *zoom_kernels_list(void)
{
    static const struct zoom_kernels *const list[] = {&zoom_kernels_plain, NULL};

    return list;
}
