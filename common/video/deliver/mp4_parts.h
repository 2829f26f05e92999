/* mp4_parts.h - parts of an MP4 that libavformat leaves out without an error where it has no memory
 * for them.  Any thread. */
#pragma once

#include <libavcodec/codec_par.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MP4_BOX_HEADER = 16 }; /* bytes */

/* The length in bytes of the box that begins with `header` (ISO/IEC 14496-12, 4.2), of which zeros
 * may stand behind the end of the file; `left`: how far it is to this end.  -1: there is no such
 * box. */
int64_t mp4_box_size(const uint8_t header[static MP4_BOX_HEADER], int64_t left);

/* Do the boxes in `data` follow each other to its end?  `ret_media` (may be NULL): bytes of
 * pictures and sound in them. */
bool mp4_boxes_fill(const uint8_t *data, size_t len, int64_t *ret_media);

/* Has `data` the parameter sets of H.264 that the encoder gave, which stand behind start codes of
 * three bytes or four in `wrote`, and behind their lengths in an MP4? */
bool mp4_has_parameter_sets(const uint8_t *data, size_t len, const AVCodecParameters *wrote);
