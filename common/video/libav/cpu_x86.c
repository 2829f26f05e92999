/* cpu_x86.c - see cpu.h.  Every x86-64 CPU has SSE2. */
#include <libavutil/cpu.h>
#include <zimg.h>

#include "video/libav/cpu.h"

void cpu_pin_libav(void)
{
    av_force_cpu_flags(AV_CPU_FLAG_CMOV | AV_CPU_FLAG_MMX | AV_CPU_FLAG_MMXEXT | AV_CPU_FLAG_SSE |
                       AV_CPU_FLAG_SSE2);
}

int cpu_for_zimg(void)
{
    return ZIMG_CPU_X86_SSE2;
}
