/* mpeg_frames.h - finds the frames of MPEG audio (MP1, MP2, MP3) and of AAC in ADTS without a
 * demuxer.  One thread at a time.
 *
 * These formats are a sequence of frames, each of which states its own length.  A frame count in a
 * header before them is an estimate or a copy, and programs that know nothing of it join, cut, tag
 * and pad such files.  So tags and junk are skipped wherever they stand; a frame counts if it
 * follows a frame of the same stream, or starts a run of consecutive frames. */
#pragma once

#include "video/sound/file_view.h"

enum { MPEG_HEADER = 7 }; /* bytes from which a frame's length is computed */

enum { MPEG_JUNK_MAX = 1 << 20 }; /* bytes that may stand before the first frame */

struct mpeg_frames {
    struct file_view *view; /* the caller's */
    bool is_adts;
    int64_t at;                /* byte of the file where the next frame is expected */
    uint8_t last[MPEG_HEADER]; /* header of the frame before; zeros: there is none */
    bool is_truncated;         /* set at the end: the view ends inside a frame */
};

struct mpeg_frame {
    int64_t at;  /* byte of the file */
    int length;  /* bytes, with the header */
    int samples; /* of each channel; 0 in ADTS: only the decoder knows */
    int layer;   /* 1 to 3; 0 in ADTS */

    /* An info frame (Xing, Info, VBRI) holds no sound: it describes the frames after it. */
    bool is_info;
    int64_t n_stated;   /* the number of frames it states; 0: none */
    int delay, padding; /* samples the encoder added before and after; 0: not stated */
};

/* Starts at the start of the view, which stays the caller's. */
void mpeg_frames_open(struct file_view *view, bool is_adts, struct mpeg_frames *ret_frames);

/* The next complete frame.  False: there is none, or the view's `cancel` is set. */
bool mpeg_frames_next(struct mpeg_frames *frames, struct mpeg_frame *ret_frame);

/* The byte of the file where the first run of frames starts, at most `junk_max` bytes behind the
 * start of the view; -1: there is none. */
int64_t mpeg_frames_find(struct file_view *view, bool is_adts, int64_t junk_max);

/* The length in bytes of the tag (ID3v2, ID3v1, APE) that starts at byte `at` of the file; 0: none
 * does. */
int64_t mpeg_tag_length(struct file_view *view, int64_t at);
