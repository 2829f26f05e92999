#!/usr/bin/env bash
# stopped.sh - a process is stopped exactly between the store's answer that its run may publish and the moment at which
# the file gets its name, and wakes when another run has ended the job: it changes nothing that viewers get.
# (It measures no time, and runs side by side with others.)
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

# tests/kit/stop.c stops who comes to a name of this pattern first.  Two libraries want to be loaded first under a sanitizer.
stopper_make() {
    mkdir -p "$private/stop"
    {
        printf '#!/bin/sh\nexport LD_PRELOAD=%q STOP_FOLDER=%q\n' "$(realpath "${CASECAST_BUILD:-$root/build}")/tests/kit/stop.so" "$private/stop"
        [[ -z ${ASAN_OPTIONS-} ]] || printf 'export ASAN_OPTIONS=%q:verify_asan_link_order=0\n' "$ASAN_OPTIONS"
        printf 'exec %q "$@"\n' "$program"
    } >"$private/stopper"
    chmod 755 "$private/stopper"
    program=$private/stopper
}
stop_at() { # PATTERN
    rm -f "$private/stop/by"
    printf '%s\n' "$1" >"$private/stop/next"
    mv "$private/stop/next" "$private/stop/at"
}
who_stopped() { cut -d ' ' -f 1 "$private/stop/by" 2>/dev/null; }
is_stopped() { [[ -n $(who_stopped) && $(ps -o state= -p "$(who_stopped)") == T* ]]; }

# Read from the database and the disk: who sleeps answers nobody.
job_is() { [[ $(sql "SELECT state FROM casecast_jobs WHERE id = '$1'") == "$2" ]]; }
runs_again() { [[ $(sql "SELECT run, state FROM casecast_jobs WHERE id = '$1'") == '2|running' ]]; }
gave_up() { grep -qE " $asleep info job $1: given up here" "$state/log/casecast.log"; }
folder_of() { printf '%s/%s' "$CASECAST_OUTPUT" "$(sql "SELECT key FROM casecast_jobs WHERE id = '$1'")"; } # JOB
files_of() { (cd "$(folder_of "$1")" && find . ! -name '*.part' -type f -exec sha256sum {} + | sort -k 2); } # JOB

begin() { # WORDS
    fact "$1: its process stops before it publishes" wait_for 60 is_stopped
    fact "$1: the name was not there yet" same new "$(cut -d ' ' -f 2 "$private/stop/by")"
    asleep=$(who_stopped)
}
wakes() { # WORDS JOB
    local before
    before=$(files_of "$2")
    kill -CONT "$asleep"
    fact "$1: it gives the job up when it wakes" wait_for 60 gave_up "$2"
    fact "$1: every file is as it was, and none is new" same "$before" "$(files_of "$2")"
    fact "$1: nothing unfinished is left" same '' "$(find "$(folder_of "$2")" -name '.*' ! -name .)"
}

its_heir_ends_the_job() { # NAME SECONDS PATTERN
    case_put "$1" "$2"
    stop_at "$3"
    job=$(job_make "$1")
    begin "$1"
    fact "$1: another process ends the job" wait_for 120 job_is "$job" 'done'
    wakes "$1" "$job"
}

its_heir_is_canceled() { # NAME PATTERN
    case_put "$1" 30
    stop_at "$2"
    job=$(job_make "$1")
    begin "$1"
    fact "$1: another process goes on with the job" wait_for 60 runs_again "$job"
    job_cancel "$job" >/dev/null
    fact "$1: it is canceled" wait_for 60 job_is "$job" canceled
    fact "$1: its pieces go" wait_for 20 has_no_pieces
    wakes "$1" "$job"
}
has_no_pieces() { [[ -z $(find "$CASECAST_OUTPUT" -name "live-${job:0:8}*") ]]; }

program_make() { curl -sS -H 'Content-Type: application/json' -d "{\"leaveId\":\"$1\"}" "$url/api/jobs" | jq -r .id; }
of_a_program() {
    stop_at '*'
    job=$(program_make 1)
    begin 'files of a program'
    fact 'files of a program: another process ends the job' wait_for 60 job_is "$job" 'done'
    wakes 'files of a program' "$job"
    fact 'files of a program: those of the second run are there' same "./$job-2/a.txt" "$(files_of "$job" | sed 's/.* //')"
}

private_stack_prepare CASECAST_PROCESSES=2 CASECAST_SLOTS=1 CASECAST_LEASE_MS=700 CASECAST_RETRY_MS=100 CASECAST_KINDS="$(mktemp -d)"
mv "$CASECAST_KINDS" "$private/kinds" && export CASECAST_KINDS=$private/kinds
printf '%s\n' '[Kind]' Subject=leaveId Files=yes "Command=sh -c 'echo whole >\$CASECAST_OUT/a.txt'" >"$CASECAST_KINDS/leave.kind"
photos_make
stopper_make
stack_start
its_heir_ends_the_job piece 5 'live-*-2.m4s'
its_heir_ends_the_job list 2 'live-*.m3u8'
its_heir_ends_the_job whole 2 final.mp4
its_heir_is_canceled unwanted 'live-*-2.m4s'
of_a_program
facts_end
