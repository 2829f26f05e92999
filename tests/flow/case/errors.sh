#!/usr/bin/env bash
# errors.sh - an error of a request, a case or its files names what is wrong, in JSON and in the frames of a stream.
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

private_stack_prepare CASECAST_RETRY_MS=100
unprivileged
photos_make
stack_start

video=$url/create/video
n_bad=0

# An EventSource gets two messages, the error and the last word, and `end`; then 204 when it connects again.
error_frames() { # REGULAR EXPRESSION LAST-WORD URL
    local got
    got=$(stream "$3")
    well_formed "$got" && same 3 "$(jq -r 'select(.event) | .event' <<<"$got" | wc -l)" &&
        holds "^error .*$1" "$(messages <<<"$got" | head -n 1)" && same "$2" "$(messages <<<"$got" | tail -n 1)" &&
        same 204 "$(stream_status -H "Last-Event-ID: $(last_id <<<"$got")" "$3")"
}

refused_both_ways() { # NAME STATUS REGULAR EXPRESSION QUERY
    fact "$1: $2" problem "$2" "$3" "$video$4"
    fact "$1: error frames to an EventSource" error_frames "$3" finished_video "$video$4"
}

case_ids() {
    local right='A-Z a-z 0-9 _ -'
    refused_both_ways 'no caseId' 400 'caseId is missing' ''
    refused_both_ways 'an empty caseId' 400 'caseId is empty' '?caseId='
    refused_both_ways 'a caseId of 65 characters' 400 "caseId \"x{64}…\".*1 to 64.*$right" "?caseId=$(printf 'x%.0s' {1..65})"
    refused_both_ways 'a caseId with a dot' 400 "caseId \"1\\.2\".*$right" '?caseId=1.2'
    refused_both_ways 'a caseId that climbs' 400 "caseId \"\\.\\./\\.\\./etc\".*$right" '?caseId=../../etc'
    refused_both_ways 'a caseId with a newline' 400 "caseId .*$right" '?caseId=1%0Adata:%20x'
    refused_both_ways 'a caseId with NUL' 400 "caseId holds a NUL" '?caseId=1%00'
    refused_both_ways 'a caseId with an apostrophe' 400 "$right" "?caseId=1'--"
    refused_both_ways 'a caseId with an umlaut' 400 "$right" '?caseId=%C3%A4'
    refused_both_ways 'a caseId that is no UTF-8' 400 "$right" '?caseId=%FF'
    refused_both_ways 'an unknown case' 404 'case 999 not found' '?caseId=999'
    sql "INSERT INTO cases(id, title) VALUES ('empty', 'No scenes')"
    refused_both_ways 'a case without scenes' 404 'case empty has no scenes' '?caseId=empty'
    fact 'a caseId may have 64 characters' problem 404 'case x{64} not found' "$video?caseId=$(printf 'x%.0s' {1..64})"
    fact 'refused requests made no job' same 0 "$(sql 'SELECT count(*) FROM casecast_jobs')"
}

# A job of two scenes fails because of IMAGE in the second one, and its error names it.
fails_for() { # NAME IMAGE REGULAR EXPRESSION (of the reason)
    local id=bad-$((++n_bad)) got
    case_put "$id" 1 photo.jpg "$2"
    got=$(stream "$video?caseId=$id")
    fact "$1: the error names scene, file and reason" \
        holds "^error .*scene.?2.*$(sed 's/[.]/\\./g' <<<"$2").*$3|^error .*scene.?2.*$3.*$(sed 's/[.]/\\./g' <<<"$2")" \
        "$(messages <<<"$got" | tail -n 2 | head -n 1)"
    fact "$1: the stream is well formed and ends as failed" ends_as_failed "$got"
    fact "$1: the snapshot has the same error as the stream" same "$(messages <<<"$got" | sed -n 's/^error //p')" "$(job_error "$(job_of <<<"$got")")"
}

