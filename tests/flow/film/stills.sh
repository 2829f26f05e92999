#!/usr/bin/env bash
# stills.sh - single frames and contact sheets: that they are the video's frames, and what is refused.
# (It measures no time, and runs side by side with others.)
# (SQLite only: it uses no database.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"

private_stack_prepare
cd "$private" || exit 1
ffmpeg -v error -f lavfi -i mandelbrot=size=1280x720:rate=1 -frames:v 2 p%d.png </dev/null
cat >case.json <<'JSON'
{"cases": [{"id": "s", "title": "A title", "size": "720p", "fps": 24, "quality": "high", "scenes": [
  {"image": "p1.png", "caption": "One", "seconds": 5},
  {"image": "p2.png", "narration": "Two.", "caption": "Two", "seconds": 3, "transition": "fade"}]}]}
JSON
still() { "$program" still case.json -f "$@" 2>&1; }
ends_with() { # STATUS COMMAND…
    "${@:2}" >said 2>&1
    same "$1" "$?" || { cat said; return 1; }
}
said() { holds "$1" "$(cat said)"; }
size_of() { ffprobe -v error -show_entries stream=width,height -of csv=p=0 "$1"; }

# The likeness of a still to the frame of the video at that time: SSIM, of 1000.
likeness() { # TIME OTHER-TIME
    local n
    n=$(awk -v t="$2" 'BEGIN { print int((t + 0.0005) * 24) }')
    still -q -t "$1" -o still.jpg >&2 || return 1
    ffmpeg -v error -y -i s.mp4 -vf "select=eq(n\,$n)" -frames:v 1 -fps_mode passthrough frame.y4m </dev/null
    ffmpeg -hide_banner -i still.jpg -i frame.y4m -lavfi \
        '[0]scale=out_range=tv:out_color_matrix=bt709,format=yuv420p[a];[1]format=yuv420p[b];[a][b]ssim' \
        -f null - 2>&1 </dev/null | awk 'match($0, /All:[0-9.]+/) { print int(1000 * substr($0, RSTART + 4, RLENGTH - 4)) }'
}

fact 'there is a video' "$program" create -q case.json -o s.mp4
for time in 0.1 1.5 3.5 4.7 6.5; do
    fact "the still at $time s is the frame of the video" test "$(likeness "$time" "$time")" -ge 980
done
fact 'other frames are less like it' test "$(likeness 4.7 4.9)" -lt "$(likeness 4.7 4.7)"
fact 'it has the size of the video' same 1280,720 "$(size_of still.jpg)"
fact 'or the width that was asked for' ends_with 0 still --scene 2 --at 0.2 --width 321 -o small.jpg
fact 'made even' same 320,180 "$(size_of small.jpg)"
fact 'a time behind the end is told, with the length' ends_with 65 still -t 1:40
fact 'in seconds' said '100 s: the video is [0-9.]* s long'
fact 'so is a scene that is not there' ends_with 65 still -s 3
fact 'and how many there are' said '3: the case has 2 scenes'
fact 'what is no time is a wrong command' ends_with 64 still -t soon
fact 'a picture that is there is not replaced' ends_with 73 "$program" still case.json -o small.jpg
fact 'another format is refused' ends_with 64 still -o x.png
fact 'standard output has the same bytes' cmp <(still -q -t 0 -o -) <(still -q -t 0 -o x.jpg; cat x.jpg)

fact 'a sheet has all scenes' ends_with 0 "$program" sheet case.json -n 2 -w 200 -o sheet.jpg
fact 'side by side' same 400,112 "$(size_of sheet.jpg)"
jq '.cases[0].scenes[1].image = "gone.png"' case.json >broken.json
fact 'a picture that is missing does no harm to another scene' ends_with 0 "$program" still broken.json -t 1 -o one.jpg
fact 'its own is an error' ends_with 65 "$program" still broken.json -s 2 -o two.jpg
fact 'that names scene and file' said 'scene 2: image: .*gone.png'
fact 'and leaves no file' test ! -e two.jpg
fact 'a full disk is told' ends_with 74 sh -c '"$0" still -q case.json -o - >/dev/full' "$program"
fact 'no other file is left' same '' "$(find . -name '*.jpg.*')"
facts_end
