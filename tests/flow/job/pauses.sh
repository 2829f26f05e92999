#!/usr/bin/env bash
# pauses.sh - processes are stopped for longer than their lease while viewers watch: one process, until another runs its
# job; and all processes, as when the machine sleeps.  A pause counts no death of the job.  What viewers were shown
# stays: every file of every playlist can be fetched, and no playlist is shorter than an earlier one.
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

# Who was counted dead while it could not renew its lease takes the count back.
counts_no_death() { [[ $(sql "SELECT deaths FROM casecast_jobs WHERE id = '$1'") == 0 ]]; }
frames_of() { curl -sS "$url/api/jobs/$1" | jq '.progress.frames // 0'; }
runs_elsewhere() { [[ -n $(job_runner "$1") && $(job_runner "$1") != "$2" ]]; }
gave_up() { grep -qE " $2 info job $1: given up here" "$state/log/casecast.log"; }
pieces() { grep -c '^#EXTINF' <<<"$1"; }

# A player that fetches every playlist and every file in it, without a pause; it writes each fault to a file.
watch_playlist() { # URL
    local list n most=0 name
    while sleep 0.05; do
        list=$(curl -fsS "$1" 2>&1) || { printf 'no playlist: %s\n' "$list"; continue; }
        n=$(pieces "$list")
        ((n >= most)) || printf 'it had %d pieces and has %d\n' "$most" "$n"
        most=$n
        for name in $(sed -n 's/.*URI="\(.*\)"/\1/p; /^live-/p' <<<"$list"); do
            curl -fsS -o /dev/null -I "${1%/*}/$name" || printf 'of %d pieces %s is gone\n' "$n" "$name"
        done
        printf '%d\n' "$n" >>"$private/looks"
    done >>"$private/faults" 2>&1
}

paused_owner() {
    local owner
    owner=$(job_runner "$job")
    kill -STOP "$owner"
    fact "$1 pause of the job's process: another process runs the job" wait_for 60 runs_elsewhere "$job" "$owner"
    wait_for 60 has_begun_again
    kill -CONT "$owner"
    fact 'the first process gives the job up when it continues' wait_for 60 gave_up "$job" "$owner"
    fact 'the first process lives' responder_lives "$owner"
    fact 'and the job counts no death' wait_for 20 counts_no_death "$job"
}
has_begun_again() { (($(frames_of "$job") > 0)); }

looks_now() { wc -l <"$private/looks"; }
looked_again() { (($(looks_now) > looks + 1)); } # a fetch that began after that

machine_sleeps() {
    kill -STOP "${pids[@]}"
    sleep 1 # twice the lease
    kill -CONT "${pids[@]}"
    wait_for 60 answers
    fact 'after a pause of all processes, the job counts no death' wait_for 20 counts_no_death "$job"
}
answers() { [[ $(status "$url/api/health/live") == 200 ]]; }

private_stack_prepare CASECAST_PROCESSES=3 CASECAST_SLOTS=1 CASECAST_LEASE_MS=500 CASECAST_RETRY_MS=100
photos_make
stack_start
case_put watched 60
job=$(job_make watched)
has_pieces() { list=$(find "$CASECAST_OUTPUT" -name 'live-*.m3u8') && [[ -n $list ]]; }
wait_for 60 has_pieces
list=$(find "$CASECAST_OUTPUT" -name 'live-*.m3u8')
watch_playlist "$url/media/${list#"$CASECAST_OUTPUT/"}" &
wait_for 20 test -s "$private/looks"
paused_owner first
machine_sleeps
paused_owner second
paused_owner third
responder_kill "$(job_runner "$job")" TERM
fact 'the job is done in the end' wait_for 180 job_is "$job" 'done'
fact 'no pause counted as a death of the job' wait_for 20 counts_no_death "$job"
looks=$(looks_now)
wait_for 20 looked_again
fact 'every file of every playlist could be fetched, and no playlist was shorter than an earlier one' same '' "$(sort "$private/faults" | uniq -c)"
fact 'the player fetched more than 20 playlists' test "$(looks_now)" -gt 20
facts_end
