/* sound_check.c - see sound_kind.h: whether a file is complete, and where its first stream ends. */
#include "base/cancel.h"
#include "video/sound/containers.h"
#include "video/sound/mpeg_frames.h"
#include "video/sound/sound_kind.h"

static bool sound_check_mpeg(struct file_view *view, bool is_adts)
{
    struct mpeg_frames frames;
    struct mpeg_frame frame;

    mpeg_frames_open(view, is_adts, &frames);
    while (mpeg_frames_next(&frames, &frame))
        continue;
    return !frames.is_truncated;
}

static bool sound_check_whole(
    struct file_view *view, const struct sound_kind *kind, struct sound_patches *patches)
{
    switch (kind->layout) {
    case SOUND_FRAMES_MPEG:
    case SOUND_FRAMES_ADTS:
        return sound_check_mpeg(view, kind->layout == SOUND_FRAMES_ADTS);
    case SOUND_RIFF:
        return riff_is_whole(view, patches);
    case SOUND_W64:
        return w64_is_whole(view, patches);
    case SOUND_IFF:
        return iff_is_whole(view, patches);
    case SOUND_AU:
        return au_is_whole(view);
    case SOUND_CAF:
        return caf_is_whole(view);
    case SOUND_OGG:
        return ogg_is_whole(view);
    case SOUND_MP4:
        return mp4_is_whole(view);
    case SOUND_EBML:
        return ebml_is_whole(view);
    case SOUND_ASF:
        return asf_is_whole(view);
    case SOUND_FRAMES: /* only the decoder finds that the last frame is incomplete */
        break;
    }
    return true;
}

int sound_kind_check(struct file_view *view, const char *name, const struct sound_kind *kind,
    struct sound_patches *ret_patches, struct error *err)
{
    bool is_whole;

    *ret_patches = (struct sound_patches){0};
    is_whole = sound_check_whole(view, kind, ret_patches);
    if (cancel_is_set(view->cancel))
        return cancel_error(err);
    if (view->has_failed)
        return error_set(err, ERR_INPUT, "%s: can't be read", name);
    if (kind->layout == SOUND_MP4 && mp4_is_bomb(view))
        return error_set(
            err, ERR_INPUT, "%s: damaged: its header names more samples than it has bytes", name);
    if (!is_whole)
        return error_set(err, ERR_INPUT,
            "%s: truncated: the file ends inside a frame, page or chunk whose length it states",
            name);
    return 0;
}

int64_t sound_kind_stream_end(struct file_view *view, const struct sound_kind *kind)
{
    return kind->layout == SOUND_OGG ? ogg_stream_end(view) : view->end;
}
