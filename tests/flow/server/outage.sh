#!/usr/bin/env bash
# outage.sh - the PostgreSQL server goes away and comes back while jobs run and viewers read: open streams stay open,
# new ones are asked to come back, and every event comes once.
# (It measures no time, and runs side by side with others.)
# (PostgreSQL only: its subject is the server.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_PROCESSES=3 CASECAST_SLOTS=2 CASECAST_LEASE_MS=1000 CASECAST_RETRY_MS=100 CASECAST_HEARTBEAT_MS=300
photos_make
stack_start
video=$url/create/video

ready() { curl -sS --max-time 10 "$url/api/health/ready"; }
is_ready() { [[ $(status "$url/api/health/ready") == 200 ]]; }
is_not_ready() { jq -e '(.ready | not) and .checks.database' <<<"$(ready)"; }
# What the first connection of a viewer got since its line N.
heartbeats_since() { tail -n +"$2" "$private/$1.jsonl" | jq -es '[.[] | select(.run == 0 and .comment == "still here")] | length > 4' >/dev/null; }
lines_of() { wc -l <"$private/$1.jsonl"; }
kept_its_connection() { jq -es '[.[] | select(.viewer == 0 and .run > 0 and .open == 200)] == [] and any(.[]; .viewer == 0 and .run == 0 and .event == "end")' "$private/$1.jsonl" >/dev/null; }

stopped_for_seconds() {
    local n post=(-X POST -H 'Content-Type: application/json' -d '{"caseId":"later"}' "$url/api/jobs")
    case_put later 1
    load_seconds=6 load_start first second third
    wait_for 30 viewers_saw_now first 'any(.[]; .event == "progress")'
    pg_stop
    n=$(lines_of first)
    fact 'stopped: open streams stay open and get heartbeats' wait_for 20 heartbeats_since first "$n"
    fact 'stopped: a new stream is asked to connect again' comes_back database "$video?caseId=later"
    fact 'stopped: a POST is 503 with Retry-After' problem 503 '^the database' "${post[@]}"
    fact 'stopped: it has Retry-After' holds '^Retry-After: ' "$(headers "${post[@]}")"
    fact 'stopped: a job is 503' problem 503 '^the database' "$url/api/jobs/$(seen first | job_of)"
    fact 'stopped: the processes are not ready, but live' is_not_ready
    fact 'stopped: the processes live' same 200 "$(status "$url/api/health/live")"
    sleep 2 # two leases
    pg_again
    fact 'started again: the processes are ready' wait_for 20 is_ready
    load_facts 'stopped for seconds' first second third
    fact 'the viewers kept their connections' kept_its_connection first
    fact 'no job counts a death' same '' "$(sql "SELECT id FROM casecast_jobs WHERE deaths > 0")"
}

restarted_at_once() {
    load_seconds=4 load_start fourth fifth sixth
    for _ in 1 2 3 4; do
        sleep "0.$((RANDOM % 10))"
        pg_restart
    done
    load_facts 'restarted four times' fourth fifth sixth
}

# Longer than any call waits.
paused() {
    load_seconds=4 load_start seventh eighth ninth
    wait_for 30 viewers_saw_now seventh 'any(.[]; .event == "progress")'
    # shellcheck disable=SC2046
    kill -STOP $(pg_pids)
    fact 'a server that does not answer: a new stream is asked to connect again' comes_back 'database|responder' "$video?caseId=later"
    fact 'a server that does not answer: the processes live' same 200 "$(status "$url/api/health/live")"
    sleep 3
    # shellcheck disable=SC2046
    kill -CONT $(pg_pids)
    load_facts 'paused' seventh eighth ninth
}

# Only the test lets the journal go: if it is still held, no answer has waited for it.
journal_held() {
    local job
    job=$(job_make first)
    mkfifo "$private/journal"
    psql -qAtX -h "$pg_folder" -U owner -d casecast <"$private/journal" >"$private/journal.out" 2>&1 &
    exec 7>"$private/journal"
    printf 'BEGIN;\nSELECT casecast.lock_journal(NULL);\n\\echo held\n' >&7
    wait_for 20 grep -q held "$private/journal.out"
    fact 'while another session holds the journal, an ended job is told' same 'done' "$(job_state "$job")"
    fact 'its stream is replayed to the end' same 'end' "$(curl -sN --max-time 20 "$url/api/jobs/$job/events" | sed -n 's/^event: //p' | tail -n 1)"
    fact 'so is that of a request for its video' same 'end' "$(curl -sN --max-time 20 "$video?caseId=first" | sed -n 's/^event: //p' | tail -n 1)"
    fact 'the journal was held all the time' same 1 "$(pg_sql "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")"
    exec 7>&-
}

stopped_for_seconds
restarted_at_once
paused
journal_held
fact 'no process ended' same 3 "$(grep -c ' ready: ' "$state/log/casecast.log")"
fact 'no responder reports a fault' no_fault
facts_end
