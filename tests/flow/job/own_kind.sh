#!/usr/bin/env bash
# own_kind.sh - a job kind of somebody's own gets queue, journal, resume, cancel, dedupe and metrics for nothing.
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
truncate -s 400G "$CASECAST_MEDIA_ROOT/endless" # a hole: read at a gigabyte a second or so, it takes minutes
truncate -s 400G "$CASECAST_MEDIA_ROOT/second"
stack_start

post() { curl -sS --max-time 10 -X POST -H 'Content-Type: application/json' "$@"; }
ask() { post -d "{\"fileId\":\"$1\"}" "$url/api/jobs"; }
state_of() { curl -sS --max-time 10 "$url/api/jobs/$1" | jq -r .state; }
is() { [[ $(state_of "$1") == "$2" ]] || { printf 'it is %s\n' "$(state_of "$1")"; return 1; }; }

# By whom a job was begun, in order; an heir is somebody else than the one that was killed.
starters() { sed -n "s/^[^ ]* \([0-9]*\) info job $1: starts.*/\1/p" "$state/log/casecast.log"; }
taken_over() { [[ $(starters "$1" | tail -n 1) != "$owner" ]]; }

small=$(ask a.bin | jq -r .id)
wait_for 10 is "$small" 'done'
events=$(stream "$url/api/jobs/$small/events")
fact 'its events are those the kind said' same 'digesting
"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"
digested
{"state":"done"}' "$(jq -r 'select(.id) | .data' <<<"$events")"
fact 'the digest is the one b2sum gives' same "$(b2sum -l 256 "$CASECAST_MEDIA_ROOT/a.bin" | cut -d' ' -f1)" \
    "$(curl -sS "$url/api/jobs/$small" | jq -r .result)"
fact 'the same request is the same job' same "$small" "$(ask a.bin | jq -r .id)"
fact 'a path of its own is its stream, too' same "$(durable <<<"$events")" "$(stream "$url/api/digest?fileId=a.bin" | durable)"
fact 'after the end the answer is 204' same 204 \
    "$(stream_status -H "Last-Event-ID: $(last_id <<<"$events")" "$url/api/jobs/$small/events")"
fact 'a file that is not there is an error with its name' problem 400 'file nowhere: No such file' \
    -X POST -H 'Content-Type: application/json' -d '{"fileId":"nowhere"}' "$url/api/jobs"

# What a subject may be is the kind's to say, and its last message ends what is refused, too.
refused() { # REGULAR EXPRESSION BODY
    problem 400 "$1" -X POST -H 'Content-Type: application/json' -d "$2" "$url/api/jobs"
}
refused_stream() { # REGULAR EXPRESSION QUERY
    local got
    got=$(stream "$url/api/digest$2")
    well_formed "$got" && holds "^error $1" "$(messages <<<"$got" | head -n 1)" &&
        same digested "$(messages <<<"$got" | tail -n 1)" && same end "$(jq -r 'select(.id) | .event' <<<"$got")"
}
fact 'a name that it does not take is refused in its words' refused '"../a.bin" must be the name of a file' '{"fileId":"../a.bin"}'
fact '… in frames to an EventSource' refused_stream 'fileId "../a.bin" must be the name' '?fileId=../a.bin'
fact 'so is none' refused_stream 'fileId is missing: name a file, as in /api/digest\?fileId=a.bin' ''
fact 'a case still has its own rule' refused '"a.bin" must be 1 to 64 of the characters' '{"caseId":"a.bin"}'
fact 'an unknown member is told all kinds' refused 'may be \{"caseId": "1"\} or \{"fileId": "a.bin"\}' '{"bookId":"1"}'
fact 'its path takes no POST' problem 405 'POST is not allowed here: use GET, HEAD' -X POST "$url/api/digest?fileId=a.bin"

endless=$(ask endless | jq -r .id)
wait_for 10 is "$endless" running
second=$(ask second | jq -r .id)
fact 'the next one waits in the queue' same 'queued 1' \
    "$(curl -sS "$url/api/jobs/$second" | jq -r '"\(.state) \(.position)"')"

owner=$(starters "$endless")
kill -KILL "$owner"
fact 'when its process dies another takes it over' wait_for 8 \
    taken_over "$endless"
fact 'cancel stops it' holds '"state":"(running|canceled)"' "$(post "$url/api/jobs/$endless/cancel")"
fact 'and it ends canceled' wait_for 5 is "$endless" canceled
post -o /dev/null "$url/api/jobs/$second/cancel"
fact 'so does the one that waited, or had just begun' wait_for 5 is "$second" canceled
fact 'the metrics count them' holds 'casecast_jobs\{state="canceled"\} 2' "$(curl -sS "$url/api/metrics")"
facts_end
