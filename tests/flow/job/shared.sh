#!/usr/bin/env bash
# shared.sh - two machines make videos in shared folders: each has responders, an nginx, a name and a CASECAST_RUN of its
# own; output, cache, media and database are one.  The owner of a job is stopped past its lease, its heir on the other
# machine makes the video, and the owner wakes: what viewers were shown stays, on both machines.
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
# shellcheck source=tests/kit/pair.sh
. "$(dirname "$0")/../../kit/pair.sh"

# --- what viewers are shown -----------------------------------------------------------------------------------

folder_of() { printf '%s/%s' "$CASECAST_OUTPUT" "$(sql "SELECT key FROM casecast_jobs WHERE id = '$1'")"; } # JOB

playlist_of() { printf '%s/live-%s.m3u8' "$(folder_of "$1")" "${1:0:8}"; } # JOB

# Reads the playlist every 20 ms as a player would, and writes down each fault.
watch_playlist() { # PLAYLIST
    local list n most=0 name
    while sleep 0.02; do
        list=$(cat "$1" 2>/dev/null) || { ((most == 0)) || echo 'the playlist is gone'; continue; }
        n=$(grep -c '^#EXTINF' <<<"$list")
        ((n >= most)) || printf 'it had %d pieces and has %d\n' "$most" "$n"
        most=$n
        for name in $(sed -n 's/.*URI="\(.*\)"/\1/p; /^live-/p' <<<"$list"); do
            [[ -s ${1%/*}/$name ]] || printf 'of %d pieces %s is gone\n' "$n" "$name"
        done
        echo "$n" >>"$private/looks"
    done >>"$private/faults"
}
watch_start() { # PLAYLIST
    : >"$private/faults"
    : >"$private/looks"
    watch_playlist "$1" &
    watcher=$!
}
watch_has_seen_all() { [[ $(tail -n 1 "$private/looks") == "$(grep -c '^#EXTINF' "$1")" ]]; }

digests() { (cd "$1" && sha256sum -- *) } # FOLDER
names_open() { # PLAYLIST: every name in the playlist is a file, and it ends
    local name
    grep -q '^#EXT-X-ENDLIST' "$1" || return
    for name in $(sed -n 's/.*URI="\(.*\)"/\1/p; /^live-/p' "$1"); do test -s "${1%/*}/$name" || return; done
}

# --- facts ----------------------------------------------------------------------------------------------------

owner_sleeps() { # NAME: a job whose owner sleeps until its heir has begun (or has ended, with "done")
    local owner heir asleep
    case_put "$1" 5
    job=$(job_make "$1")
    owner_find "$job"
    watch_start "$(playlist_of "$job")"
    kill -STOP "$asleep"
    fact "$1: the heir is on the other machine" wait_for 60 runs_on "$heir" "$job"
    [[ $2 == begun ]] || fact "$1: the heir ends the job" wait_for 300 job_is "$job" 'done'
    kill -CONT "$asleep"
    fact "$1: the owner gives the job up when it wakes" wait_for 60 gave_up "$owner" "$job"
    fact "$1: the job is done" wait_for 300 job_is "$job" 'done'
    wait_for 20 watch_has_seen_all "$(playlist_of "$job")"
    kill "$watcher"
    fact "$1: no playlist was shorter than an earlier one, and every name in it was a file" same '' "$(sort "$private/faults" | uniq -c)"
    fact "$1: the watcher read more than 20 playlists" test "$(wc -l <"$private/looks")" -gt 20
    fact "$1: every name of the playlist opens" names_open "$(playlist_of "$job")"
    fact "$1: nothing unfinished is left" same '' "$(find "$CASECAST_OUTPUT" -name '*.part')"
    fact "$1: it is one done job of this key" same 1 "$(jobs_of "$1")"
}

# The same case, made once more in a folder of its own by nobody but this command.
made_alone() { # NAME
    CASECAST_CACHE_MIB=0 "$program" create --force "$1" -o "$private/$1.mp4" >/dev/null 2>"$private/create.log" || cat "$private/create.log"
    same "$(sha256sum <"$private/$1.mp4")" "$(sha256sum <"$(folder_of "$job")/final.mp4")"
}

private_stack_prepare CASECAST_PROCESSES=1 CASECAST_SLOTS=1 CASECAST_LEASE_MS=700 CASECAST_MACHINE=left
export CASECAST_RUN=$private/left-run
photos_make
stack_start
right_start
wait_for 20 right_is_ready
fact 'both machines are listed, idle' eval 'wait_for 20 is_listed left idle && wait_for 20 is_listed right idle'
owner_sleeps sleeper begun
fact 'sleeper: the MP4 is the one that a single machine makes' made_alone sleeper
owner_sleeps late 'done'
fact 'late: the MP4 is the one that a single machine makes' made_alone late
fact 'each machine has locks of its own, and none beside the database' \
    same "$private/left-run/cores $private/right/run/cores" "$(find "$private" -name '*cores' | sort | xargs)"

# Slots are counted by machine: with one each, two jobs run at once.
case_put one 30
case_put two 30
one=$(job_make one)
two=$(job_make two)
both_run() { [[ "$(machine_of "$one") $(machine_of "$two")" == @('left right'|'right left') ]]; }
fact 'two jobs run at once, one on each machine' wait_for 60 both_run
fact 'machines says what each makes' eval '"$program" machines | grep -E "^$one +(left|right) .* one +[0-9]+ %" >/dev/null'
"$program" cancel "$one" >/dev/null
"$program" cancel "$two" >/dev/null

# A machine whose own limit is small removes entries that the other has just made or is about to read.
right_stop() { kill "$right" && wait "$right"; }
right_stop
right_start CASECAST_CACHE_MIB=1
all_are_done() { same 3 "$(sql "SELECT count(*) FROM casecast_jobs WHERE subject LIKE 'e_' AND state = 'done'")" >/dev/null; }
all_are_whole() {
    local id
    for id in e1 e2 e3; do
        job=$(sql "SELECT id FROM casecast_jobs WHERE subject = '$id'")
        names_open "$(playlist_of "$job")" || return
    done
    made_alone e3
}
wait_for 20 is_listed right idle >/dev/null
for id in e1 e2 e3; do case_put "$id" 3 && job_make "$id" >/dev/null; done
fact 'with a machine that keeps little, all jobs are done' wait_for 300 all_are_done
fact 'it made some of them' test "$(log_of right | grep -c ': done after')" -gt 0
fact 'their playlists are whole, and the last is the video that a single machine makes' all_are_whole

# A folder that is read-only on one machine only.
can_mount() { ((EUID == 0)) && unshare -m true 2>/dev/null; }
read_only() {
    local first second
    right_stop
    case_put busy 60
    first=$(job_make busy)
    wait_for 60 runs_on left "$first"
    launch=(unshare -m sh -c 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"' "$CASECAST_OUTPUT")
    right_start
    case_put frozen 2
    second=$(job_make frozen)
    fact 'a machine whose output folder is read-only says that it leaves jobs alone' wait_for 60 leaves_jobs
    fact 'machines says that it can run none' wait_for 20 is_listed right 'none +idle'
    fact 'it waits for the other machine, which is busy' job_is "$second" queued
    kill -KILL "${pids[0]}"
    fact 'alone, it lets the job fail with the reason' wait_for 60 job_is "$second" failed
    fact 'the error names no folder' holds '^output folder CASECAST_OUTPUT/[0-9a-f]+: .*Read-only file system' "$(sql "SELECT error FROM casecast_jobs WHERE id = '$second'")"
    fact 'it leaves nothing' same '' "$(find "$(folder_of "$second")" 2>/dev/null)"
    responders_start
    wait_for 20 is_listed left idle >/dev/null
    "$program" cancel "$first" >/dev/null
    second=$(job_make frozen)
    fact 'asked again, the other machine makes it' wait_for 60 job_is "$second" 'done'
    fact 'it says once that it leaves jobs alone, until it was alone' same 2 "$(log_of right | grep -c 'are left to other machines')"
}
leaves_jobs() { log_of right | grep -q 'jobs of kind video are left to other machines: CASECAST_OUTPUT: .*Read-only file system'; }
if can_mount; then read_only; else echo '# read-only folders are not tested: no right to mount'; fi
facts_end
