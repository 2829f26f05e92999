/* cpu_any.c - see cpu.h.  No limit: the models of these CPUs were not compared. */
#include <zimg.h>

#include "video/libav/cpu.h"

void cpu_pin_libav(void)
{
}

int cpu_for_zimg(void)
{
    return ZIMG_CPU_AUTO;
}
