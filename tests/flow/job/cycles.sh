#!/usr/bin/env bash
# cycles.sh - the command line of nginx/README.md and scripts/up (spawn-fcgi, multiwatch, casecast) is stopped in each
# possible way and started again, during a job that lasts longer than all of it.  A stop counts no death of the job.
# (Any engine: its subject is how processes are stopped and started.)
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

starts_of() { grep -c "job $1: starts," "$state/log/casecast.log"; }
row_of() { sql "SELECT state, deaths, coalesce(owner, '-') FROM casecast_jobs WHERE id = '$1'"; }
responders() { ps -o pid= --ppid "$(process_pid responders)" | tr -d ' '; }
has_frames() { (($(curl -sS "$url/api/jobs/$1" | jq '.progress.frames // 0') > $2)); }

stop_by_scripts() { stack_stop; }

signal_all() { # SIGNAL PID…
    kill "-$1" "${@:2}"
    process_wait "${@:2}"
}

# Stops the whole unit, as systemd's default does: each responder gets the signal from multiwatch, and a second one.
# (Not all at the same moment: multiwatch of Debian 12 may see an idle responder end before its own signal.  It then
# starts another, which misses the stop and takes the job.  So nginx/README.md says KillMode=mixed.)
stop_of_unit() {
    local pids told
    pids=$(responders)
    told=$(stops_told)
    kill -TERM "$(process_pid responders)"
    wait_for 20 all_told $((told + 2))
    # shellcheck disable=SC2086
    signal_all TERM "$(cut -d' ' -f1 "$state/run/responders.process")" $pids 2>/dev/null
}
stops_told() { grep -c "signal [0-9]*: stopping" "$state/log/casecast.log"; }
all_told() { (($(stops_told) >= $1)); }

stop_by() { # SIGNAL: to multiwatch, which passes signals of its choice to its responders
    local watcher
    watcher=$(process_pid responders)
    # shellcheck disable=SC2046
    set -- "$1" $(responders)
    kill "-$1" "$watcher"
    process_wait "$watcher" "${@:2}"
}
stop_by_int() { stop_by INT; }
stop_by_hangup() { stop_by HUP; }

cycle() { # HOW WORDS NUMBER
    local pids
    pids=$(responders)
    "$1"
    # shellcheck disable=SC2086
    fact "$2: all processes end" same '' "$(for pid in $pids; do process_began "$pid" && echo "$pid"; done)"
    fact 'the job is handed back: queued, without a member, without a death' same 'queued|0|-' "$(row_of "$job")"
    fact 'its pieces stay' same "$pieces" "$(find "$CASECAST_OUTPUT" -name 'live-*-1.m4s' | wc -l)"
    stack_start
    fact 'after the start the job runs again' wait_for 20 taken_up "$3"
    wait_for 20 has_frames "$job" 0
}
taken_up() { [[ $(starts_of "$job") == "$1" ]]; }

# One of two responders is stopped, with each signal that a supervisor may send; multiwatch starts another.
one_responder() { # SIGNAL
    local pid
    pid=$(awk -v job="job $job: starts," 'index($0, job) { pid = $2 } END { print pid }' "$state/log/casecast.log")
    kill "-$1" "$pid"
    process_wait "$pid"
    fact "SIG$1 to the job's responder: another responder runs the job" wait_for 20 taken_up "$2"
    fact 'the job counts no death' holds '^running\|0\|' "$(row_of "$job")"
}

private_stack_prepare CASECAST_PROCESSES=2 CASECAST_SLOTS=1 CASECAST_LEASE_MS=20000 CASECAST_RETRY_MS=100
photos_make
stack_start
case_put long 40
job=$(job_make long)
wait_for 30 has_frames "$job" 60
wait_for 30 test -n "$(find "$CASECAST_OUTPUT" -name 'live-*-1.m4s')"
pieces=1
cycle stop_by_scripts 'scripts/down and up' 2
cycle stop_of_unit 'SIGTERM to all of a unit' 3
cycle stop_by_int 'SIGINT' 4
cycle stop_by_hangup 'SIGHUP' 5
one_responder QUIT 6
one_responder USR1 7
fact 'the job is done in the end' wait_for 120 job_is "$job" 'done'
fact 'no stop counted as a death of the job' holds '^done\|0\|' "$(row_of "$job")"
facts_end
