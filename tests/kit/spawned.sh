# spawned.sh - runs responders with spawn-fcgi -F alone: no supervisor starts one again.  Sourced after stack.sh, it
# replaces the functions that use multiwatch.
# shellcheck shell=bash disable=SC2154
#
#     private_stack CASECAST_PROCESSES=4     # then $pids

pids=()

responders_start() {
    rm -f "$state/run/responders.pid"
    # shellcheck disable=SC2016
    (cd "$state/run" && quietly spawn-fcgi -s casecast.sock -M 0600 -b 4096 -F "${CASECAST_PROCESSES:-1}" \
        -P responders.pid -- /bin/sh -c 'exec 2>>"$1"; shift; exec "$@"' responders \
        "$state/log/casecast.log" "$program" serve) || fail "spawn-fcgi could not start the responders"
    read -ra pids -d '' <"$state/run/responders.pid" || true
    local pid
    for pid in "${pids[@]}"; do process_note "responder-$pid" "$pid"; done
}

responders_stop() {
    local pid
    for pid in "${pids[@]}"; do process_stop "responder-$pid"; done
    pids=()
}

responder_lives() { process_pid "responder-$1" >/dev/null; }
responder_is_gone() { ! responder_lives "$1"; }

responder_kill() { # PID SIGNAL
    responder_lives "$1" && kill -"$2" "$1"
}

# Prints the process that runs the job, from its line in the log.
job_runner() { # JOB
    awk -v job="job $1: starts," 'index($0, job) { pid = $2 } END { print pid }' "$state/log/casecast.log"
}

job_runs_somewhere() { [[ -n $(job_runner "$1") ]]; }
