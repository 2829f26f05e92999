#!/usr/bin/env bash
# shutdown.sh - SIGTERM with viewers: the responder exits within seconds, and jobs and streams continue after the
# next start.  cycles.sh has the other ways to stop (supervisors, other signals).
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

# The responder is a child of spawn-fcgi in the foreground, so that the test gets its exit status.
responders_start() {
    # shellcheck disable=SC2016
    (cd "$state/run" && exec spawn-fcgi -n -s casecast.sock -M 0600 -b 4096 -- \
        /bin/sh -c 'exec 2>>"$1"; exec "$2" serve' responders "$state/log/casecast.log" "$program") &
    responder=$!
}

responders_stop() {
    kill -TERM "$responder" 2>/dev/null
    wait "$responder" 2>/dev/null
}

terminate() { # sets $status_was and $took_ms
    local began
    began=$(date +%s%3N)
    kill -TERM "$responder"
    wait "$responder"
    status_was=$?
    took_ms=$(($(date +%s%3N) - began))
}

ends_well() {
    terminate
    fact "$1: exit status 0" same 0 "$status_was"
    fact "$1: within seconds ($took_ms ms)" test "$took_ms" -lt 15000
}

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_SLOTS=1 CASECAST_RESPONDERS=2
photos_make
stack_start
video=$url/create/video

starts_of() { grep -c "job $1: starts," "$state/log/casecast.log"; }
ends_of() { sql "SELECT count(*) FROM casecast_events WHERE job_id = '$1' AND name IN ('done', 'failed', 'canceled')"; }

under_viewers() {
    local running waiting
    case_put running 4
    case_put waiting 1
    viewers_start running --n 5 --ms 80000 "$video?caseId=running"
    viewers_saw running 20 '[.[] | select(.event == "progress") | .viewer] | unique | length == 5'
    viewers_start waiting --ms 80000 "$video?caseId=waiting"
    viewers_start clock --n 3 --ms 80000 "$url/api/events?count=12&interval=400"
    viewers_saw waiting 20 'any(.[]; .event == "job")'
    viewers_saw clock 20 '[.[] | select(.id) | .viewer] | unique | length == 3'
    running=$(job_make running)
    waiting=$(job_make waiting)

    ends_well 'under viewers'
    fact 'the streams of the job end with a comment' viewers_saw running 20 '[.[] | select(.run == 0 and .comment == "the server restarts; connect again to go on") | .viewer] | unique | length == 5'
    fact 'the streams of the clock end with a comment' viewers_saw clock 20 '[.[] | select(.run == 0 and .comment == "the server restarts; connect again to go on") | .viewer] | unique | length == 3'
    fact 'these responses are complete' same '' "$(seen running | jq -r 'select(.broken or .bad) | .viewer')"
    fact 'without a responder, nginx asks the viewers to retry' viewers_saw running 20 'any(.[]; .comment == "no responder answers at the moment")'
    fact 'the job that ran is first in the queue' same "$running queued" "$(sql 'SELECT id, state FROM casecast_jobs ORDER BY number LIMIT 1' | tr '|' ' ')"

    responders_start
    viewers_wait running
    viewers_wait waiting
    viewers_wait clock
    fact 'the next start runs this job again' same 2 "$(starts_of "$running")"
    fact 'this job ends once, as done' same '1 done' "$(ends_of "$running") $(job_state "$running")"
    fact 'each of its viewers has every event once' complete_for_all running 5
    fact 'the queued job is done, too' complete_for_all waiting 1
    fact 'the queued job ran once' same '1 1' "$(starts_of "$waiting") $(ends_of "$waiting")"
    fact 'each viewer of the clock has every message once' same '13 13 13' \
        "$(for i in 0 1 2; do of_viewer clock $i | ids | sort -u | wc -l; done | xargs)"
    fact 'the clock'\''s messages are in order' same "$(printf 'clock:%d\n' {1..13})" "$(of_viewer clock 0 | ids)"
}

under_bad_peers() {
    exec 5<>"/dev/tcp/127.0.0.1/$port" # a viewer that never reads
    printf 'GET /api/events?count=86400&interval=100 HTTP/1.1\r\nHost: x\r\n\r\n' >&5
    node "$kit/fcgi_peer.mjs" "$state/run/casecast.sock" silent 6 >"$private/silent" &
    wait_for 20 test -s "$private/silent"
    ends_well 'while peers say nothing'
    exec 5>&-
    responders_start
    wait_for 20 answers
}
# nginx connects first and then sends: the stop may come between.
under_late_peers() {
    local peers
    PEER_STOPS=$responder node "$kit/fcgi_peer.mjs" "$state/run/casecast.sock" late 20 >"$private/late" &
    peers=$!
    wait_for 20 test -s "$private/late"
    answers # so all connections before this one were accepted
    kill -USR2 "$peers"
    wait "$peers"
    wait "$responder"
    fact 'requests of accepted connections that come after the stop: exit status 0' same 0 $?
    fact 'these requests are answered' same 20 "$(tail -n 1 "$private/late" | jq .answered)"
    responders_start
    wait_for 20 answers
}
answers() { [[ $(status "$url/api/health/live") == 200 ]]; }

while_it_does_nothing() {
    ends_well 'while nothing happens'
    fact 'without a responder, a stream gets a retry time' holds '^retry: [0-9]+$' "$(curl -sS "$video?caseId=running")"
    fact 'without a responder, JSON is 503' problem 503 'no responder' "$url/api/cases"
    responders_start
    wait_for 20 answers
    fact 'a job that was done before the restart is still done' same 'done' "$(stream "$video?caseId=running" | jq -r 'select(.event == "done") | .event')"
}

# systemd signals the whole unit, and a supervisor in it passes the signal on: a second signal.
asked_twice() {
    local job
    case_put twice 20
    job=$(job_make twice)
    wait_for 20 job_is "$job" running
    kill -TERM "$responder"
    kill -QUIT "$responder"
    ends_well 'asked three times at once'
    fact 'after a second signal, the job is still handed back' same queued "$(sql "SELECT state FROM casecast_jobs WHERE id = '$job'")"
    responders_start
    wait_for 20 answers
    fact 'the next start runs this job within the lease' wait_for 20 taken_up "$job"
    job_cancel "$job" >/dev/null
    fact 'this job can be canceled' wait_for 20 job_is "$job" canceled
}
# A request that waits for a lock of the database delays the stop for longer than the time between two signals.
asked_twice_under_a_lock() {
    local job posts=()
    case_put locked 20
    case_rename waiting 'Another'
    job=$(job_make locked)
    wait_for 20 job_is "$job" running
    database_lock
    for _ in 1 2; do job_make waiting >/dev/null 7>&- & posts+=($!); done
    wait_for 20 all_wait
    kill -TERM "$responder"
    kill -QUIT "$responder"
    wait "${posts[@]}"
    database_unlock
    wait "$responder"
    fact 'two signals while requests wait for a lock: exit status 0' same 0 $?
    fact 'after both signals the job is handed back' same 'queued|0' "$(sql "SELECT state, deaths FROM casecast_jobs WHERE id = '$job'")"
    responders_start
    wait_for 20 answers
    job_cancel "$job" >/dev/null
}
all_wait() { ! curl -sS -o /dev/null --max-time 0.3 "$url/api/health/live" 2>/dev/null; }

taken_up() { [[ $(starts_of "$1") == 2 ]]; }

under_viewers
under_bad_peers
under_late_peers
while_it_does_nothing
asked_twice
asked_twice_under_a_lock
facts_end