ends_as_failed() { # EVENTS
    well_formed "$1" && contiguous "$1" &&
        same 'processing_video' "$(messages <<<"$1" | head -n 1)" &&
        same 'finished_video' "$(messages <<<"$1" | tail -n 1)" &&
        same 'failed' "$(jq -r 'select(.event | IN("done", "failed", "canceled")) | .event' <<<"$1")" &&
        lacks 'finalVideo' "$1"
}

bad_pictures_make() {
    local root=$CASECAST_MEDIA_ROOT
    (
        cd "$root" || exit
        head -c $(($(stat -c %s photo.jpg) / 2)) photo.jpg >half.jpg
        printf 'Dear Sir or Madam,\n' >letter.jpg
        : >nothing.jpg
        mkdir folder.jpg
        mkfifo pipe.jpg
        cp photo.jpg locked.jpg && chmod 000 locked.jpg
        cp photo.jpg "$private/outside.jpg"
        ln -s "$private/outside.jpg" link.jpg
        ln -s "$private" way
        ln -s loop.jpg loop.jpg
        ffmpeg -v error -f lavfi -i color=gray:size=10000x10000:duration=1 -frames:v 1 -pix_fmt gray \
            -compression_level 1 huge.png </dev/null
    )
}

pictures() {
    local outside='outside|not beneath|absolute'
    bad_pictures_make
    case_put good 2
    viewers_start good --once "$video?caseId=good"
    fails_for 'an image that is missing' gone.jpg 'no such file'
    fails_for 'an image that may not be read' locked.jpg 'permission denied'
    fails_for 'an image that is truncated' half.jpg 'truncated|damaged'
    fails_for 'an image that is a letter' letter.jpg 'not a JPEG, PNG, WebP, GIF'
    fails_for 'an image that is empty' nothing.jpg 'empty|truncated|not a JPEG'
    fails_for 'an image that is a folder' folder.jpg 'not a regular file'
    fails_for 'an image that is a pipe' pipe.jpg 'not a regular file'
    fails_for 'an image over the pixel limit' huge.png 'pixels are too many'
    fails_for 'an image above the media root' ../outside.jpg "$outside"
    fails_for 'an image by absolute path' "$private/outside.jpg" "$outside"
    fails_for 'an image behind a link out' link.jpg "$outside"
    fails_for 'an image in a folder behind a link out' way/outside.jpg "$outside"
    fails_for 'a link to itself' loop.jpg "$outside|symbolic links"
    viewers_wait good
    fact 'another job was done at the same time' same 'done' "$(jq -r 'select(.event == "done") | .event' "$private/good.jsonl")"
    fact 'no failed job left a final.mp4' same 1 "$(find "$CASECAST_OUTPUT" -name final.mp4 | wc -l)"
    fact 'no failed job left a partial file' same '' "$(find "$CASECAST_OUTPUT" -name '*.part*' -o -name '.*' -type f)"
}

after_a_failure() {
    local got job
    case_put once 1 gone.jpg
    got=$(stream "$video?caseId=once")
    job=$(job_of <<<"$got")
    fact 'an EventSource that comes back after a failure gets 204' same 204 "$(stream_status -H "Last-Event-ID: $(last_id <<<"$got")" "$video?caseId=once")"
    fact 'an EventSource without its last id gets the same failure again' same "$(durable <<<"$got")" "$(stream "$video?caseId=once" | durable)"
    fact 'a failed job can not be canceled' same failed "$(job_cancel "$job" | jq -r .state)"
    case_put once 1 photo.jpg
    fact 'the corrected case is made' same 'done' "$(stream "$video?caseId=once" | jq -r 'select(.event == "done") | .event')"
}

text_that_is_no_utf8() {
    sql "INSERT INTO cases(id, title) VALUES ('binary', 'B');
         INSERT INTO scenes(case_id, position, image, caption) VALUES ('binary', 1, 'photo.jpg', CAST(x'61ff62' AS TEXT))"
    refused_both_ways 'a caption that is no UTF-8' 400 'scenes\[0\]\.caption.*UTF-8' '?caseId=binary'
}

