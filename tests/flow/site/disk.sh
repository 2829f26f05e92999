#!/usr/bin/env bash
# disk.sh - a database that is locked, read-only or has no room, and a disk that fills up while a video is made: the
# reason is told, nothing half made stays, and the responder goes on when the trouble is over.
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

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_LEASE_MS=1000
unprivileged
photos_make
stack_start

video=$url/create/video

made() { # CASE: whoever watches it being made, and comes back as browsers do, sees all of it
    viewers_start "$1" --ms 25000 "$video?caseId=$1"
    viewers_wait "$1"
    complete_for_all "$1" 1 && same 'done' "$(seen "$1" | jq -r 'select(.event == "done") | .event')"
}

# An EventSource is told why, and to come back; everybody else gets a status.  Neither hears of our folders.
not_now() { # REGULAR EXPRESSION CASE
    comes_back "$1" "$video?caseId=$2" --max-time 10 && problem 503 "$1" "$video?caseId=$2" &&
        holds '^Retry-After: ' "$(headers "$video?caseId=$2")" && lacks "$private" "$(curl -sS "$video?caseId=$2")"
}

# --- locked -------------------------------------------------------------------------------------------------

lock_take() {
    mkfifo "$private/lock"
    sqlite3 -cmd '.timeout 8000' "$CASECAST_DB" <"$private/lock" >"$private/locked" 2>&1 &
    exec 7>"$private/lock"
    printf "BEGIN EXCLUSIVE; UPDATE cases SET title = title;\nSELECT 'locked';\n" >&7
    wait_for 20 grep -q locked "$private/locked"
}

# Nobody but us ends it: an answer that came meanwhile has not waited for its end.
is_locked() { holds 'database is locked' "$(sqlite3 "$CASECAST_DB" 'BEGIN IMMEDIATE' 2>&1)"; }

lock_release() {
    exec 7>&-
    rm -f "$private/lock" "$private/locked"
}

locked() {
    local job
    case_put before 1
    case_put during 2
    case_put after 1
    case_put patient 1
    made before
    job=$(job_make during)
    wait_for 20 job_is "$job" running
    lock_take
    fact 'locked: a new job is refused with the reason' not_now 'locked|busy' after
    fact 'locked: what is done is shown all the same' made before
    fact 'locked: cases are listed' same 200 "$(status "$url/api/cases")"
    fact 'locked: it says that it is not ready' jq -e '(.ready | not) and (.checks.database | test("locked|busy"))' \
        <<<"$(curl -sS "$url/api/health/ready")"
    fact 'locked: it lives' same 200 "$(status "$url/api/health/live")"
    fact 'all of them were answered while it was locked' is_locked
    viewers_start patient --ms 40000 "$video?caseId=patient" 7>&- # it would hold the lock, too
    viewers_saw patient 20 'any(.[]; .comment // "" | test("locked"))'
    lock_release
    viewers_wait patient
    fact 'unlocked: who came meanwhile has come back, and seen all of it' complete_for_all patient 1
    fact 'unlocked: the job that ran has its end' wait_for 30 job_has_ended "$job"
    fact '… done, or failed with that reason' holds '^done null$|^failed .*(locked|busy)' "$(job_state "$job") $(job_error "$job")"
    fact '… and one end only' contiguous "$(stream "$url/api/jobs/$job/events")"
    fact 'unlocked: a new job is made' made after
}

# --- read-only ----------------------------------------------------------------------------------------------

responders_again() {
    responders_stop
    responders_start
    wait_for 20 answers
}
answers() { [[ $(status "$url/api/health/live") == 200 ]]; }

read_only() {
    case_put frozen 1
    responders_stop
    sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    rm -f "$CASECAST_DB-wal" "$CASECAST_DB-shm"
    chmod 444 "$CASECAST_DB"
    responders_again
    fact 'read-only: a job is refused with the reason' not_now 'read-?only|permission|readonly' frozen
    fact 'read-only: it says that it is not ready' jq -e '(.ready | not) and (.checks.database | test("read-?only|permission"))' \
        <<<"$(curl -sS "$url/api/health/ready")"
    fact 'read-only: a folder that can not be written is named' output_named
    chmod 644 "$CASECAST_DB"
    fact 'writable again: it recovers by itself' wait_for 20 answers_ready
    fact 'writable again: the job is made' made frozen
}

answers_ready() { [[ $(status "$url/api/health/ready") == 200 ]]; }

ready_says() { # CHECK REGULAR EXPRESSION
    curl -sS "$url/api/health/ready" | jq -e --arg check "$1" --arg words "$2" '(.ready | not) and (.checks[$check] | test($words))'
}

