#!/usr/bin/env bash
# video.sh - the tutorial's third example: viewers watch while a case becomes a video, and the video is made once.
# (It measures no time, and runs side by side with others.)
# (Any engine: its subject is what the stream says of a video.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_RETRY_MS=100
photos_make
stack_start
case_put 1 1
case_put two 1 photo.jpg photo.jpg

video=$url/create/video

named() { jq -r --arg name "$1" 'select(.event == $name) | .data'; } # NAME: the data of these events

valid_json() { # EVENTS: every named event holds one line of JSON
    jq -e -s '[.[] | select(.event and .event != "message") | .data | fromjson | type] | length > 2 and all(. == "object")' <<<"$1"
}

the_first_visit() {
    local got preview final
    got=$(stream "$video?caseId=1")
    printf '%s\n' "$got" >"$private/first"
    preview=$(messages <<<"$got" | sed -n 's/^var previewThumbnail //p')
    final=$(messages <<<"$got" | sed -n 's/^var finalVideo //p')
    fact 'the messages are the tutorial'\''s' same \
        "processing_video
var previewThumbnail $preview
var finalVideo $final
finished_video" "$(messages <<<"$got")"
    fact 'URLs hold no spaces' lacks '[[:space:]]' "$preview$final"
    fact 'the video can be fetched' same '200 video/mp4' "$(curl -sS -o /dev/null -w '%{http_code} %{content_type}' "$url$final")"
    fact 'the preview can be fetched' same '200 image/jpeg' "$(curl -sS -o /dev/null -w '%{http_code} %{content_type}' "$url$preview")"
    fact 'the stream is well formed, and the server ends the response' well_formed "$got"
    fact 'the stream starts with a comment and a retry' same 'casecast true' \
        "$(jq -rs '"\(.[0].comment) \(.[1].retry >= 100)"' <<<"$got")"
    fact 'durable events have ids, from 1 and without a gap' contiguous "$got"
    fact 'progress and job events have no ids' same 0 "$(jq -r 'select(.event == "progress" or .event == "job") | .id // empty' <<<"$got" | wc -l)"
    fact 'named events hold JSON' valid_json "$got"
    fact 'the stream has one end, done' same done "$(jq -r 'select(.event | IN("done", "failed", "canceled")) | .event' <<<"$got")"
    fact 'done comes before finished_video, and end is last' same 'done message end' "$(jq -r 'select(.id) | .event' <<<"$got" | tail -n 3 | xargs)"
    fact 'a job event reports the state running' holds '"state":"running"' "$(named job <<<"$got")"
    fact 'progress goes from 0 to 100 and never backwards' jq -es \
        '[.[] | select(.event == "progress") | .data | fromjson | .percent] | length > 1 and . == sort and all(. >= 0 and . <= 100)' <<<"$got"
    fact 'each scene has an event with a thumbnail' same '1 1 200' \
        "$(named scene <<<"$got" | jq -r '"\(.index) \(.of)"') $(status "$url$(named scene <<<"$got" | jq -r .thumbnail)")"
    fact 'done describes the video' jq -e --arg final "$final" '.video == $final and .frames == 30 and .width == 1920 and .height == 1080' \
        <<<"$(named 'done' <<<"$got")"
}

seconds_of() { curl -sN -o "$private/again" -w '%{time_total}' -H 'Accept: text/event-stream' "$@"; }

the_second_visit() {
    local first seconds
    first=$(cat "$private/first")
    seconds=$(for _ in 1 2 3 4 5; do seconds_of "$video?caseId=1"; echo; done | sort -n | sed -n 3p)
    fact "a second visit gets the replay at once ($seconds s)" jq -ne "$seconds < 1"
    fact 'the replay has the same events and ids' same "$(durable <<<"$first")" "$(node "$kit/sse.mjs" <"$private/again" | durable)"
    fact '/media/video gives the same stream' same "$(durable <<<"$first")" "$(stream "$url/media/video?caseId=1" | durable)"
    fact 'a client that does not ask for an event stream gets the same stream' same "$(durable <<<"$first")" \
        "$(curl -sN "$video?caseId=1" | node "$kit/sse.mjs" | durable)"
    fact 'all of these requests share one job' same 1 "$(jobs_of 1)"
}

