#!/usr/bin/env bash
# sound.sh - unusual sound files make a correct video, or an error that names scene and file.  The sound has its
# target loudness, and cached speech is the same as new speech.
# (It measures no time, and runs side by side with others.)
# (Any engine: it compares sounds.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare
photos_make
media=$CASECAST_MEDIA_ROOT
film=$private/film.mp4
head='"title": "Sounds", "language": "en", "size": "720p", "fps": 24, "quality": "draft"'

make() { # JSON-OF-ONE-CASE: prints its error, or makes $film.  A program that hangs is ended (status 124).
    rm -f "$film"
    printf '{"cases": [%s]}' "$1" >"$private/case.json"
    timeout 30 "$program" import "$private/case.json" 2>&1 && timeout 60 "$program" create --force odd -o "$film" 2>&1
}

as_scene() { printf '{"id": "odd", %s, "scenes": [{"image": "photo.jpg", "seconds": 2, "audio": "%s"}]}' "$head" "$1"; }
as_music() { printf '{"id": "odd", %s, "music": "%s", "scenes": [{"image": "photo.jpg", "seconds": 2}]}' "$head" "$1"; }

probe() { ffprobe -v error -select_streams "$1" -show_entries "stream=$2" -of default=nw=1:nk=1 "$film"; }

# Integrated loudness and true peak, by ffmpeg's own meter.
measured() {
    ffmpeg -nostats -i "$film" -map 0:a -af ebur128=peak=true -f null - 2>&1 </dev/null |
        sed -n '/Summary/,$p' | awk '$1 == "I:" { i = $2 } $1 == "Peak:" { p = $2 } END { print i, p }'
}

# The video lasts 2 seconds, as in the case, its sound decodes, and no sample is NaN or infinite.
is_right() {
    same 48 "$(probe v nb_frames)" && same aac "$(probe a codec_name)" &&
        same '' "$(ffmpeg -v error -xerror -i "$film" -f null - 2>&1 </dev/null)" &&
        same 0 "$(ffmpeg -v error -i "$film" -map 0:a -f f32le - </dev/null | od -An -v -tf4 | grep -ciE 'nan|inf')"
}

is_heard() {
    local got
    got=$(measured)
    awk '{ exit !($1 ~ /^-?[0-9.]+$/ && $1 > -30 && $2 <= -1) }' <<<"$got" || { printf 'LUFS, dBTP: %s\n' "$got"; return 1; }
}

makes() { # JSON
    local said
    said=$(make "$1") || { printf '%s: %s\n' $? "$said"; return 1; }
    is_right
}

sounds() { makes "$1" && is_heard; }

refuses() { # JSON FILE REGULAR-EXPRESSION: the error says where in the case, which file, and why
    local said status
    said=$(make "$1")
    status=$?
    ((status > 0 && status < 124)) || { printf 'status %d: %s\n' "$status" "$said"; return 1; }
    holds "(scene 1|scenes\\[0\\]|music).*$2.*$3" "$said" && [[ ! -e $film ]]
}

tone() { # FILE OPTIONS…
    local file=$1
    shift
    ffmpeg -v error -y -f lavfi -i sine=frequency=440:duration=0.5:sample_rate=48000 "$@" "$media/$file" </dev/null
}

# --- files that can be read -----------------------------------------------------------------------------------

unusual_files() {
    local name
    tone telephone.wav -ac 1 -ar 8000 -c:a pcm_s16le
    tone cinema.wav -af 'pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0' -ar 96000 -c:a pcm_s24le
    ffmpeg -v error -f lavfi -i sine=duration=0.5 -i "$media/photo.jpg" -map 0 -map 1 -c:a libmp3lame -c:v copy \
        -disposition:v attached_pic "$media/cover.mp3" </dev/null
    ffmpeg -v error -f lavfi -i testsrc2=size=64x64:duration=0.5 -f lavfi -i sine=duration=0.5 -c:v libx264 -c:a aac \
        "$media/video.mp4" </dev/null
    ffmpeg -v error -f lavfi -i sine=duration=0.5 -f wav - </dev/null | cat >"$media/piped.wav"
    # Wrong or missing lengths: a RIFF chunk of a megabyte, an MP3 of unknown length, two MP3s in one file.
    {
        head -c 4 "$media/telephone.wav"
        printf '\0\0\x10\0'
        tail -c +9 "$media/telephone.wav"
    } >"$media/liar.wav"
    ffmpeg -v error -f lavfi -i sine=duration=0.5 -c:a libmp3lame -q:a 2 -f mp3 - </dev/null | cat >"$media/piped.mp3"
    tone quarter.mp3 -c:a libmp3lame -t 0.25
    cat "$media/quarter.mp3" "$media/quarter.mp3" >"$media/joined.mp3"
    ffmpeg -v error -f lavfi -i sine=duration=0.5 -c:a libopus -f webm -live 1 - </dev/null | cat >"$media/recorder.webm"
    for name in telephone.wav cinema.wav cover.mp3 video.mp4 piped.wav liar.wav piped.mp3 joined.mp3 recorder.webm; do
        fact "$name makes a video with sound" sounds "$(as_scene "$name")"
    done
    ffmpeg -v error -f lavfi -i anullsrc=duration=0.5 "$media/silence.wav" </dev/null
    fact 'a silent file makes a video without NaN' makes "$(as_scene silence.wav)"
    ffmpeg -v error -f lavfi -i sine=duration=2.5 -ac 1 -ar 8000 "$media/long.wav" </dev/null
    fact 'music of 8 kHz makes a video with sound' sounds "$(as_music long.wav)"
    ffmpeg -v error -f lavfi -i anullsrc=duration=2.5 "$media/still.wav" </dev/null
    fact 'silent music makes a video' makes "$(as_music still.wav)"
}

