#!/usr/bin/env bash
# stills_api.sh - single frames over HTTP: of which moment, how large, what is refused, and what happens to those whose
# client has gone.
# (It measures no time, and runs side by side with others.)
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
stack_start

still() { printf '%s/api/cases/%s/still?%s' "$url" "$1" "${2-}"; } # CASE [ARGUMENTS]
# Asks again after a 503, as Retry-After says: on a busy machine a still may take too long.
status_at_last() { # CURL-ARGUMENTS…
    local got
    for _ in {1..6}; do
        got=$(status "$@")
        [[ $got == 503 ]] || break
        sleep 1
    done
    printf '%s\n' "$got"
}
size_at() { curl -sS "$1" | ffprobe -v error -show_entries stream=width,height -of csv=p=0 -; }
plan() { curl -sS "$url/api/cases/$1/plan" | jq -c "$2"; } # CASE FILTER
digest_at() { curl -sS "$1" | sha256sum; }

case_put one 3
case_put gone 3 nowhere.jpg
sql "INSERT INTO cases(id) VALUES ('empty')"

fact 'a still is a JPEG' holds '^Content-Type: image/jpeg' "$(headers "$(still one)")"
fact 'of 640 pixels, if nothing else is asked for' same 640,360 "$(size_at "$(still one)")"
fact 'or of another width, made even' same 320,180 "$(size_at "$(still one width=321)")"
fact 'never wider than the video' same "$(plan one '[.width, .height] | @csv' | tr -d '"')" "$(size_at "$(still one width=4096)")"
fact 'the plan tells the length of the video' same 3 "$(plan one '.seconds | floor')"
fact 'and of its scenes' same '[{"start":0,"seconds":3}]' "$(plan one '.scenes | map(.seconds |= floor)')"
fact 'another moment is another picture' lacks "$(digest_at "$(still one t=0.1)" | head -c 64)" "$(digest_at "$(still one t=1.5)")"
fact 'the same moment is the same picture' same "$(digest_at "$(still one t=1.5)")" "$(digest_at "$(still one t=1.5)")"
fact 'a moment of a scene is one of the video' same "$(digest_at "$(still one t=0)")" "$(digest_at "$(still one 'scene=1&at=0')")"
tag=$(headers "$(still one t=1)" | tr -d '\r' | sed -n 's/^ETag: //p')
fact 'who has it is told so' same 304 "$(status_at_last -H "If-None-Match: $tag" "$(still one t=1)")"
sql "UPDATE scenes SET caption = 'Another' WHERE case_id = 'one'"
fact 'a changed caption is seen at once' same 200 "$(status_at_last -H "If-None-Match: $tag" "$(still one t=1)")"

fact 'a moment behind the end is refused, with the length' problem 422 't: 99 s: the video is 3.* s long' "$(still one t=99)"
fact 'so is a scene that is not there' problem 422 'scene: 2: the case has 1 scene' "$(still one scene=2)"
fact 'what is no number' problem 400 't: .soon. is no number' "$(still one t=soon)"
fact 'a width beyond all videos' problem 400 'width' "$(still one width=100000)"
fact 'two moments at once' problem 400 'two frames' "$(still one 't=1&scene=1')"
fact 'a share of no scene' problem 400 'of which scene' "$(still one at=0.5)"
fact 'an unknown case' problem 404 'not found' "$(still nobody)"
fact 'a case without scenes' problem 422 'no scenes' "$(still empty)"
fact 'a picture that is missing is named' problem 422 'scene 1: image: .*nowhere.jpg' "$(still gone)"
fact 'its plan can be told all the same' same 3 "$(plan gone '.seconds | floor')"

# A case in the body is written nowhere.
posted() { curl -sS -H 'Content-Type: application/json' -d "$(curl -sS "$url/api/cases/one" | jq "$1")" "${@:2}"; } # CHANGE CURL-ARGUMENTS…
fact 'a case in the body gives the frame of the case that is written' \
    same "$(digest_at "$(still one t=1)")" "$(posted . "$url/api/still?t=1" | sha256sum)"
fact 'a change in it gives another one' \
    lacks "$(digest_at "$(still one t=1)" | head -c 64)" "$(posted '.scenes[0].caption = "Unsaved"' "$url/api/still?t=1" | sha256sum)"
fact 'and another plan' same 5 "$(posted '.scenes[0].seconds = 5' "$url/api/plan" | jq '.seconds | floor')"
fact 'but no other case' same 3 "$(plan one '.seconds | floor')"

# Of ten who ask and leave at once none holds the next one up.
for i in {1..10}; do
    curl -sS -o /dev/null --max-time 0.05 "$(still one "t=1.$i&width=$((400 + 2 * i))")" 2>/dev/null
done
fact 'after clients that left the next still comes' same 200 "$(status_at_last "$(still one t=2.5)")"
fact 'the log tells no error' same '' "$(grep -iE 'error|fatal' "$state/log/casecast.log")"
facts_end
