# members.sh - machines of a test that are processes of one host, each with a name, cores and a folder of its own.  No
# request reaches them: they help, and run what others are too busy for.  Sourced after stack.sh and cases.sh.
# shellcheck shell=bash disable=SC2154

declare -A pid_of
machine_start() { # NAME [NAME=VALUE…]
    mkdir -p "$private/$1"
    env "${@:2}" CASECAST_MACHINE="$1" CASECAST_RUN="$private/$1" "$program" serve --listen "$private/$1/socket" \
        2>>"$private/$1/log" </dev/null &
    pid_of[$1]=$!
}
machine_stop() { kill "-${2:-TERM}" "${pid_of[$1]}" 2>/dev/null; wait "${pid_of[$1]}" 2>/dev/null; } # NAME [SIGNAL]

owner_of() { sql "SELECT m.machine FROM casecast_jobs j JOIN casecast_members m ON m.name = j.owner WHERE j.id = '$1'"; } # JOB
is_owned_by() { [[ $(owner_of "$1") == "$2" ]]; } # JOB MACHINE
# Parts of the job that the machine has claimed.
claims_of() { # JOB MACHINE
    sql "SELECT count(*) FROM casecast_parts p JOIN casecast_plans q ON q.number = p.plan JOIN casecast_members m ON m.name = p.member
        WHERE q.job_id = '$1' AND m.machine = '$2'"
}
has_claims() { (($(claims_of "$1" "$2") > 0)); }
