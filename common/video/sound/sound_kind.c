/* sound_kind.c - see sound_kind.h: the names.  What is whole is judged in sound_whole.c. */
#include "video/sound/sound_kind.h"

#include <libavutil/intreadwrite.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "video/sound/mpeg_frames.h"

struct mark {
    int at;
    const char *bytes;
    int n;
};

#define MARK(at, bytes)                                                                            \
    {                                                                                              \
        at, bytes, sizeof bytes - 1                                                                \
    }

static const struct {
    struct mark marks[2]; /* all of them are there */
    struct sound_kind kind;
} kinds[] = {
    {{MARK(0, "RIFF"), MARK(8, "WAVE")}, {SOUND_RIFF, "wav"}},
    {{MARK(0, "RIFX"), MARK(8, "WAVE")}, {SOUND_RIFF, "wav"}},
    {{MARK(0, "RF64"), MARK(8, "WAVE")}, {SOUND_RIFF, "wav"}},
    {{MARK(0, "BW64"), MARK(8, "WAVE")}, {SOUND_RIFF, "wav"}},
    {{MARK(0, "riff\x2E\x91\xCF\x11"), MARK(24, "wave\xF3\xAC\xD3\x11")}, {SOUND_W64, "w64"}},
    {{MARK(0, "FORM"), MARK(8, "AIFF")}, {SOUND_IFF, "aiff"}},
    {{MARK(0, "FORM"), MARK(8, "AIFC")}, {SOUND_IFF, "aiff"}},
    {{MARK(0, ".snd")}, {SOUND_AU, "au"}},
    {{MARK(0, "caff\0\1")}, {SOUND_CAF, "caf"}},
    {{MARK(0, "fLaC")}, {SOUND_FRAMES, "flac"}},
    {{MARK(0, "OggS")}, {SOUND_OGG, "ogg"}},
    {{MARK(4, "ftyp")}, {SOUND_MP4, "mov"}},
    {{MARK(4, "moov")}, {SOUND_MP4, "mov"}},
    {{MARK(4, "mdat")}, {SOUND_MP4, "mov"}},
    {{MARK(4, "wide")}, {SOUND_MP4, "mov"}},
    {{MARK(0, "\x1A\x45\xDF\xA3")}, {SOUND_EBML, "matroska"}},
    {{MARK(0, "#!AMR\n")}, {SOUND_FRAMES, "amr"}},
    {{MARK(0, "#!AMR-WB\n")}, {SOUND_FRAMES, "amr"}},
    {{MARK(0, "\x30\x26\xB2\x75\x8E\x66\xCF\x11")}, {SOUND_ASF, "asf"}},
};

#define BY_FFMPEG "`ffmpeg -i IT NEW.flac` makes a FLAC of it"
#define PICTURE "a picture, not a sound"

/* What people take for a sound file, or give by mistake. */
static const struct {
    struct mark marks[2];
    const char *what, *instead;
} others[] = {
    {{MARK(0, "MThd")}, "a MIDI file: notes without a sound",
        "`timidity IT -Ow -o NEW.wav` plays it"},
    {{MARK(8, "RMID")}, "a MIDI file: notes without a sound",
        "`timidity IT -Ow -o NEW.wav` plays it"},
    {{MARK(0, "MAC ")}, "Monkey's Audio", BY_FFMPEG},
    {{MARK(0, "wvpk")}, "WavPack", BY_FFMPEG},
    {{MARK(0, "TTA1")}, "True Audio", BY_FFMPEG},
    {{MARK(0, "MPCK")}, "Musepack", BY_FFMPEG},
    {{MARK(0, "MP+")}, "Musepack", BY_FFMPEG},
    {{MARK(0, "OFR ")}, "OptimFROG", "its own program `ofr` makes a WAV of it"},
    {{MARK(0, "DSD ")}, "DSD", BY_FFMPEG},
    {{MARK(0, "FRM8")}, "DSD", BY_FFMPEG},
    {{MARK(0, ".ra\xFD")}, "RealAudio", BY_FFMPEG},
    {{MARK(0, ".RMF")}, "RealMedia", BY_FFMPEG},
    {{MARK(0, "Creative Voice File")}, "a Creative Voice file", BY_FFMPEG},
    {{MARK(0, "\x0B\x77")}, "AC-3", BY_FFMPEG},
    {{MARK(0, "\x7F\xFE\x80\x01")}, "DTS", BY_FFMPEG},
    {{MARK(0, "#!SILK")}, "SILK, of a messenger", "a SILK decoder makes a WAV of it"},
    {{MARK(1, "#!SILK")}, "SILK, of a messenger", "a SILK decoder makes a WAV of it"},
    {{MARK(0, "#!AMR_MC")}, "AMR of several channels", BY_FFMPEG},
    {{MARK(0, "IMPM")}, "a tracker's module", "`openmpt123 --render IT` makes a WAV of it"},
    {{MARK(0, "Extended Module: ")}, "a tracker's module",
        "`openmpt123 --render IT` makes a WAV of it"},
    {{MARK(0, "FLV\1")}, "a Flash video", BY_FFMPEG},
    {{MARK(8, "AVI ")}, "an AVI video", BY_FFMPEG},
    {{MARK(0, "\0\0\1\xBA")}, "an MPEG video", BY_FFMPEG},
    {{MARK(0, "\x47"), MARK(188, "\x47")}, "an MPEG transport stream", BY_FFMPEG},
    {{MARK(0, "#EXTM3U")}, "a playlist", "name the sound file itself"},
    {{MARK(0, "[playlist]")}, "a playlist", "name the sound file itself"},
    {{MARK(0, "\xFF\xD8\xFF")}, PICTURE, "name a sound file"},
    {{MARK(0, "\x89PNG")}, PICTURE, "name a sound file"},
    {{MARK(0, "GIF8")}, PICTURE, "name a sound file"},
    {{MARK(8, "WEBP")}, PICTURE, "name a sound file"},
    {{MARK(0, "PK\3\4")}, "a ZIP archive", "unpack it"},
    {{MARK(0, "%PDF")}, "a PDF document", "name a sound file"},
    {{MARK(0, "<!DOCTYPE")}, "a web page", "what was downloaded is not the sound"},
    {{MARK(0, "<!doctype")}, "a web page", "what was downloaded is not the sound"},
    {{MARK(0, "<html")}, "a web page", "what was downloaded is not the sound"},
};

