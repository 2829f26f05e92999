/* sound_input.h - a sound file of the media root as libav may see it: recognized, complete, and
 * read through one AVIOContext.  One thread at a time. */
#pragma once

#include <libavformat/avio.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "base/error.h"
#include "video/sound/file_view.h"
#include "video/sound/sound_kind.h"

struct sound_input {
    const char *name;          /* the caller's */
    const atomic_bool *cancel; /* the caller's; may be NULL */
    int fd;
    struct sound_kind kind;
    struct sound_patches patches;
    int64_t end;           /* byte of the file where its last stream ends */
    struct file_view view; /* the stream that is read */
    int64_t at;            /* byte of the file that libav reads next */
    int n_bad_packets;     /* that the decoder refused, in all streams */
};

/* Recognizes the open file of `size` bytes, checks that it is complete, and narrows the view to its
 * first stream.  Takes `fd`, after an error, too.  `name` and `cancel` stay the caller's until
 * sound_input_close().  -ERR_INPUT names the file and the reason; -ERR_CANCELED. */
int sound_input_open(int fd, int64_t size, const char *name, const atomic_bool *cancel,
    struct sound_input **ret_input, struct error *err);
void sound_input_close(struct sound_input *input); /* takes NULL */

/* Whether a stream follows the one that the view holds, as in a chained Ogg file. */
bool sound_input_has_next(const struct sound_input *input);
/* Moves the view to that stream. */
void sound_input_next(struct sound_input *input);

/* An AVIOContext that reads the view from its start.  NULL: no memory.  The caller frees it with
 * sound_input_io_free(), before `input`. */
AVIOContext *sound_input_io(struct sound_input *input);
void sound_input_io_free(AVIOContext **io); /* `*io` may be NULL */

/* Returns -ERR_INPUT, or -ERR_CANCELED if that is why: "NAME: WHAT: what `av_code` means". */
int sound_input_error(
    const struct sound_input *input, int av_code, const char *what, struct error *err);
/* Returns -ERR_LIMIT. */
int sound_input_no_memory(const struct sound_input *input, struct error *err);