# Rows that another program wrote into the database, without our import.
other_peoples_rows() {
    sql "INSERT INTO cases(id, title) VALUES ('control', 'C'), ('long', 'L'), ('newline', 'N');
         INSERT INTO scenes(case_id, position, image, caption) VALUES
             ('control', 1, 'photo.jpg', 'a"$'\a'"b'),
             ('long', 1, 'photo.jpg', '$(printf 'x%.0s' {1..102400})'),
             ('newline', 1, 'a"$'\n'"data: x', NULL);"
    refused_both_ways 'a caption with a control character' 400 'scenes\[0\]\.caption.*control character' '?caseId=control'
    sqlite_only 'PostgreSQL refuses such a text' text_that_is_no_utf8
    refused_both_ways 'a caption of 100 KB' 400 'scenes\[0\]\.caption.*(102400|at least [0-9]+ bytes)' '?caseId=long'
    refused_both_ways 'an image name with a newline' 400 'scenes\[0\]\.image.*control character' '?caseId=newline'
    fact 'the list of cases is valid JSON' jq -e '.cases | length > 4' <<<"$(curl -sS "$url/api/cases")"
}

allowed() { # METHODS CURL-ARGUMENTS…: 405 with this Allow
    local wanted=$1
    shift
    problem 405 . "$@" && holds "^Allow: $wanted"$'\r$' "$(headers "$@")"
}

routes() {
    local post=(-X POST -H 'Content-Type: application/json') unknown=$url/api/jobs/aaaaaaaaaaaaaaaaaaaaaaaaaa
    fact 'an unknown route is 404' problem 404 '/api/nothing' "$url/api/nothing"
    fact 'a path below a known route is 404' problem 404 . "$url/api/cases/1/2"
    fact 'a path of 3,000 bytes is 404' problem 404 . "$url/api/$(printf 'x%.0s' {1..3000})"
    fact 'a path that is not UTF-8 is 404' problem 404 'nothing is at /api/[?]' "$url/api/%ff"
    fact 'DELETE of a stream is 405' allowed 'GET, HEAD' -X DELETE "$video?caseId=1"
    fact 'POST of a stream is 405' allowed 'GET, HEAD' -X POST "$video?caseId=1"
    fact 'POST of the clock is 405' allowed 'GET, HEAD' -X POST "$url/api/events"
    fact 'GET of cancel is 405' allowed POST "$unknown/cancel"
    fact 'DELETE of all jobs is 405' allowed 'GET, HEAD, POST' -X DELETE "$url/api/jobs"
    fact 'a list of jobs in an unknown state is 400' problem 400 'state "over": must be queued, running' "$url/api/jobs?state=over"
    fact 'a list of an unknown kind is 400' problem 400 'kind "report": there is no such kind' "$url/api/jobs?kind=report"
    fact 'a list of 101 jobs is 400' problem 400 'limit.*101' "$url/api/jobs?limit=101"
    fact 'a cursor of no list is 400' problem 400 'after "x": must be the member `next`' "$url/api/jobs?after=x"
    fact 'an unknown method is 405' allowed 'GET, HEAD, POST' -X BREW "$url/api/cases"
    fact 'a body that is not JSON is 400 and names the place' problem 400 'line 2, column [0-9]+' "${post[@]}" -d $'{\n"caseId": }' "$url/api/jobs"
    fact 'a missing body is 400' problem 400 'line 1' "${post[@]}" "$url/api/jobs"
    fact 'a second member is 400' problem 400 'one member' "${post[@]}" -d '{"caseId":"1","x":1}' "$url/api/jobs"
    fact 'an unknown member is 400 and is named' problem 400 'case_id' "${post[@]}" -d '{"case_id":"1"}' "$url/api/jobs"
    fact 'a number as caseId is 400' problem 400 'caseId.*text' "${post[@]}" -d '{"caseId":1}' "$url/api/jobs"
    fact 'an invalid caseId is 400' problem 400 '1\.2' "${post[@]}" -d '{"caseId":"1.2"}' "$url/api/jobs"
    fact 'an unknown case is 404' problem 404 'case 999 not found' "${post[@]}" -d '{"caseId":"999"}' "$url/api/jobs"
    fact 'JSON that is nested too deep is 400' problem 400 'line 1' "${post[@]}" -d "$(printf '[%.0s' {1..5000})" "$url/api/jobs"
    fact 'a form as body is 415' problem 415 'application/json' -d 'caseId=1' "$url/api/jobs"
    head -c 1048577 /dev/zero | tr '\0' ' ' >"$private/body"
    fact 'a body over 1 MiB is 413' problem 413 1048576 "${post[@]}" -H Expect: --data-binary "@$private/body" "$url/api/jobs"
    fact 'a body of exactly 1 MiB is parsed' problem 400 'line' "${post[@]}" -H Expect: --data-binary @<(head -c 1048576 "$private/body") "$url/api/jobs"
    fact 'a priority that is none' problem 400 'priority: must be a whole number from 0 to 9' "${post[@]}" -d '{"caseId":"1","priority":10}' "$url/api/jobs"
    fact 'a high priority for a stranger' problem 403 'may ask for more than 4' -H 'X-Forwarded-For: 192.0.2.1' "${post[@]}" -d '{"caseId":"1","priority":5}' "$url/api/jobs"
    fact 'an unknown job is 404' problem 404 'job a{26} not found' "$unknown"
    fact 'an unknown job can not be canceled' problem 404 'not found' -X POST "$unknown/cancel"
    fact 'an unknown job has no stream' error_frames 'job a{26} not found' finished_video "$unknown/events"
    fact 'an invalid job id is 404' problem 404 'job \.\. not found|nothing is at' --path-as-is "$url/api/jobs/%2e%2e"
    fact 'more than 256 arguments are refused' problem 400 'more than 256' "$url/api/events?$(printf 'a=1&%.0s' {1..260})"
}

