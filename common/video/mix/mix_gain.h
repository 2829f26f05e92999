/* mix_gain.h - gains that bring a sound, and the whole mix, to a loudness.  Pure: any thread. */
#pragma once

#include "video/mix/mix.h"

/* The gain that brings a sound of `loudness` to `goal` (both LUFS); 0: it is silence. */
float mix_gain_to(double goal, double loudness);

/* The envelope of the gain that brings the whole mix to MIX_LOUDNESS, with its true peaks limited
 * to MIX_PEAK_DB.  `duck` is the envelope of the music (NULL: none).  The caller frees it. */
float *mix_gain_plan(const struct mix_input *input, const float *duck);
