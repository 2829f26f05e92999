#!/usr/bin/env bash
# processes.sh - spawn-fcgi -F 4: four processes share a socket and a database, and no supervisor starts one again.  It
# makes no difference which process gets a request, or which process dies.
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/spawned.sh
. "$(dirname "$0")/../../kit/spawned.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_PROCESSES=4 CASECAST_SLOTS=1 CASECAST_RETRY_MS=100
photos_make
stack_start
video=$url/create/video

ends_of() { sql "SELECT count(*) FROM casecast_events WHERE job_id = '$1' AND name IN ('done', 'failed', 'canceled')"; }
starts_of() { grep -c "job $1: starts," "$state/log/casecast.log"; }

sockets_of() { find "/proc/$1/fd" -lname 'socket:*' 2>/dev/null | wc -l; }

# How many of the processes hold more connections than when they were idle.
busy_processes() {
    local pid n=0
    for pid in "${pids[@]}"; do (($(sockets_of "$pid") <= idle_sockets)) || n=$((n + 1)); done
    printf '%s\n' "$n"
}

# The time between the first and the last viewer of an event, in ms: the median over all events.
spread() { # NAME
    jq -s '[.[] | select(.id)] | group_by(.id) | map((map(.t) | max) - (map(.t) | min)) | sort | .[length / 2 | floor]' "$private/$1.jsonl"
}

many_viewers() {
    idle_sockets=$(for pid in "${pids[@]}"; do sockets_of "$pid"; done | sort -n | tail -n 1)
    case_put many 2
    viewers_start many --n 24 --once --ms 30000 "$video?caseId=many"
    viewers_saw many 10 'any(.[]; .all == "open")'
    fact 'four processes were spawned' same 4 "${#pids[@]}"
    fact 'the viewers are spread over several processes' test "$(busy_processes)" -gt 1
    viewers_wait many
    fact '24 simultaneous GETs to any of the processes make one job' same 1 "$(jobs_of many)"
    fact 'each viewer gets all events' complete_for_all many 24
    # Who was not woken reads each second, so half of that is the median of viewers whom nothing wakes.
    fact "an event wakes the viewers of all processes (median $(spread many) ms)" test "$(spread many)" -le 400
    viewers_start replay --n 12 --once "$video?caseId=many"
    viewers_wait replay
    fact 'a replay is the same from each process' complete_for_all replay 12
}

one_slot_for_all() {
    local id
    for id in slot1 slot2 slot3; do case_put "$id" 1; job_make "$id" >/dev/null; done
    for id in slot1 slot2 slot3; do wait_for 30 job_has_ended "$(job_make "$id")"; done
    fact 'together the processes never run more jobs than CASECAST_SLOTS' same 0 "$(sql "SELECT count(*) FROM casecast_jobs a JOIN casecast_jobs b ON a.number < b.number
        WHERE a.subject LIKE 'slot%' AND b.subject LIKE 'slot%' AND b.started_ms < a.ended_ms AND a.started_ms < b.ended_ms")"
}

# Six requests to cancel, each to any process, get the same answer.
canceled_from_anywhere() { # JOB VIEWER
    local answers
    answers=$(for _ in {1..6}; do job_cancel "$1" "$2" | jq -r .id; done | sort -u)
    same "$1" "$answers" && wait_for 5 job_is "$1" canceled && same 1 "$(ends_of "$1")"
}

others_watch() { # N JOB CURL-ARGUMENTS…
    local n=$1 job=$2
    shift 2
    problem 409 "^$n other(s still watch| still watches) this job" -X POST "$@" "$url/api/jobs/$job/cancel" &&
        same "$n" "$(curl -sS -X POST "$@" "$url/api/jobs/$job/cancel" | jq .watching)"
}
are_written() { # N JOB
    same "$1" "$(sql "SELECT sum(n) FROM casecast_audiences WHERE job_id = '$2'")"
}

