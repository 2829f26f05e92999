#!/usr/bin/env bash
# backup.sh - a backup is made while jobs run, with the commands of nginx/operating.md, and restored after everything
# was lost: what was there goes on, what came later is made again.
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

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_LEASE_MS=1000 CASECAST_SLOTS=2 CASECAST_PROCESSES=2
photos_make
stack_start
video=$url/create/video

# The commands of the manual, with the names of this test.
backup() {
    if on_sqlite; then
        sqlite3 "$CASECAST_DB" "VACUUM INTO '$private/backup/casecast.db'"
    else
        "$pg_bin/pg_dump" -h "$pg_folder" -U owner -Fc -n casecast -f "$private/backup/casecast.dump" casecast
    fi && cp -a "$CASECAST_OUTPUT" "$private/backup/media"
}
lose() {
    if on_sqlite; then
        head -c 100000 /dev/urandom >"$CASECAST_DB"
    else
        pg_sql 'DROP SCHEMA casecast CASCADE'
    fi
    rm -rf "${CASECAST_OUTPUT:?}"
}
restore() {
    if on_sqlite; then
        rm -f "$CASECAST_DB" "$CASECAST_DB"-wal "$CASECAST_DB"-shm
        install -m 0600 "$private/backup/casecast.db" "$CASECAST_DB"
    else
        "$pg_bin/pg_restore" -h "$pg_folder" -U owner -d casecast "$private/backup/casecast.dump"
    fi
}

file_of() { jq -r 'select(.event == "done") | .data | fromjson | .video' | tail -n 1; } # of events
has_done() { jq -es 'any(.[]; .event == "done")' >/dev/null <<<"$1"; }
digest_of() { curl -sS --max-time 10 "$url$(file_of <<<"$1")" | sha256sum; } # EVENTS: of the bytes of its video
is_ready() { [[ $(status "$url/api/health/ready") == 200 ]]; }

mkdir "$private/backup"
case_put early 2
case_put slow 60 photo.jpg photo.jpg photo.jpg
early=$(stream "$video?caseId=early")
fact 'a video is made before the backup' has_done "$early"
slow=$(job_make slow)
wait_for 20 job_is "$slow" running
fact 'a backup is made while a job runs' backup
fact 'the job runs on' job_is "$slow" running
case_put late 2
late=$(stream "$video?caseId=late")
fact 'a video is made after the backup' has_done "$late"
late_bytes=$(digest_of "$late")

responders_stop
lose
fact 'the database is restored' restore
cp -a "$private/backup/media" "$CASECAST_OUTPUT"
responders_start
wait_for 20 is_ready

fact 'an earlier job has its events' same "$(durable <<<"$early")" "$(stream "$video?caseId=early" | durable)"
fact 'its video is played, not made again' same 1 "$(grep -c 'video case early' <(grep ' starts, ' "$state/log/casecast.log"))"
fact 'the file of its video is the one of the backup' same 200 "$(status "$url$(file_of <<<"$early")")"
fact 'the job that ran goes on' wait_for 30 job_is "$slow" running
job_cancel "$slow" >/dev/null
fact 'it ends when it is canceled' wait_for 20 job_is "$slow" canceled
fact 'a later job is unknown' same 404 "$(status "$url/api/jobs/$(job_of <<<"$late")")"
case_put late 2
again=$(stream -H "Last-Event-ID: $(last_id <<<"$late")" "$video?caseId=late")
fact 'its video is made again, also for a viewer who had seen all of it' has_done "$again"
fact 'it has the same bytes' same "$late_bytes" "$(digest_of "$again")"
rm -rf "$CASECAST_OUTPUT"
wait_for 20 is_ready
fact 'without a backup of the videos they are made again' has_done "$(stream "$video?caseId=early")"
fact 'no responder reports a fault' no_fault
facts_end
