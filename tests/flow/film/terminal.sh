#!/usr/bin/env bash
# terminal.sh - films made in a terminal, of a folder of photos and of a file: what is written, what is refused, and that
# nothing is left over.
# (It measures no time, and runs side by side with others.)
# (SQLite only: it uses no database.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"

private_stack_prepare
photos=$private/'my photos'
mkdir "$photos" "$private/films"
cd "$private/films" || exit 1

photo() { ffmpeg -v error -f lavfi -i "color=$1:size=640x360" -frames:v 1 "$2" </dev/null; } # COLOUR FILE
photos_of_a_day() {
    photo red "$photos/a9.jpg" && photo green "$photos/a10 ü'.webp" &&
        ffmpeg -v error -f lavfi -i sine=duration=1 "$photos/a9.wav" </dev/null
}
create() { "$program" create "$@" 2>&1; }
ends_with() { # STATUS COMMAND…
    "${@:2}" >"$private/said" 2>&1
    same "$1" "$?" || { cat "$private/said"; return 1; }
}
said() { holds "$1" "$(cat "$private/said")"; }
listed() { (cd "$1" && find . -mindepth 1 | sort | xargs -d '\n'); }
length_of() { ffprobe -v error -show_entries format=format_name -of csv=p=0 "$@"; }

fact 'there are photos' photos_of_a_day
fact 'a folder becomes a film, with what belongs to it' ends_with 0 create "$photos" -o day.mp4 --with captions,poster,chapters
fact 'it is a film' holds mp4 "$(length_of day.mp4)"
fact 'poster and chapters stand beside it; without words there are no captions' same './day.chapters.vtt ./day.jpg ./day.mp4' "$(listed .)"
fact 'chapters end with the film' test "$(tail -n 3 day.chapters.vtt | sed -n 's/.*--> 00:00:\(..\).*/\1/p')" -gt 4
fact 'the case is written, in the natural order of the names' same '["a9.jpg","a9.wav"] ["a10 ü'\''.webp",null]' \
    "$(jq -r '.cases[0].scenes | map([.image, .audio] | tojson) | join(" ")' "$photos/case.json")"
jq '.cases[0] |= (.size = "720p" | .fps = 24 | .quality = "draft" | .scenes = [.scenes[0] + {title: "At the sea"}])' \
    "$photos/case.json" >"$private/case.json" && mv "$private/case.json" "$photos/case.json"

fact 'a film that is there is not replaced' ends_with 73 create "$photos" -o day.mp4
fact 'the error names the option' said 'day\.mp4: is there already; --force replaces it'
fact 'it is replaced where that is wanted' ends_with 0 create "$photos" -o day.mp4 --force
fact 'the case of the folder is used' said 'case\.json is there, and is used'
fact 'standard output has the same bytes' cmp day.mp4 <("$program" create -q -o - "$photos/case.json")
fact 'standard input is a file, too' ends_with 0 env CASECAST_MEDIA_ROOT="$photos" "$program" create --force -q -o in.mp4 - <"$photos/case.json"
fact 'and says nothing if that is wanted' same '' "$(cat "$private/said")"
CASECAST_CACHE_MIB=0 "$program" create "$photos" --json --force -o in.mp4 2>/dev/null >"$private/told"
fact 'progress and end are objects, one a line' same '["done","progress"]' "$(jq -sc 'map(.event) | unique' "$private/told")"
fact 'the name of the scene is told' holds '1/1 At the sea' "$(cat "$private/told")"

fact 'another format is refused' ends_with 65 create "$photos" -o day.mkv
fact 'so is a folder that does not exist' ends_with 73 create "$photos" -o none/day.mp4
mkdir "$private/empty"
fact 'and a folder without photos' ends_with 66 create "$private/empty"
fact 'a full disk is told' ends_with 74 sh -c '"$0" create -q "$1" -o - >/dev/full' "$program" "$photos"
fact 'a reader that left ends it' test "$("$program" create -q -o - "$photos" 2>/dev/null | head -c 1 | wc -c)" -eq 1
before=$(listed .)
for seconds in 0.05 0.3; do
    CASECAST_CACHE_MIB=0 timeout --foreground -s INT "$seconds" "$program" create "$photos" -o stopped.mp4 >/dev/null 2>&1
    fact "Ctrl-C after $seconds s leaves nothing" same "$before" "$(listed .)"
done
facts_end
