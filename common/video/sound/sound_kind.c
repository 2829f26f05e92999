/* sound_kind.c - see sound_kind.h: recognizing a file.  sound_check.c checks that it is complete.
 */
#include "video/sound/sound_kind.h"

#include <libavutil/intreadwrite.h>
#include <stdlib.h>
#include <string.h>

#include "base/cancel.h"
#include "video/sound/mpeg_frames.h"

/* Bytes by which a format is recognized (its "magic"). */
struct mark {
    int at; /* bytes behind the start of the view */
    const char *bytes;
    int n;
};

#define MARK(at, bytes)                                                                            \
    {                                                                                              \
        at, bytes, sizeof bytes - 1                                                                \
    }

static const struct {
    struct mark marks[2]; /* the file has all of them */
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

#define BY_FFMPEG "`ffmpeg -i FILE NEW.flac` converts it to FLAC"
#define BY_TIMIDITY "`timidity FILE -Ow -o NEW.wav` renders it as a WAV"
#define BY_OPENMPT "`openmpt123 --render FILE` renders it as a WAV"
#define PICTURE "a picture, not a sound"
#define NAME_SOUND "name a sound file"
#define NAME_ENTRY "name a sound file of its list"
#define WEB_PAGE "the download gave a page in place of the sound; download it again"

/* Formats that people take for a sound file that can be read, or name by mistake. */
static const struct {
    struct mark marks[2];
    const char *what, *advice;
} others[] = {
    {{MARK(0, "MThd")}, "a MIDI file: notes without a sound", BY_TIMIDITY},
    {{MARK(8, "RMID")}, "a MIDI file: notes without a sound", BY_TIMIDITY},
    {{MARK(0, "MAC ")}, "Monkey's Audio", BY_FFMPEG},
    {{MARK(0, "wvpk")}, "WavPack", BY_FFMPEG},
    {{MARK(0, "TTA1")}, "True Audio", BY_FFMPEG},
    {{MARK(0, "MPCK")}, "Musepack", BY_FFMPEG},
    {{MARK(0, "MP+")}, "Musepack", BY_FFMPEG},
    {{MARK(0, "OFR ")}, "OptimFROG", "its own program `ofr` converts it to WAV"},
    {{MARK(0, "DSD ")}, "DSD", BY_FFMPEG},
    {{MARK(0, "FRM8")}, "DSD", BY_FFMPEG},
    {{MARK(0, ".ra\xFD")}, "RealAudio", BY_FFMPEG},
    {{MARK(0, ".RMF")}, "RealMedia", BY_FFMPEG},
    {{MARK(0, "Creative Voice File")}, "a Creative Voice file", BY_FFMPEG},
    {{MARK(0, "\x0B\x77")}, "AC-3", BY_FFMPEG},
    {{MARK(0, "\x7F\xFE\x80\x01")}, "DTS", BY_FFMPEG},
    {{MARK(0, "#!SILK")}, "SILK, a messenger's voice format", "a SILK decoder converts it to WAV"},
    {{MARK(1, "#!SILK")}, "SILK, a messenger's voice format", "a SILK decoder converts it to WAV"},
    {{MARK(0, "#!AMR_MC")}, "AMR with several channels", BY_FFMPEG},
    {{MARK(0, "IMPM")}, "a tracker module", BY_OPENMPT},
    {{MARK(0, "Extended Module: ")}, "a tracker module", BY_OPENMPT},
    {{MARK(0, "FLV\1")}, "a Flash video", BY_FFMPEG},
    {{MARK(8, "AVI ")}, "an AVI video", BY_FFMPEG},
    {{MARK(0, "\0\0\1\xBA")}, "an MPEG video", BY_FFMPEG},
    {{MARK(0, "\x47"), MARK(188, "\x47")}, "an MPEG transport stream", BY_FFMPEG},
    {{MARK(0, "#EXTM3U")}, "a playlist", NAME_ENTRY},
    {{MARK(0, "[playlist]")}, "a playlist", NAME_ENTRY},
    {{MARK(0, "\xFF\xD8\xFF")}, PICTURE, NAME_SOUND},
    {{MARK(0, "\x89PNG")}, PICTURE, NAME_SOUND},
    {{MARK(0, "GIF8")}, PICTURE, NAME_SOUND},
    {{MARK(8, "WEBP")}, PICTURE, NAME_SOUND},
    {{MARK(0, "PK\3\4")}, "a ZIP archive", "unpack it"},
    {{MARK(0, "%PDF")}, "a PDF document", NAME_SOUND},
    {{MARK(0, "<!DOCTYPE")}, "a web page", WEB_PAGE},
    {{MARK(0, "<!doctype")}, "a web page", WEB_PAGE},
    {{MARK(0, "<html")}, "a web page", WEB_PAGE},
};

/* Whether the file has both marks; one without bytes counts as there. */
static bool sound_kind_has_marks(struct file_view *view, const struct mark marks[static 2])
{
    for (int i = 0; i < 2; i++)
        if (marks[i].bytes &&
            !file_view_is(view, view->start + marks[i].at, marks[i].bytes, marks[i].n))
            return false;
    return true;
}

/* --- tags --- */

static void sound_kind_skip_head_tags(struct file_view *view)
{
    int64_t n;

    while (
        !file_view_is(view, view->start, "TAG", 3) && (n = mpeg_tag_length(view, view->start)) > 0)
        view->start += n;
}

/* The length of a Lyrics3 tag, version 2, which stands before other tags; 0: there is none. */
static int64_t sound_kind_lyrics_length(struct file_view *view)
{
    const uint8_t *foot = file_view_at(view, view->end - 15, 15);
    char digits[7] = "";

    if (!foot || memcmp(foot + 6, "LYRICS200", 9) != 0)
        return 0;
    memcpy(digits, foot, 6);
    return strtol(digits, NULL, 10) + 15;
}

static int64_t sound_kind_tail_tag_length(struct file_view *view)
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
    return sound_kind_lyrics_length(view);
}

