/* cpu.h - one processor for all.
 *
 * zimg and FFmpeg choose their code by what the processor can do, and the last bit of a sum hangs
 * on which was chosen.  We hold both to what every x86-64 has, so that the same case is the same
 * file on every model (x264 promises that by itself, zoom.h's loops are equal by construction).
 * Pictures are scaled once and sounds are short beside the encoding, so it should cost little; that
 * was not measured.
 */
#pragma once

void cpu_pin_libav(void); /* before libav is used.  Any thread, any number of times */
int cpu_for_zimg(void);   /* a zimg_cpu_type_e */