static bool is_there(struct file_view *view, const struct mark *mark)
{
    return !mark->bytes || file_view_is(view, view->start + mark->at, mark->bytes, mark->n);
}

/* --- tags --- */

static void skip_front(struct file_view *view)
{
    int64_t n;

    while (
        !file_view_is(view, view->start, "TAG", 3) && (n = mpeg_tag_length(view, view->start)) > 0)
        view->start += n;
}

/* The length of Lyrics3, version 2, which stand before other tags. */
static int64_t lyrics_length(struct file_view *view)
{
    const uint8_t *foot = file_view_at(view, view->end - 15, 15);
    char digits[7] = "";

    if (!foot || memcmp(foot + 6, "LYRICS200", 9) != 0)
        return 0;
    memcpy(digits, foot, 6);
    return strtol(digits, NULL, 10) + 15;
}

static int64_t back_length(struct file_view *view)
{
    const uint8_t *foot;

    if (file_view_is(view, view->end - 128, "TAG", 3))
        return 128;
    if (file_view_is(view, view->end - 227, "TAG+", 4))
        return 227;
    foot = file_view_at(view, view->end - 32, 32);
    if (foot && memcmp(foot, "APETAGEX", 8) == 0)
        return (int64_t)AV_RL32(foot + 12) + (foot[23] & 0x80 ? 32 : 0);
    foot = file_view_at(view, view->end - 10, 10);
    if (foot && memcmp(foot, "3DI", 3) == 0)
        return 20 + ((foot[6] & 127) << 21 | (foot[7] & 127) << 14 | (foot[8] & 127) << 7 |
                        (foot[9] & 127));
    return lyrics_length(view);
}

static void skip_back(struct file_view *view)
{
    int64_t n;

    while ((n = back_length(view)) > 0 && n < view->end - view->start)
        view->end -= n;
}

/* --- */

/* Tags stand around what has no container of its own. */
static void narrow(struct file_view *view, const struct sound_kind *kind)
{
    if (kind->layout <= SOUND_FRAMES)
        skip_back(view);
}

static bool find_mark(struct file_view *view, struct sound_kind *ret_kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (is_there(view, &kinds[i].marks[0]) && is_there(view, &kinds[i].marks[1])) {
            *ret_kind = kinds[i].kind;
            return true;
        }
    return false;
}

static int refuse_other(struct file_view *view, const char *name, struct error *err)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (is_there(view, &others[i].marks[0]) && is_there(view, &others[i].marks[1]))
            return error_set(err, ERR_INPUT, "%s: not a sound that can be read but %s; %s", name,
                others[i].what, others[i].instead);
    return 0;
}

/* Whichever comes first: a row of one may stand inside the other by chance, but behind its start.
 */
static bool find_frames(struct file_view *view, struct sound_kind *ret_kind)
{
    int64_t mpeg = mpeg_frames_find(view, false, MPEG_JUNK_MAX);
    int64_t adts = mpeg_frames_find(view, true, MPEG_JUNK_MAX);
    bool is_adts = adts >= 0 && (mpeg < 0 || adts < mpeg);

    *ret_kind = (struct sound_kind){is_adts ? SOUND_FRAMES_ADTS : SOUND_FRAMES_MPEG, NULL};
    return mpeg >= 0 || adts >= 0;
}

/* Its frames are all of one length, which no header tells. */
static bool is_free_format(struct file_view *view)
{
    const uint8_t *head = file_view_at(view, view->start, 4);

    return head && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2 && head[2] >> 4 == 0;
}

int sound_kind_of(
    struct file_view *view, const char *name, struct sound_kind *ret_kind, struct error *err)
{
    bool is_known;
    int rc;

    skip_front(view);
    is_known = find_mark(view, ret_kind);
    rc = is_known ? 0 : refuse_other(view, name, err);
    if (rc < 0)
        return rc;
    is_known = is_known || find_frames(view, ret_kind);
    if (cancel_is_set(view->cancel))
        return cancel_error(err);
    if (!is_known && is_free_format(view))
        return error_set(err, ERR_INPUT,
            "%s: not a sound that can be read but an MP3 in free format; `lame --decode` makes a "
            "WAV of it",
            name);
    if (!is_known)
        return error_set(err, ERR_INPUT,
            "%s: not a WAV, MP3, AAC, M4A, FLAC, Ogg, WebM, AIFF, CAF, AMR or WMA sound", name);
    narrow(view, ret_kind);
    return 0;
}