static void sound_kind_skip_tail_tags(struct file_view *view)
{
    int64_t n;

    while ((n = sound_kind_tail_tag_length(view)) > 0 && n < view->end - view->start)
        view->end -= n;
}

/* --- recognizing --- */

static bool sound_kind_find_mark(struct file_view *view, struct sound_kind *ret_kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (sound_kind_has_marks(view, kinds[i].marks)) {
            *ret_kind = kinds[i].kind;
            return true;
        }
    return false;
}

static int sound_kind_refuse_other(struct file_view *view, const char *name, struct error *err)
{
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (sound_kind_has_marks(view, others[i].marks))
            return error_set(err, ERR_INPUT, "%s: not a sound that can be read but %s; %s", name,
                others[i].what, others[i].advice);
    return 0;
}

/* MPEG audio or ADTS, whichever starts first: a run of one may occur inside the other by chance,
 * but only behind its start. */
static bool sound_kind_find_frames(struct file_view *view, struct sound_kind *ret_kind)
{
    int64_t mpeg = mpeg_frames_find(view, false, MPEG_JUNK_MAX);
    int64_t adts = mpeg_frames_find(view, true, MPEG_JUNK_MAX);
    bool is_adts = adts >= 0 && (mpeg < 0 || adts < mpeg);

    *ret_kind = (struct sound_kind){is_adts ? SOUND_FRAMES_ADTS : SOUND_FRAMES_MPEG, NULL};
    return mpeg >= 0 || adts >= 0;
}

/* MPEG audio in free format: all frames have one length, which no header states. */
static bool sound_kind_is_free_format(struct file_view *view)
{
    const uint8_t *head = file_view_at(view, view->start, 4);

    return head && head[0] == 0xFF && (head[1] & 0xE6) == 0xE2 && head[2] >> 4 == 0;
}

int sound_kind_of(
    struct file_view *view, const char *name, struct sound_kind *ret_kind, struct error *err)
{
    bool is_known;
    int rc;

    sound_kind_skip_head_tags(view);
    is_known = sound_kind_find_mark(view, ret_kind);
    rc = is_known ? 0 : sound_kind_refuse_other(view, name, err);
    if (rc < 0)
        return rc;
    is_known = is_known || sound_kind_find_frames(view, ret_kind);
    if (cancel_is_set(view->cancel))
        return cancel_error(err);
    if (!is_known && sound_kind_is_free_format(view))
        return error_set(err, ERR_INPUT,
            "%s: not a sound that can be read but an MP3 in free format; `lame --decode` converts "
            "it to WAV",
            name);
    if (!is_known)
        return error_set(err, ERR_INPUT,
            "%s: not a WAV, MP3, AAC, M4A, FLAC, Ogg, WebM, AIFF, CAF, AMR or WMA sound", name);
    if (ret_kind->layout <= SOUND_FRAMES) /* tags stand around frames without a container */
        sound_kind_skip_tail_tags(view);
    return 0;
}
