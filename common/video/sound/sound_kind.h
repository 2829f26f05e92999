/* sound_kind.h - what a sound file is, by its bytes and not by its name, and whether all of it is
 * there.
 *
 * A file is cut if it ends inside a frame, a page or a piece whose length it tells.  Lengths that
 * are estimates, copies (a RIFF's, a Xing header's, an Ogg's last time) or what a program writes
 * that can't seek back (0, all ones) tell nothing. */
#pragma once

#include "base/error.h"
#include "video/sound/file_view.h"

enum sound_layout {
    SOUND_FRAMES_MPEG, /* frames without a container: mpeg_frames.h */
    SOUND_FRAMES_ADTS,
    SOUND_FRAMES, /* others */
    SOUND_RIFF,
    SOUND_W64,
    SOUND_IFF,
    SOUND_AU,
    SOUND_CAF,
    SOUND_OGG,
    SOUND_MP4,
    SOUND_EBML,
    SOUND_ASF,
};

struct sound_kind {
    enum sound_layout layout;
    const char *demuxer; /* libav's name; NULL: mpeg_frames.h reads it */
};

/* Lengths that a program could not go back to, or got wrong, as they would be. */
struct sound_mends {
    int n;
    struct {
        int64_t at; /* of the file */
        int n;      /* bytes */
        uint8_t bytes[8];
    } list[2];
};

/* The view is narrowed to what lies between tags.  -ERR_INPUT: no sound that can be read; says what
 * it is, if that is known. */
int sound_kind_of(
    struct file_view *view, const char *name, struct sound_kind *ret_kind, struct error *err);

/* -ERR_INPUT: it is cut. */
int sound_kind_check(struct file_view *view, const char *name, const struct sound_kind *kind,
    struct sound_mends *ret_mends, struct error *err);

/* Where the sound that begins with the view ends: an Ogg file may be several, one after another. */
int64_t sound_kind_end(struct file_view *view, const struct sound_kind *kind);
