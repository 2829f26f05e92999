/* cpu.h - the CPU features that zimg and FFmpeg may use.
 *
 * Both choose their code by the CPU, and the choice changes the last bit of a sum.  On x86-64 both
 * are held to SSE2, which every model has, so that the same case gives the same file on every
 * model.  (libx264 promises that itself: cpu-independent=1.  The loops of draw/zoom.h give equal
 * results by construction.)  Whether it holds is seen in a sample: video/canary.  The cost was not
 * measured; it should be small, since each picture is scaled once and sounds are short beside the
 * encoding. */
#pragma once

/* Limits FFmpeg's CPU features.  Called before FFmpeg is used, by any thread, any number of times;
 * the limit holds for the whole process. */
void cpu_pin_libav(void);

/* The limit for zimg, a zimg_cpu_type_e.  Any thread. */
int cpu_for_zimg(void);