cancel() {
    local running queued finished began
    case_put running 30
    case_put queued 1
    running=$(job_make running)
    wait_for 10 job_is "$running" running
    queued=$(job_make queued)
    viewers_start running --n 8 --ms 120000 "$video?caseId=running&viewer=crew"
    viewers_start queued --n 4 --ms 120000 "$video?caseId=queued&viewer=crew"
    viewers_saw running 10 'any(.[]; .all == "open")'
    viewers_saw queued 10 'any(.[]; .all == "open")'
    wait_for 10 are_written 8 "$running"
    wait_for 10 are_written 4 "$queued"
    fact 'a client that does not watch can not cancel a running job that others watch' others_watch 8 "$running" --interface 127.0.0.2
    fact 'a client with another viewer name can not cancel it' others_watch 8 "$running" -G -d viewer=me
    fact 'a client without a viewer name counts as one of the viewers at its address' others_watch 7 "$running"
    fact 'a client that does not watch can not cancel a queued job that others watch' others_watch 4 "$queued" --interface 127.0.0.2
    viewers_start extra --n 1 --ms 120000 "$video?caseId=queued&viewer=extra"
    wait_for 10 are_written 5 "$queued"
    fact 'the error counts one other viewer' others_watch 1 "$queued" -G -d viewer=crew
    kill "${viewers[extra]}"
    wait_for 10 are_written 4 "$queued"
    fact 'a queued job can be canceled through any process, once' canceled_from_anywhere "$queued" crew
    fact 'the running job continues' same running "$(job_state "$running")"
    began=$(date +%s%3N)
    fact 'a running job can be canceled through any process, once' canceled_from_anywhere "$running" crew
    took=$(($(date +%s%3N) - began)) # a second as a rule; a busy machine may need more
    fact "the cancel takes seconds ($took ms)" test "$took" -lt 20000
    viewers_wait running
    viewers_wait queued
    fact 'viewers of the running job get canceled, then finished_video' complete_for_all running 8
    fact 'viewers of the queued job get the same' complete_for_all queued 4
    fact 'all of these viewers get 204 when they connect again' same 12 "$(jq -r 'select(.open == 204) | .viewer' "$private/running.jsonl" "$private/queued.jsonl" | wc -l)"
    finished=$(job_make many)
    fact 'a cancel of a done job changes nothing' same 'done 1' "$(job_cancel "$finished" | jq -r .state) $(ends_of "$finished")"
    fact 'the next request for the canceled case makes a new job' lacks "$queued" "$(job_make queued)"
    fact 'the new job is done' wait_for 20 job_is "$(job_make queued)" 'done'
}

# Another process runs the job, and every viewer gets every event once.
taken_over() { # NAME JOB OLD-OWNER MOST-MS (since $began)
    wait_for 10 runs_elsewhere "$2" "$3" || return
    (($(date +%s%3N) - began <= $4)) || { printf 'it took %d ms\n' $(($(date +%s%3N) - began)); return 1; }
    viewers_wait "$1"
    complete_for_all "$1" 16 && same "1 done" "$(ends_of "$2") $(job_state "$2")"
}
runs_elsewhere() { [[ -n $(job_runner "$1") && $(job_runner "$1") != "$2" ]]; }

watched_job() { # NAME SECONDS-OF-VIDEO: sets $job and $owner, with 16 viewers who have seen it run
    case_put "$1" "$2"
    viewers_start "$1" --n 16 --ms 120000 "$video?caseId=$1"
    viewers_saw "$1" 10 '[.[] | select(.event == "progress") | .viewer] | unique | length == 16'
    job=$(job_make "$1")
    owner=$(job_runner "$job")
}

the_owner_is_killed() {
    watched_job killed 3
    began=$(date +%s%3N)
    responder_kill "$owner" KILL
    fact 'after kill -9 of its process, the job is taken over within 20 s and ends once, for every viewer' taken_over killed "$job" "$owner" 20000
    fact 'viewers of the dead process connect again by themselves' test "$(seen killed | jq -r 'select(.run > 0 and .open == 200) | .viewer' | sort -u | wc -l)" -gt 0
    fact 'the other three processes answer' same '200 200 200 200 200 200' "$(for _ in {1..6}; do status "$url/api/cases"; printf ' '; done | xargs)"
}

the_owner_is_stopped() { # past its lease: when it continues, another process runs the job
    watched_job stopped 3
    began=$(date +%s%3N)
    kill -STOP "$owner"
    wait_for 10 runs_elsewhere "$job" "$owner"
    kill -CONT "$owner"
    fact 'a process that is stopped past its lease changes nothing when it continues' taken_over stopped "$job" "$owner" 30000
    fact 'this process serves requests again' responder_lives "$owner"
}

all_are_killed() {
    local pid
    watched_job all 3
    for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null; done
    viewers_saw all 10 'any(.[]; .comment == "no responder answers at the moment")'
    responders_start
    began=$(date +%s%3N)
    fact 'after kill -9 of all processes, the next start runs the job within 20 s, for every viewer' taken_over all "$job" "$owner" 20000
}

a_job_that_kills() {
    watched_job deadly 40
    for _ in 1 2 3; do
        wait_for 10 runs_elsewhere "$job" "${last_owner-}"
        last_owner=$(job_runner "$job")
        responder_kill "$last_owner" KILL
    done
    fact 'a job whose process died three times fails' wait_for 10 job_is "$job" failed
    fact 'the error says how often its process died' holds 'died 3 times' "$(job_error "$job")"
    viewers_wait deadly
    fact 'every viewer gets every event of this job once' complete_for_all deadly 16
    fact 'the fourth process answers' same 200 "$(status "$url/api/cases")"
}

many_viewers
one_slot_for_all
cancel
the_owner_is_killed
the_owner_is_stopped
all_are_killed
a_job_that_kills
facts_end
