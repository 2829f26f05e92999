/* cpu_any.c - see cpu.h: for processors whose models we have not compared. */
#include <zimg.h>

#include "video/libav/cpu.h"

void cpu_pin_libav(void)
{
}

int cpu_for_zimg(void)
{
    return ZIMG_CPU_AUTO;
}
