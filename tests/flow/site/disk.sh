#!/usr/bin/env bash
# disk.sh - a database that is locked, read-only or full, and a disk that fills up while a video is made: the error
# gives the reason, no partial file stays, and the responder recovers when the fault is gone.
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

made() { # CASE: a viewer that reconnects as browsers do gets every event until `done`
    viewers_start "$1" --ms 120000 "$video?caseId=$1"
    viewers_wait "$1"
    complete_for_all "$1" 1 && same 'done' "$(seen "$1" | jq -r 'select(.event == "done") | .event')"
}

# An EventSource gets the reason and is asked to connect again; other clients get a status.  Neither sees a path.
not_now() { # REGULAR EXPRESSION CASE
    comes_back "$1" "$video?caseId=$2" --max-time 10 && problem 503 "$1" "$video?caseId=$2" &&
        holds '^Retry-After: ' "$(headers "$video?caseId=$2")" && lacks "$private" "$(curl -sS "$video?caseId=$2")"
}

# --- locked -------------------------------------------------------------------------------------------------

locked() {
    local job
    case_put before 1
    case_put during 2
    case_put after 1
    case_put patient 1
    made before
    job=$(job_make during)
    wait_for 20 job_is "$job" running
    database_lock
    fact 'locked: a new job is refused with the reason' not_now 'locked|busy' after
    fact 'locked: a done job is replayed' made before
    fact 'locked: cases are listed' same 200 "$(status "$url/api/cases")"
    fact 'locked: the health check reports not ready' jq -e '(.ready | not) and (.checks.database | test("locked|busy"))' \
        <<<"$(curl -sS "$url/api/health/ready")"
    fact 'locked: the health check reports live' same 200 "$(status "$url/api/health/live")"
    # Only the test releases the lock: if it is still held, no response has waited for its release.
    fact 'locked: all of these requests were answered before the lock was released' database_is_locked
    viewers_start patient --ms 120000 "$video?caseId=patient" 7>&- # or node would hold the lock, too
    viewers_saw patient 20 'any(.[]; .comment // "" | test("locked"))'
    database_unlock
    viewers_wait patient
    fact 'unlocked: a viewer from the time of the lock reconnected and has every event' complete_for_all patient 1
    fact 'unlocked: the job that ran has ended' wait_for 30 job_has_ended "$job"
    fact 'unlocked: this job is done, or failed with that reason' holds '^done null$|^failed .*(locked|busy)' "$(job_state "$job") $(job_error "$job")"
    fact 'unlocked: this job has one end' contiguous "$(stream "$url/api/jobs/$job/events")"
    fact 'unlocked: a new job is done' made after
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
    fact 'read-only: a new job is refused with the reason' not_now 'read-?only|permission|readonly' frozen
    fact 'read-only: the health check reports not ready' jq -e '(.ready | not) and (.checks.database | test("read-?only|permission"))' \
        <<<"$(curl -sS "$url/api/health/ready")"
    fact 'read-only: the check names an output folder that can'\''t be written' output_named
    chmod 644 "$CASECAST_DB"
    fact 'writable again: the health check reports ready' wait_for 20 answers_ready
    fact 'writable again: the job is done' made frozen
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

# A full disk at each stage of the work: the error gives the stage, the file and the reason.
full_at_each_stage() {
    ffmpeg -v error -f lavfi -i color=gray:size=1280x720:duration=1 -vf noise=alls=100 -frames:v 1 -q:v 3 \
        "$CASECAST_MEDIA_ROOT/noise.jpg" </dev/null
    sqlite_only 'on several machines unfinished sound lies in CASECAST_RUN' \
        fails_for_room reading 1m '^error scene 1: narration: .*no space left on device' photo.jpg "$(printf 'These words fill the disk. %.0s' {1..60})"
    fails_for_room thumbnails 16k '^error scene 1: thumbnail: .*\.jpg can.t be written: no space left on device' photo.jpg
    fails_for_room joining 2m '^error joining: .*(final\.mp4|live-[0-9a-z]{8}-[0-9]+\.m4s) can.t be written: no space left on device' noise.jpg
    fact 'the log has the path of the file' holds "warning job .* fails: joining: $CASECAST_OUTPUT/" \
        "$(tail -n 5 "$state/log/casecast.log")"
}

fails_for_room() { # NAME ROOM REGULAR EXPRESSION IMAGE [NARRATION]
    local got
    rm -rf "${CASECAST_OUTPUT:?}"/*
    mount -t tmpfs -o "size=$2" casecast-test "$CASECAST_OUTPUT"
    case_put "full-$1" 3 "$4"
    [[ -z ${5-} ]] || sql "UPDATE scenes SET narration = '$5' WHERE case_id = 'full-$1'"
    got=$(stream "$video?caseId=full-$1")
    fact "a disk that is full at $1: the error gives the reason" holds "$3" "$(messages <<<"$got")"
    fact 'this error holds no path' lacks "$private" "$got"
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
    fact 'a full disk: the stream has all events' contiguous "$got"
    fact 'a full disk: the job'\''s state is failed' same failed "$(job_state "$job")"
    fact 'a full disk: no partial file stays' same '' "$(partial_files)"
    head -c 2m /dev/zero >"$CASECAST_OUTPUT/filler" 2>/dev/null
    fact 'a full disk: the health check reports not ready' wait_for 20 ready_says output 'CASECAST_OUTPUT=.*No space left'
    umount "$CASECAST_OUTPUT"
    case_rename large 'Large, with room'
    fact 'a disk with room again: the job is done' made large
}

# With a full journal no event can be durable, so no job starts.
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
    fact 'a full journal: a new job is refused with the reason' not_now 'full|no space' squeezed
    fact 'a full journal: the health check reports not ready' wait_for 20 ready_says database 'disk full'
    fact 'a full journal: the health check reports live' same 200 "$(status "$url/api/health/live")"
    rm "$disk/filler"
    fact 'a journal with room again: the job is done' made squeezed
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

sqlite_only 'a lock of the whole database' locked
sqlite_only 'the permissions of its file' read_only
if can_mount; then
    trap unmount_all EXIT
    full_output
    full_at_each_stage
    sqlite_only 'the disk of its file' full_database
else
    printf '# skipped: full disks, because mount needs root\n'
fi
fact 'no responder reports a fault' lacks 'AddressSanitizer|runtime error|assert' "$(cat "$state/log/casecast.log")"
facts_end