output_named() {
    chmod 555 "$CASECAST_OUTPUT"
    wait_for 20 ready_says output 'CASECAST_OUTPUT=.*Permission denied'
    local result=$?
    chmod 755 "$CASECAST_OUTPUT"
    return $result
}

# --- no room ------------------------------------------------------------------------------------------------

can_mount() {
    ((EUID == 0)) && mkdir -p "$private/probe" && mount -t tmpfs -o size=64k probe "$private/probe" 2>/dev/null &&
        umount "$private/probe"
}

partial_files() { find "$CASECAST_OUTPUT" -name '*.mp4' -o -type f -name '.*'; } # thumbnails that were shown are whole

# A disk with so much room, at each stage of the work: who watches reads where it ended, at which file, and why.
full_at_each_stage() {
    ffmpeg -v error -f lavfi -i color=gray:size=1280x720:duration=1 -vf noise=alls=100 -frames:v 1 -q:v 3 \
        "$CASECAST_MEDIA_ROOT/noise.jpg" </dev/null
    fails_for_room reading 1m '^error scene 1: narration: .*no space left on device' photo.jpg "$(printf 'These words fill the disk. %.0s' {1..60})"
    fails_for_room thumbnails 16k '^error scene 1: thumbnail: .*\.jpg can.t be written: no space left on device' photo.jpg
    fails_for_room joining 2m '^error joining: .*(final\.mp4|live-[0-9]+\.m4s) can.t be written: no space left on device' noise.jpg
    fact '… and the operator reads the path in the log' holds "warning job .* fails: joining: $CASECAST_OUTPUT/" \
        "$(tail -n 5 "$state/log/casecast.log")"
}

fails_for_room() { # NAME ROOM REGULAR EXPRESSION IMAGE [NARRATION]
    local got
    rm -rf "${CASECAST_OUTPUT:?}"/*
    mount -t tmpfs -o "size=$2" casecast-test "$CASECAST_OUTPUT"
    case_put "full-$1" 3 "$4"
    [[ -z ${5-} ]] || sql "UPDATE scenes SET narration = '$5' WHERE case_id = 'full-$1'"
    got=$(stream "$video?caseId=full-$1")
    fact "a disk that is full at $1 is told so" holds "$3" "$(messages <<<"$got")"
    fact '… without a path of ours' lacks "$private" "$got"
    umount "$CASECAST_OUTPUT"
}

full_output() {
    local got job
    rm -rf "${CASECAST_OUTPUT:?}"/*
    mount -t tmpfs -o size=100k casecast-test "$CASECAST_OUTPUT"
    case_put large 2
    got=$(stream "$video?caseId=large")
    job=$(job_of <<<"$got")
    fact 'a full disk: the job fails with that reason' holds '^error .*no space left' "$(messages <<<"$got" | tail -n 2 | head -n 1)"
    fact '… its stream is whole' contiguous "$got"
    fact '… its state is failed' same failed "$(job_state "$job")"
    fact '… and no partial file stays' same '' "$(partial_files)"
    head -c 2m /dev/zero >"$CASECAST_OUTPUT/filler" 2>/dev/null
    fact 'a full disk: it is not ready' wait_for 20 ready_says output 'CASECAST_OUTPUT=.*No space left'
    umount "$CASECAST_OUTPUT"
    case_rename large 'Large, with room'
    fact 'with room again the job is made' made large
}

# The journal has no room: nobody can be promised anything, so nothing is begun.
full_database() {
    local disk=$private/small
    responders_stop
    mkdir -p "$disk"
    mount -t tmpfs -o size=1m casecast-test "$disk"
    sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    cp "$CASECAST_DB" "$disk/casecast.db"
    export CASECAST_DB=$disk/casecast.db
    responders_again
    case_put squeezed 1
    wait_for 20 answers_ready
    head -c 2m /dev/zero >"$disk/filler" 2>/dev/null
    fact 'no room for the journal: refused with the reason' not_now 'full|no space' squeezed
    fact 'no room for the journal: it is not ready' wait_for 20 ready_says database 'disk full'
    fact 'no room for the journal: it lives' same 200 "$(status "$url/api/health/live")"
    rm "$disk/filler"
    fact 'room again: the job is made' made squeezed
    responders_stop
    umount "$disk"
}

unmount_all() {
    local status=$?
    umount "$CASECAST_OUTPUT" 2>/dev/null
    umount "$private/small" 2>/dev/null
    (exit "$status")
    private_end
}

locked
read_only
if can_mount; then
    trap unmount_all EXIT
    full_output
    full_at_each_stage
    full_database
else
    printf '# skipped: full disks, because mount needs root\n'
fi
fact 'no responder fell' lacks 'AddressSanitizer|runtime error|assert' "$(cat "$state/log/casecast.log")"
facts_end