# A tone, 1,000 times the eight bytes of two samples, and the tone again.
make_float_wav() { # FILE PRINTF-FORMAT
    local raw=$private/raw i
    ffmpeg -v error -y -f lavfi -i sine=duration=0.2:sample_rate=48000 -f f32le "$raw.tone" </dev/null
    {
        cat "$raw.tone"
        # shellcheck disable=SC2059
        for ((i = 0; i < 1000; i++)); do printf "$2"; done
        cat "$raw.tone"
    } >"$raw"
    ffmpeg -v error -f f32le -ar 48000 -ac 1 -i "$raw" -c:a pcm_f32le "$media/$1" </dev/null
}

# --- files that are refused ------------------------------------------------------------------------------------

refused_files() {
    local name
    tone whole.mp3 -c:a libmp3lame
    head -c $(($(stat -c %s "$media/whole.mp3") / 4)) "$media/whole.mp3" >"$media/cut.mp3"
    head -c $(($(stat -c %s "$media/telephone.wav") / 2)) "$media/telephone.wav" >"$media/cut.wav"
    make_float_wav nan.wav '\0\0\xC0\x7F\0\0\xC0\x7F'
    make_float_wav infinite.wav '\0\0\x80\x7F\0\0\x80\xFF'
    # One sample at 44.1 kHz gives none at 48 kHz.
    ffmpeg -v error -f lavfi -i sine -af atrim=end_sample=1 "$media/sample.wav" </dev/null
    ffmpeg -v error -f lavfi -i sine -af atrim=end_sample=0 "$media/nothing.wav" </dev/null 2>/dev/null
    printf '<!DOCTYPE html><title>404</title>' >"$media/page.mp3"
    mkfifo "$media/pipe.mp3"
    mkdir "$media/folder.mp3"
    cp "$media/telephone.wav" "$private/outside.wav"
    ln -s ../outside.wav "$media/link.wav"
    for name in cut.mp3:truncated cut.wav:truncated nothing.wav:'holds no sound' sample.wav:'holds no sound' \
        nan.wav:'NaN, infinite or beyond 4e9' infinite.wav:'NaN, infinite or beyond 4e9' page.mp3:'a web page' pipe.mp3:. \
        folder.mp3:. link.wav:.; do
        fact "${name%%:*} as a scene's sound is refused, and the error names place and file" refuses "$(as_scene "${name%%:*}")" "${name%%:*}" "${name#*:}"
        fact "${name%%:*} as music is refused, and the error names place and file" refuses "$(as_music "${name%%:*}")" "${name%%:*}" "${name#*:}"
    done
}

# --- all together -----------------------------------------------------------------------------------------------

full() { # CAPTION
    printf '{"id": "odd", %s, "music": "long.wav", "scenes": [
        {"image": "photo.jpg", "caption": "%s", "narration": "Take this to the printer, and bring it back."},
        {"image": "photo.jpg", "audio": "telephone.wav"}]}' "$head" "$1"
}

loudness() {
    fact 'narration, music and a sound file make a video' make "$(full One)"
    fact 'the mix has -16 LUFS and a true peak below -1 dBTP' jq -ne "[$(measured | tr ' ' ,)] | (.[0] + 16 | fabs) <= 0.5 and .[1] <= -1"
}

sound_sum() { ffmpeg -v error -i "$film" -map 0:a -c copy -f md5 - </dev/null; }

cached_speech() {
    local warm cold
    make "$(full Two)" >/dev/null
    warm=$(sound_sum)
    CASECAST_CACHE_MIB=0 make "$(full Two)" >/dev/null
    cold=$(sound_sum)
    fact 'the video has a sound to compare' holds '^MD5=' "$warm"
    fact 'cached speech is the same as new speech' same "$cold" "$warm"
}

unusual_files
refused_files
loudness
cached_speech
facts_end
