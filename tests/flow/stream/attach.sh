#!/usr/bin/env bash
# attach.sh - many viewers of one job, many streams on few threads, and viewers that leave.
# (Any engine: its subject is many streams.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_MAX_STREAMS_CLIENT=0 CASECAST_RESPONDERS=2 CASECAST_SLOTS=1 CASECAST_HEARTBEAT_MS=300 CASECAST_RETRY_MS=100
photos_make
stack_start

video=$url/create/video

ten_at_once() {
    case_put ten 2
    viewers_start ten --n 10 --once "$video?caseId=ten"
    viewers_wait ten
    fact 'ten simultaneous GETs make one job' same 1 "$(jobs_of ten)"
    fact 'each of the ten gets every event' complete_for_all ten 10
    fact 'each of the ten gets the end of the response' same 10 "$(seen ten | jq 'select(.end)' | grep -c end)"
}

median() { sort -n | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

seconds_for_cases() {
    for _ in {1..11}; do curl -sS -o /dev/null -w '%{time_total}\n' "$url/api/cases"; done | median
}

streams_open() { metric streams_open; }

two_hundred_streams() {
    local blocker seconds
    case_put blocker 60
    case_put waiting 1
    blocker=$(job_make blocker)
    wait_for 5 job_is "$blocker" running
    viewers_start crowd --n 100 --once --ms 120000 "$url/api/events?count=1000" "$video?caseId=waiting"
    fact '200 streams are open on two threads' viewers_saw crowd 20 'any(.[]; .all == "open")'
    fact 'the metrics count these streams' same 200 "$(streams_open)"
    seconds=$(seconds_for_cases)
    fact "with these streams, /api/cases answers in under 500 ms (median $seconds s)" jq -ne "$seconds < 0.5"
    fact 'idle streams get comments' viewers_saw crowd 5 \
        '[.[] | select(.comment == "still here") | .viewer] | unique | map(select(. >= 100)) | length == 100'
    fact 'streams with messages get no comments' viewers_saw crowd 5 \
        '[.[] | select(.event == "message" and .viewer < 100) | .viewer] | unique | length == 100'
    fact 'no stream was closed' same '' "$(seen crowd | jq -r 'select(.end or .broken) | .viewer')"
    kill "${viewers[crowd]}"
    fact 'the responder notices that 200 viewers have left' wait_for 5 nobody_watches
    fact 'an operator can cancel a job from the terminal' holds 'ends as soon as' "$("$program" cancel "$blocker")"
    "$program" cancel "$(job_make waiting)"
    wait_for 5 job_has_ended "$blocker"
}

nobody_watches() { [[ $(streams_open) == 0 ]]; }

positions_of() { # NAME: the queue positions that a viewer got, without repetitions
    seen "$1" | jq -r 'select(.event == "job") | .data | fromjson | "\(.state) \(.position)"' | uniq | paste -sd,
}

the_queue() {
    local first id
    for id in first second third; do case_put "$id" 2; done
    first=$(job_make first)
    wait_for 5 job_is "$first" running
    job_make second >/dev/null
    viewers_start third --once "$video?caseId=third"
    viewers_wait third
    fact 'job events have the position in the queue' same 'queued 2,queued 1,running 0' "$(positions_of third)"
    fact 'with one slot, jobs run one after another' same 'first second third' \
        "$(sql "SELECT subject FROM casecast_jobs WHERE subject IN ('first', 'second', 'third') ORDER BY started_ms" | xargs)"
    fact 'no two jobs run at once' same '' "$(sql "SELECT a.subject FROM casecast_jobs a JOIN casecast_jobs b ON a.number < b.number
        WHERE a.state = 'done' AND b.state = 'done' AND b.started_ms < a.ended_ms AND a.started_ms < b.ended_ms")"
}

who_leaves_cancels_nothing() {
    local job
    case_put tab 2
    curl -sN --max-time 0.3 "$video?caseId=tab" >/dev/null
    job=$(job_make tab)
    fact 'after a tab was closed, its job continues' wait_for 20 job_has_ended "$job"
    fact 'this job is done' same 'done' "$(job_state "$job")"
}

when_nginx_is_stopped() {
    case_put proxy 3
    viewers_start proxy --n 5 --ms 120000 "$video?caseId=proxy"
    viewers_saw proxy 10 '[.[] | select(.event == "progress") | .viewer] | unique | length == 5'
    nginx_stop
    nginx_start
    viewers_wait proxy
    fact 'after a restart of nginx, its viewers reconnect' same 5 \
        "$(seen proxy | jq -r 'select(.run > 0 and .open == 200) | .viewer' | sort -u | wc -l)"
    fact 'each of these viewers has every event once' complete_for_all proxy 5
    fact 'the job was made once, and is done' same '1 done' "$(jobs_of proxy) $(job_state "$(job_make proxy)")"
}

when_nginx_reloads() {
    case_put reload 3
    viewers_start reload --n 5 --ms 120000 "$video?caseId=reload"
    viewers_saw reload 10 '[.[] | select(.event == "progress") | .viewer] | unique | length == 5'
    kill -HUP "$(process_pid nginx)"
    fact 'after a reload, nginx answers' same 200 "$(status "$url/api/cases")"
    viewers_wait reload
    fact 'with a reload of nginx, each viewer has every event once' complete_for_all reload 5
    fact 'with a reload of nginx, no job is canceled' same 'done' "$(job_state "$(job_make reload)")"
}

ten_at_once
two_hundred_streams
the_queue
who_leaves_cancels_nothing
when_nginx_is_stopped
when_nginx_reloads
facts_end