# A newer version on the same database makes jobs of a kind that this version does not know.
unknown_kinds() {
    local state id='' n=0
    for state in 'done' failed canceled; do
        n=$((n + 1))
        id=$(printf '%026d' "$n")
        sql "INSERT INTO casecast_jobs(id, kind, subject, key, state, created_ms, last_seq)
                 VALUES ('$id', 'hologram', 'once', 'k$n', '$state', 1, 1);
             INSERT INTO casecast_events(job_id, seq, data, once) VALUES ('$id', 1, 'light', 'test')"
        fact "a job of an unknown kind, $state: its stream is 404" problem 404 '"hologram".*this version' "$url/api/jobs/$id/events"
        fact 'an EventSource gets this error in frames' error_frames '"hologram"' finished_video "$url/api/jobs/$id/events"
        fact 'an EventSource that comes back gets this error, too' holds '"hologram"' \
            "$(stream -H "Last-Event-ID: $id:1" "$url/api/jobs/$id/events" | messages)"
        fact 'the snapshot of such a job tells its state' same "$state hologram once" \
            "$(curl -sS "$url/api/jobs/$id" | jq -r '"\(.state) \(.kind) \(.subject)"')"
        fact 'such a job can not be canceled' problem 404 '"hologram"' -X POST "$url/api/jobs/$id/cancel"
        fact 'a stream of a case ignores the id of such a job' holds processing_video \
            "$(stream -H "Last-Event-ID: $id:1" "$video?caseId=once" | messages)"
    done
    fact 'the metrics are readable with such a job' same 200 "$(status "$url/api/metrics")"
    fact 'the list of cases is readable with such a job' same 200 "$(status "$url/api/cases")"
}

numbers() {
    local query
    for query in count=0 count=86401 count=-1 count=x count= interval=99 interval=60001 stamp=2 count=99999999999999999999; do
        fact "/api/events?$query is 400 and names the argument" problem 400 "^${query%%=*} \"${query#*=}\": must be a whole number" "$url/api/events?$query"
    done
    fact 'an EventSource gets the same error in frames' error_frames 'count "0": must be' finished "$url/api/events?count=0"
}

case_ids
pictures
after_a_failure
other_peoples_rows
routes
unknown_kinds
numbers
fact 'the responder started once and still runs' same 1 "$(grep -c ' ready: ' "$state/log/casecast.log")"
facts_end
