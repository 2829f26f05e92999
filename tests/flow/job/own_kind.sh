#!/usr/bin/env bash
# own_kind.sh - a job kind of one's own gets queue, journal, resume, cancel, deduplication and metrics from the hub.
# (It measures no time, and runs side by side with others.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_LEASE_MS=1000 CASECAST_PROCESSES=2 CASECAST_SLOTS=1
program=${CASECAST_BUILD:-$root/build}/tests/kit/own_kind
export CASECAST_MEDIA_ROOT=$private/files
mkdir "$CASECAST_MEDIA_ROOT"
printf 'abc' >"$CASECAST_MEDIA_ROOT/a.bin"
truncate -s 400G "$CASECAST_MEDIA_ROOT/endless" # a sparse file: at about a gigabyte a second, it takes minutes to read
truncate -s 400G "$CASECAST_MEDIA_ROOT/second"
stack_start

post() { curl -sS --max-time 10 -X POST -H 'Content-Type: application/json' "$@"; }
ask() { post -d "{\"fileId\":\"$1\"}" "$url/api/jobs"; }
state_of() { curl -sS --max-time 10 "$url/api/jobs/$1" | jq -r .state; }
is() { [[ $(state_of "$1") == "$2" ]] || { printf 'it is %s\n' "$(state_of "$1")"; return 1; }; }

# The processes that ran a job, in order.  taken_over: the last of them is not the killed one.
starters() { sed -n "s/^[^ ]* \([0-9]*\) info job $1: starts.*/\1/p" "$state/log/casecast.log"; }
taken_over() { [[ $(starters "$1" | tail -n 1) != "$owner" ]]; }

small=$(ask a.bin | jq -r .id)
wait_for 10 is "$small" 'done'
events=$(stream "$url/api/jobs/$small/events")
fact 'its events are those that the kind publishes' same 'digesting
"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
digested
{"state":"done"}' "$(jq -r 'select(.id) | .data' <<<"$events")"
fact 'the digest is that of b2sum' same "$(b2sum -l 256 "$CASECAST_MEDIA_ROOT/a.bin" | cut -d' ' -f1)" \
    "$(curl -sS "$url/api/jobs/$small" | jq -r .result)"
fact 'the same request is the same job' same "$small" "$(ask a.bin | jq -r .id)"
fact 'the kind'\''s own path is its stream, too' same "$(durable <<<"$events")" "$(stream "$url/api/digest?fileId=a.bin" | durable)"
fact 'a resumed stream after the end is 204' same 204 \
    "$(stream_status -H "Last-Event-ID: $(last_id <<<"$events")" "$url/api/jobs/$small/events")"
fact 'a missing file is an error that names it' problem 400 'file nowhere: No such file' \
    -X POST -H 'Content-Type: application/json' -d '{"fileId":"nowhere"}' "$url/api/jobs"

# The kind checks the subject.  Its last message also ends the stream of a refused request.
refused() { # REGULAR EXPRESSION BODY
    problem 400 "$1" -X POST -H 'Content-Type: application/json' -d "$2" "$url/api/jobs"
}
refused_stream() { # REGULAR EXPRESSION QUERY
    local got
    got=$(stream "$url/api/digest$2")
    well_formed "$got" && holds "^error $1" "$(messages <<<"$got" | head -n 1)" &&
        same digested "$(messages <<<"$got" | tail -n 1)" && same end "$(jq -r 'select(.id) | .event' <<<"$got")"
}
fact 'an invalid subject is refused with the kind'\''s error' refused '"../a.bin" must be the name of a file' '{"fileId":"../a.bin"}'
fact 'an EventSource gets the kind'\''s error in frames' refused_stream 'fileId "../a.bin" must be the name' '?fileId=../a.bin'
fact 'a missing subject is refused with the kind'\''s error' refused_stream 'fileId is missing: name a file, as in /api/digest\?fileId=a.bin' ''
fact 'the subject of a video is checked by its own rule' refused '"a.bin" must be 1 to 64 of the characters' '{"caseId":"a.bin"}'
fact 'the error of an unknown member names all kinds' refused 'may be \{"caseId": "1"\} or \{"case": \{…\}\} or \{"fileId": "a.bin"\}' '{"bookId":"1"}'
fact 'the kind'\''s path takes no POST' problem 405 'POST is not allowed here: use GET, HEAD' -X POST "$url/api/digest?fileId=a.bin"

endless=$(ask endless | jq -r .id)
wait_for 10 is "$endless" running
second=$(ask second | jq -r .id)
fact 'the second job waits in the queue' same 'queued 1' \
    "$(curl -sS "$url/api/jobs/$second" | jq -r '"\(.state) \(.position)"')"

owner=$(starters "$endless")
kill -KILL "$owner"
fact 'after its process died, another process runs the job' wait_for 8 \
    taken_over "$endless"
fact 'cancel stops the running job' holds '"state":"(running|canceled)"' "$(post "$url/api/jobs/$endless/cancel")"
fact 'the running job ends as canceled' wait_for 5 is "$endless" canceled
list() { curl -sS --max-time 10 "$url/api/jobs?$1"; }
page() { # CURSOR: the page of one job behind it, and all pages after that
    local got next
    got=$(list "limit=1&after=$1")
    next=$(jq -r '.next // ""' <<<"$got")
    jq -r '.jobs[].id' <<<"$got"
    [[ -z $next ]] || page "$next"
}
fact 'the list of jobs has the newest first, page by page' same "$second"$'\n'"$endless"$'\n'"$small" "$(page '')"
fact 'the list is that of a state' same "$small" "$(list state=done | jq -r '.jobs[].id')"
fact 'the list is that of a kind and a subject' same "$second" "$(list 'kind=digest&subject=second' | jq -r '.jobs[].id')"
fact 'a job in the list is as its own route tells it' same "$(curl -sS "$url/api/jobs/$small" | jq -S .)" \
    "$(list state=done | jq -S '.jobs[0]')"
post -o /dev/null "$url/api/jobs/$second/cancel"
fact 'the second job ends as canceled' wait_for 5 is "$second" canceled
gone() { [[ $(curl -sS -o /dev/null -w '%{http_code}' "$url/api/jobs/$1") == 404 ]]; }
delete() { curl -sS --max-time 10 -X DELETE -o /dev/null -w '%{http_code}' "$url/api/jobs/$1"; }
third=$(ask endless | jq -r .id)
wait_for 10 is "$third" running
fact 'a job that runs is not deleted' problem 409 'has not ended: cancel it first' -X DELETE "$url/api/jobs/$third"
post -o /dev/null "$url/api/jobs/$third/cancel"
wait_for 10 is "$third" canceled
fact 'a job that ended is deleted' same 204 "$(delete "$third")"
fact 'and is not there any more' gone "$third"
fact 'deleted again it is 404' same 404 "$(delete "$third")"
fact 'the metrics count both canceled jobs' holds 'casecast_jobs\{state="canceled"\} 2' "$(curl -sS "$url/api/metrics")"
facts_end