resuming() {
    local first job last
    first=$(cat "$private/first")
    job=$(job_of <<<"$first")
    last=$(last_id <<<"$first")
    fact 'Last-Event-ID resumes after that event' same "$(durable <<<"$first" | tail -n +3)" \
        "$(stream -H "Last-Event-ID: $job:2" "$video?caseId=1" | durable)"
    fact '?lastEventId= resumes after that event' same "$(durable <<<"$first" | tail -n +4)" \
        "$(stream "$video?caseId=1&lastEventId=$job:3" | durable)"
    fact 'a resumed stream after the end is 204' same 204 "$(stream_status -H "Last-Event-ID: $last" "$video?caseId=1")"
    fact '?lastEventId= after the end is 204' same 204 "$(stream_status "$video?caseId=1&lastEventId=$last")"
    fact 'a client that accepts any type gets 204 after the end' same 204 "$(status -H "Last-Event-ID: $last" "$video?caseId=1")"
    fact 'an id that the journal does not have gets all events' same "$(durable <<<"$first")" \
        "$(stream -H "Last-Event-ID: $job:99" "$video?caseId=1" | durable)"
    fact 'an unknown id starts from the first event' same "$(durable <<<"$first")" \
        "$(stream -H 'Last-Event-ID: aaaaaaaaaaaaaaaaaaaaaaaaaa:3' "$video?caseId=1" | durable)"
    fact 'an invalid id starts from the first event' same "$(durable <<<"$first")" "$(stream -H 'Last-Event-ID: %00;DROP' "$video?caseId=1" | durable)"
    fact "/api/jobs/{id}/events gives the same stream" same "$(durable <<<"$first")" "$(stream "$url/api/jobs/$job/events" | durable)"
    fact '/api/jobs/{id}/events resumes' same "$(durable <<<"$first" | tail -n +2)" "$(stream -H "Last-Event-ID: $job:1" "$url/api/jobs/$job/events" | durable)"
    fact '/api/jobs/{id}/events after the end is 204' same 204 "$(stream_status -H "Last-Event-ID: $last" "$url/api/jobs/$job/events")"
    fact "the id of another case's job is ignored" same "$(jobs_of 1)" "$(stream -H "Last-Event-ID: $job:2" "$video?caseId=two" >"$private/two"; jobs_of 1)"
    fact 'the stream of the requested case starts from its first event' contiguous "$(cat "$private/two")"
    fact 'the stream has the job of the requested case' lacks "$job" "$(cat "$private/two")"
}

the_tutorial_page() { # it never closes, so the browser connects again until it gets 204
    case_put tutorial 1
    viewers_start page --ms 120000 "$video?caseId=tutorial"
    viewers_wait page
    fact 'a page that never closes is stopped by 204' same 204 "$(seen page | jq -r 'select(.open) | .open' | tail -n 1)"
    fact 'this page gets every event once' complete_for_all page 1
    fact 'this page makes one job' same 1 "$(jobs_of tutorial)"
}

