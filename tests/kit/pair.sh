# pair.sh - a second machine beside the stack of a test: responders with a name and a CASECAST_RUN of their own; database
# and all other settings are the same.  Sourced after spawned.sh and cases.sh; the stack's own name is "left".
# shellcheck shell=bash disable=SC2034,SC2154

frames=20 # of a video, at least, before its owner is stopped

launch=() # what starts them
# The responders of the second machine are `casecast serve` alone: nobody asks them over HTTP.
right_start() {
    mkdir -p "$private/right"
    env CASECAST_MACHINE=right CASECAST_RUN="$private/right/run" "$@" \
        "${launch[@]}" "$program" serve --listen "$private/right/socket" 2>>"$private/right/log" &
    right=$!
}
right_is_ready() { grep -q ' ready: ' "$private/right/log"; }
log_of() { if [[ $1 == left ]]; then cat "$state/log/casecast.log"; else cat "$private/right/log"; fi; }

# Prints "left" or "right": where the job was started last.
machine_of() { # JOB
    sql "SELECT machine FROM casecast_jobs JOIN casecast_members ON name = owner WHERE id = '$1' AND state = 'running'"
}
runs_on() { [[ $(machine_of "$2") == "$1" ]]; } # MACHINE JOB
is_listed() { "$program" machines | grep -E "^$1 .* $2\$"; } # MACHINE STATE
progress_of() { sql "SELECT progress FROM casecast_jobs WHERE id = '$1'" | jq '.frames // 0'; }
is_under_way() { local n; n=$(progress_of "$1"); ((${n:-0} >= frames)); }
gave_up() { log_of "$1" | grep -q "job $2: given up here"; } # MACHINE JOB

# Read from the database: a machine that sleeps answers nobody.
job_is() { [[ $(sql "SELECT state FROM casecast_jobs WHERE id = '$1'") == "$2" ]]; }

# Waits until the job is under way.  Sets $owner and $heir, machines, and $asleep, the owner's process, to be stopped.
owner_find() { # JOB
    wait_for 60 is_under_way "$1"
    owner=$(machine_of "$1")
    heir=$([[ $owner == left ]] && echo right || echo left)
    asleep=$([[ $owner == left ]] && echo "${pids[0]}" || echo "$right")
}
