/* sound_decoder.h - the decoded frames of one stream of a sound file.  One thread at a time. */
#pragma once

#include "video/sound/sound_demux.h"

struct sound_decoder {
    struct sound_demux demux;
    AVCodecContext *context;
    AVPacket *packet;
    bool last_was_bad; /* it refused the last packet */
};

/* Opens the stream that the input's view holds.  After an error, too, the caller closes it.
 * -ERR_INPUT: no sound that can be read and decoded; -ERR_CANCELED; -ERR_LIMIT: no memory. */
int sound_decoder_open(struct sound_input *input, struct sound_decoder *decoder, struct error *err);
void sound_decoder_close(struct sound_decoder *decoder); /* also one that is all zero */

enum { SOUND_DECODER_E_END = 1 };

/* The next frame, without the samples that an encoder added; it may be empty.  The caller unrefs
 * it.  SOUND_DECODER_E_END: there is none.  -ERR_INPUT: the file is damaged or truncated;
 * -ERR_CANCELED. */
int sound_decoder_next(struct sound_decoder *decoder, AVFrame *frame, struct error *err);
