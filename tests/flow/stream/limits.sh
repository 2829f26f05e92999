#!/usr/bin/env bash
# limits.sh - each connection limit: an EventSource is asked to connect again later, other clients get a status, and
# metrics show it to the operator.
# (It measures no time, and runs side by side with others.)
# (Any engine: its subject is what nginx and a process count.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_MAX_STREAMS=6 CASECAST_MAX_STREAMS_CLIENT=4 CASECAST_MAX_QUEUED=1 CASECAST_SLOTS=1
photos_make
stack_start
case_put running 60
case_put waiting 1
for case in late later latest; do case_put $case 1; done

clock=$url/api/events?count=600
open_streams() { # N ADDRESS: in the background until the test ends
    local i
    for ((i = 0; i < $1; i++)); do
        curl -sN --interface "$2" --max-time 60 -o /dev/null "$clock" &
        curls+=($!)
    done
}
curls=()
postponed() { # WORDS CURL-ARGUMENTS…
    local words=$1 got
    shift
    got=$(stream "$@")
    holds "$words" "$(jq -r 'select(.comment) | .comment' <<<"$got")" &&
        jq -es '[.[] | select(.retry) | .retry] | max >= 10000' <<<"$got" >/dev/null &&
        same '' "$(jq -r 'select(.id) | .id' <<<"$got")"
}

open_streams 4 127.0.0.1
fact 'one address has four open streams' wait_for 10 metric_is streams_open 4
fact 'the fifth stream is asked to connect again later, with the reason' postponed 'CASECAST_MAX_STREAMS_CLIENT' "$clock"
fact 'a program gets 503 and Retry-After' holds 'retry-after' "$(headers -o /dev/null "$clock")"
open_streams 2 127.0.0.2
fact 'two addresses have six open streams' wait_for 10 metric_is streams_open 6
fact 'a seventh stream of any address is asked to connect again later' postponed 'CASECAST_MAX_STREAMS\)' --interface 127.0.0.3 "$clock"
fact 'other requests are answered' same 200 "$(status "$url/api/cases")"
fact 'the metrics count refused streams' holds '^[1-9]' "$(metric 'streams_ended_total{reason="limit"}')"
kill "${curls[@]}"
wait "${curls[@]}" 2>/dev/null
fact 'a stream that ends makes room' wait_for 10 metric_is streams_open 0

first=$(job_make running)
wait_for 10 job_is "$first" running
second=$(job_make waiting)
fact 'one job may be queued' same queued "$(job_state "$second")"
fact 'the next job is refused with 503' problem 503 'CASECAST_MAX_QUEUED' -X POST -H 'Content-Type: application/json' -d '{"caseId":"late"}' "$url/api/jobs"
fact 'an EventSource for the next job is asked to connect again later' postponed 'CASECAST_MAX_QUEUED' "$url/create/video?caseId=late"
fact 'the metrics count queued jobs' metric_is 'jobs{state="queued"}' 1
fact 'the metrics have the wait of the queue' holds '^[0-9.]+$' "$(metric queue_wait_seconds)"
fact 'every metric that the manual names exists' lacks missing "$(
    names=$(curl -sS "$url/api/metrics" | sed -n 's/^# TYPE casecast_\([a-z_]*\) .*/\1/p')
    sed -n '/^| metric | unit/,/^$/p' "$root/fcgi/README.md" | cut -d'|' -f2 | grep -o '`[a-z_][a-z_]*' | tr -d '`' |
        while read -r name; do grep -qx "$name" <<<"$names" || printf 'missing %s\n' "$name"; done)"

stack_stop
export CASECAST_MAX_QUEUED=100 CASECAST_MAX_QUEUED_CLIENT=1 CASECAST_MAX_QUEUED_KIND=3
stack_start
wait_for 20 job_is "$first" running
late() { problem "$1" "$2" -X POST -H 'Content-Type: application/json' -d "{\"caseId\":\"$3\"}" "${@:4}" "$url/api/jobs"; }
stranger=(-H 'X-Forwarded-For: 192.0.2.1') # such a request is not trusted
fact 'one job of a client may wait' same 202 "$(status -X POST -H 'Content-Type: application/json' -d '{"caseId":"late"}' "${stranger[@]}" "$url/api/jobs")"
fact 'the second job of a client is refused with 429' late 429 'CASECAST_MAX_QUEUED_CLIENT' later "${stranger[@]}"
fact 'and Retry-After' holds '^retry-after: [0-9]' "$(headers -X POST -H 'Content-Type: application/json' -d '{"caseId":"later"}' "${stranger[@]}" "$url/api/jobs")"
fact 'an EventSource is asked to connect again later' postponed 'CASECAST_MAX_QUEUED_CLIENT' "${stranger[@]}" "$url/create/video?caseId=later"
fact 'jobs for a trusted address do not count' same 202 "$(status -X POST -H 'Content-Type: application/json' -d '{"caseId":"later"}' "$url/api/jobs")"
fact 'the fourth job of a kind is refused with 429' late 429 'CASECAST_MAX_QUEUED_KIND' latest
for job in "$first" "$second"; do curl -sS -o /dev/null -X POST "$url/api/jobs/$job/cancel"; done
facts_end
