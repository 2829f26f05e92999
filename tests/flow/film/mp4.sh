#!/usr/bin/env bash
# mp4.sh - the MP4 file: what ffprobe reports, every frame decoded, sounds at the times of the timeline, and the same
# bytes from every run.
# (It measures no time, and runs side by side with others.)
# (Any engine: it reads the file that a terminal makes.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare
photos_make

# Two tones of one second without silence before them; a spoken sentence; a case of 9:16.
cases_make() {
    ffmpeg -v error -f lavfi -i sine=frequency=1000:duration=1:sample_rate=44100 "$CASECAST_MEDIA_ROOT/tone.wav" </dev/null
    cat >"$private/cases.json" <<'END'
{"cases": [
    {"id": "tones", "title": "Tones", "scenes": [
        {"image": "photo.jpg", "caption": "One", "audio": "tone.wav"},
        {"image": "photo.jpg", "caption": "Two", "audio": "tone.wav"}]},
    {"id": "spoken", "title": "Spoken", "language": "en", "scenes": [
        {"image": "photo.jpg", "caption": "Hello", "narration": "Take this to the printer."}]},
    {"id": "portrait", "title": "Portrait", "shape": "9:16", "scenes": [
        {"image": "photo.jpg", "caption": "مرحبا नमस्ते 🎬", "seconds": 1}]}
]}
END
    "$program" import "$private/cases.json"
}

create() { "$program" create --force "$1" -o "$2" 2>&1; } # CASE FILE

probe() { ffprobe -v error -select_streams "$2" -show_entries "stream=$3" -of default=nw=1:nk=1 "$1" | paste -sd' '; } # FILE STREAM ENTRIES

decodes_silently() { same '' "$(ffmpeg -v warning -xerror -err_detect explode -i "$1" -f null - 2>&1 </dev/null)"; }

onsets() { ffmpeg -v error -i "$1" -ac 1 -ar 48000 -f s16le - </dev/null | node "$kit/media/onset.mjs"; }

within() { jq -ne "($1) - ($2) | fabs <= $3" >/dev/null || { printf '%s is not within %s of %s\n' "$2" "$3" "$1"; return 1; }; }

every_frame_in_its_place() { # FILE: presentation times are 0, 1, 2 … thirtieths, decode times grow
    ffprobe -v error -select_streams v -show_entries packet=pts_time,dts_time -of json "$1" | jq -e '
        (.packets | map(.pts_time | tonumber * 30 | round) | sort) as $shown
        | (.packets | map(.dts_time | tonumber)) as $decoded
        | $shown == [range($shown | length)] and $decoded == ($decoded | unique)' >/dev/null
}

streams_and_tags() { # FILE WIDTHxHEIGHT FRAMES
    fact 'the streams are picture, sound, text and chapters' same 'h264 aac mov_text bin_data' "$(ffprobe -v error -show_entries stream=codec_name -of default=nw=1:nk=1 "$1" | xargs)"
    fact "the video is H.264 High, 4:2:0, progressive" same 'High yuv420p progressive' "$(probe "$1" v profile,pix_fmt,field_order)"
    fact "the video has $2 pixels" same "${2/x/ }" "$(probe "$1" v width,height)"
    fact 'the colour tags are BT.709, tv range' same 'tv bt709 bt709 bt709' "$(probe "$1" v color_range,color_space,color_transfer,color_primaries)"
    fact 'the rate is 30 frames a second' same '30/1 30/1' "$(probe "$1" v r_frame_rate,avg_frame_rate)"
    fact 'the sound is AAC-LC, 48 kHz, stereo' same 'LC 48000 2' "$(probe "$1" a profile,sample_rate,channels)"
    fact "the video has $3 frames" same "$3" "$(ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of default=nw=1:nk=1 "$1")"
    fact 'the video lasts as long as its frames' within "$3 / 30" "$(probe "$1" v duration)" 0.001
    fact 'sound and picture end together' within "$3 / 30" "$(probe "$1" a duration)" 0.034
    fact 'every frame has its time' every_frame_in_its_place "$1"
    fact 'moov stands before mdat, so that players start at once' holds '^ftyp .*moov .*mdat' "$(node "$kit/media/boxes.mjs" "$1")"
    fact 'ffmpeg decodes all of it without a message' decodes_silently "$1"
}

# In frames, see the drawing in common/video/plan/timeline.h: 12 before the first sound, 30 of tone, 8 after it, a fade
# of 24, 4 before the second sound, 30 of tone, 30 at the end.
tones() {
    local file=$private/one/tones.mp4 found
    mkdir -p "$private/one"
    fact 'casecast create makes the video' create tones "$file"
    streams_and_tags "$file" 1920x1080 138
    mapfile -t found < <(onsets "$file")
    fact 'the video has two sounds' same 2 "${#found[@]}"
    fact 'the first sound begins at its time in the timeline, within 20 ms' within '12 / 30' "${found[0]-99}" 0.02
    fact 'the second sound begins at its time in the timeline, within 20 ms' within '78 / 30' "${found[1]-99}" 0.02
}

spoken() {
    local file=$private/one/spoken.mp4 found
    create spoken "$file" >/dev/null
    mapfile -t found < <(onsets "$file")
    fact 'spoken narration begins at its time in the timeline, within 20 ms' within '12 / 30' "${found[0]-99}" 0.02
    fact 'ffmpeg decodes spoken narration without a message' decodes_silently "$file"
}

portrait() {
    local file=$private/one/portrait.mp4
    create portrait "$file" >/dev/null
    streams_and_tags "$file" 1080x1920 30
}

words() { # what players that do not read captions.vtt find in the file
    local file=$private/one/spoken.mp4
    fact 'the text track holds the narration' same 'Take this to the printer.' \
        "$(ffmpeg -v error -i "$file" -map 0:s:0 -f webvtt - </dev/null | sed -n '/-->/{n;p;}')"
    fact 'the text track names its language' same eng "$(ffprobe -v error -select_streams s -show_entries stream_tags=language -of default=nw=1:nk=1 "$file")"
    fact 'the text track is off by default' same 0 \
        "$(ffprobe -v error -select_streams s -show_entries stream_disposition=default -of default=nw=1:nk=1 "$file")"
    fact 'chapters are the scenes' same '0.000000 One 2.467000 Two' \
        "$(ffprobe -v error -show_chapters -of json "$private/one/tones.mp4" | jq -r '[.chapters[] | "\(.start_time) \(.tags.title)"] | join(" ")')"
}

# The second run has another folder, another time of day, and one core instead of all.
the_same_again() {
    local case
    mkdir -p "$private/two"
    for case in tones spoken portrait; do
        TZ=Asia/Tokyo taskset -c 0 "$program" create --force "$case" -o "$private/two/other-name.mp4" >/dev/null 2>&1
        fact "$case: two runs give the same bytes" cmp "$private/one/$case.mp4" "$private/two/other-name.mp4"
    done
}

interrupted() {
    local seconds
    mkdir "$private/three"
    for seconds in 0.02 0.05 0.1 0.2 0.4; do
        # An empty cache, or create would be done too early.  timeout signals twice: the process, and its group.
        CASECAST_CACHE_MIB=0 timeout -s INT "$seconds" "$program" create --force tones -o "$private/three/tones.mp4" >/dev/null 2>&1
        fact "interrupted after $seconds s: no file stays" same '' "$(ls -A "$private/three")"
    done
}

fact 'casecast import reads the cases' cases_make
tones
spoken
portrait
words
the_same_again
interrupted
facts_end
