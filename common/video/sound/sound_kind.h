/* sound_kind.h - recognizes a sound file by its content, whatever its name, and checks that it is
 * complete.  One thread at a time for each view.
 *
 * A file is truncated if it ends inside a frame, page or chunk whose length it states.  These
 * lengths prove nothing: estimates and copies (the RIFF chunk's, a Xing header's, the last time of
 * an Ogg stream), and what a program writes that can't seek back (0, all ones). */
#pragma once

#include "base/error.h"
#include "video/sound/file_view.h"

enum sound_layout {
    SOUND_FRAMES_MPEG, /* frames without a container, read by mpeg_frames.h */
    SOUND_FRAMES_ADTS, /* the same */
    SOUND_FRAMES,      /* frames without a container, read by libav (FLAC, AMR) */
    SOUND_RIFF,
    SOUND_W64,
    SOUND_IFF,
    SOUND_AU,
    SOUND_CAF,
    SOUND_OGG,
    SOUND_MP4,
    SOUND_EBML, /* Matroska, WebM */
    SOUND_ASF,
};

struct sound_kind {
    enum sound_layout layout;
    const char *demuxer; /* libav's name for it; NULL: mpeg_frames.h reads it */
};

/* Bytes that libav gets in place of the file's own: lengths that the writer left as placeholders or
 * got wrong, and that libav's demuxer trusts. */
struct sound_patches {
    int n;
    struct sound_patch {
        int64_t at; /* byte of the file */
        int n;      /* bytes */
        uint8_t bytes[8];
    } list[2];
};

/* Recognizes the file and narrows `view` to what lies between its tags.  `name` stands in error
 * texts.  -ERR_INPUT: no sound that can be read; the text says what it is, if that is known, and
 * how to convert it. */
int sound_kind_of(
    struct file_view *view, const char *name, struct sound_kind *ret_kind, struct error *err);

/* Checks that the file is complete.  -ERR_INPUT: it is truncated, states more samples than it can
 * hold, or can't be read. */
int sound_kind_check(struct file_view *view, const char *name, const struct sound_kind *kind,
    struct sound_patches *ret_patches, struct error *err);

/* The byte of the file where the stream that starts with the view ends.  An Ogg file may be a chain
 * of streams (RFC 3533, section 4); the others hold one. */
int64_t sound_kind_stream_end(struct file_view *view, const struct sound_kind *kind);
