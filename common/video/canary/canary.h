/* canary.h - a sample of what the engine makes: a digest of a short video and a short sound that
 * were really drawn, scaled, resampled and encoded.
 *
 * Libraries choose their code by the processor, and the choice may change the last bit of a sum.
 * libav/cpu.h holds them to one choice where that is possible.  Where it is not (another
 * architecture, a library that does not listen), the digest differs, and so do the names and keys
 * of all that is made there: what has other bytes is never taken for the same.
 *
 * Room: a sample of what the engine makes on this machine, as a digest.
 * May use: base, video/draw, video/encode, video/frame, video/kept, video/libav, video/sound,
 *     video/soundtrack.
 * Used by: video. */
#pragma once

#include "base/digest.h"

/* Make the sample once a process, and let engine_add() (kept/engine.h) add its digest from now on.
 * To be called before anything that engine_add() names is made.  Takes some 0.1 seconds the first
 * time.  Any thread. */
void canary_prepare(void);

/* Make the sample with the CPU features that libav has now.  Without an encoder or memory the
 * digest is that of the error.  Any thread. */
void canary_make(char ret_digest[static DIGEST_HEX_LEN + 1]);
