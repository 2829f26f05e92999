/* mpeg_frames.h - the frames of MP3 (MPEG audio, every layer) and AAC as ADTS, found by themselves.
 *
 * These formats are nothing but frames, each with its length: what a header before them tells of
 * their number is an estimate or a copy, and files are joined, cut, tagged and padded by programs
 * that know nothing of it.  So tags and junk are stepped over wherever they stand; a frame counts
 * if it follows one of its kind, or begins a row of them.  One thread at a time. */
#pragma once

#include "video/sound/file_view.h"

enum { MPEG_HEAD = 7 }; /* bytes that tell a frame's length */

/* How far junk may reach before the first frame. */
enum { MPEG_JUNK_MAX = 1 << 20 };

struct mpeg_frames {
    struct file_view *view; /* the caller's */
    bool is_adts;
    int64_t at;              /* of the file: what comes next */
    uint8_t last[MPEG_HEAD]; /* the frame before it; zeros: none, or something else */
    bool is_cut;             /* the view ends inside a frame */
};

struct mpeg_frame {
    int64_t at;  /* of the file */
    int length;  /* bytes */
    int samples; /* of each channel; 0 in ADTS: the decoder's to say */
    int layer;   /* 1 to 3; 0 in ADTS */

    /* An MP3's first frame may hold no sound but tell of the others. */
    bool is_info;
    int64_t n_told;     /* frames it tells of; 0: it does not */
    int delay, padding; /* samples the encoder added before and after; 0: not told */
};

/* From the view's start on. */
void mpeg_frames_open(struct file_view *view, bool is_adts, struct mpeg_frames *ret_frames);

/* False: that was all, or it was canceled. */
bool mpeg_frames_next(struct mpeg_frames *frames, struct mpeg_frame *ret_frame);

/* Where a row of frames begins, at most `most` bytes behind the view's start; -1: nowhere. */
int64_t mpeg_frames_find(struct file_view *view, bool is_adts, int64_t most);

/* Bytes of the tag (ID3v2, ID3v1, APE) that begins at `at`; 0: none does. */
int64_t mpeg_tag_length(struct file_view *view, int64_t at);