what_makes_a_job() {
    local before
    before=$(job_make 1)
    case_put head 1
    fact 'HEAD gets the headers of GET' holds '^Content-Type: text/event-stream' "$(headers -I "$video?caseId=head")"
    fact 'HEAD makes no job' same 0 "$(jobs_of head)"
    fact 'POST returns the job that is done' same 200 \
        "$(status -H 'Content-Type: application/json' -d '{"caseId":"1"}' "$url/api/jobs")"
    case_rename 1 'Another title'
    fact 'a changed case makes a new job' same 202 \
        "$(status -H 'Content-Type: application/json' -d '{"caseId":"1"}' "$url/api/jobs")"
    fact 'the new job has a new id' lacks "$before" "$(job_make 1)"
    wait_for 20 job_has_ended "$(job_make 1)"
    rm -rf "${CASECAST_OUTPUT:?}"/*
    fact 'a deleted video is made again' same 3 "$(stream "$video?caseId=1" >/dev/null; jobs_of 1)"
    before=$(job_make 1)
    fact 'a job is deleted with its files' same '204 0' \
        "$(status -X DELETE "$url/api/jobs/$before") $(find "$CASECAST_OUTPUT" -type f | wc -l)"
    fact 'a video whose job was deleted is made again' same 3 "$(stream "$video?caseId=1" >/dev/null; jobs_of 1)"
}

json_routes() {
    local job got
    job=$(job_make 1)
    got=$(curl -sS "$url/api/jobs/$job")
    fact 'a snapshot describes the job' jq -e --arg job "$job" \
        '.id == $job and .case == "1" and .state == "done" and .result.video and .error == null' <<<"$got"
    got=$(curl -sS "$url/api/cases")
    fact 'all cases are listed' same '1 head long tutorial two' "$(jq -r '.cases | map(.id) | sort | join(" ")' <<<"$got")"
    got=$(curl -sS "$url/api/cases/two")
    fact 'a case is returned with its scenes' jq -e '.id == "two" and .title == "Case two" and (.scenes | length) == 2' <<<"$got"
    fact 'the health check reports live' jq -e .live <<<"$(curl -sS "$url/api/health/live")"
    fact 'the health check reports ready' jq -e .ready <<<"$(curl -sS "$url/api/health/ready")"
    fact 'metrics count the processes of this machine' holds "^casecast_members\\{machine=\"[-._a-zA-Z0-9]+\"\\} 1$" "$(curl -sS "$url/api/metrics")"
    fact 'metrics are Prometheus text' holds '^casecast_jobs_ended_total\{state="done",process="[0-9a-z]+"\} [1-9]' "$(curl -sS "$url/api/metrics")"
}

# Fetches the playlist and all its pieces, as a live viewer does.
fetch_live() { # PLAYLIST-URL FOLDER
    local name
    curl -sS -o "$2/list" "$1"
    for name in $(sed -n 's/^#EXT-X-MAP:URI="\(.*\)"$/\1/p; /^[^#]/p' "$2/list"); do
        [[ -e $2/$name ]] || curl -fsS -o "$2/$name" "${1%/*}/$name" || return 1
    done
}

picture_digests() { ffmpeg -nostdin -v error -i "$1" -map 0:v -f framemd5 - | sed -n 's/^0,.* //p'; } # FILE

watched_while_made() {
    local got=$private/live playable list
    mkdir "$got"
    case_put long 3 photo.jpg photo.jpg photo.jpg
    viewers_start long --once --ms 60000 "$video?caseId=long"
    wait_for 40 grep -q '"playable"' "$private/long.jsonl"
    playable=$(seen long | jq -rs '[.[] | select(.event == "playable")][0].data | fromjson')
    list=$url$(jq -r .playlist <<<"$playable")
    fact 'every piece of the playlist can be fetched' fetch_live "$list" "$got"
    fact 'a second can be watched before the playlist ends' same 0 "$(grep -c '^#EXT-X-ENDLIST' "$got/list")"
    fact 'playable gives the length of the video' jq -e '.seconds >= 1 and .of > 7 and .of < 9' <<<"$playable"
    cp "$got/list" "$private/early"
    viewers_wait long
    fetch_live "$list" "$got"
    fact 'the playlist only grows' cmp -n "$(stat -c %s "$private/early")" "$private/early" "$got/list"
    fact 'the playlist ends with the video' same '#EXT-X-ENDLIST' "$(tail -n 1 "$got/list")"
    fact 'playable comes once, before done' same 'playable done' \
        "$(seen long | jq -r 'select(.event | IN("playable", "done")) | .event' | xargs)"
    (cd "$got" && cat live-*-init.mp4 $(sed -n '/^[^#]/p' list)) >"$private/pieces.mp4"
    fact 'the pieces have the pictures of the final file' same \
        "$(picture_digests "$CASECAST_OUTPUT/$(seen long | named 'done' | jq -r '.video | split("/")[-2:] | join("/")')")" \
        "$(picture_digests "$private/pieces.mp4")"
}

the_first_visit
watched_while_made
the_second_visit
resuming
the_tutorial_page
what_makes_a_job
json_routes
facts_end
