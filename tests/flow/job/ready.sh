#!/usr/bin/env bash
# ready.sh - the health check "ready" tries what jobs need: it names each thing that fails, and reports ready again when
# the fault is gone.  A process does not go on with a database file that was deleted or replaced.
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

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_LEASE_MS=1000 CASECAST_SLOTS=1
photos_make
stack_start

ready() { curl -sS --max-time 10 "$url/api/health/ready"; }
is_ready() { [[ $(status "$url/api/health/ready") == 200 ]]; }
says() { jq -e --arg check "$1" --arg words "$2" '(.ready | not) and (.checks[$check] | test($words))' <<<"$(ready)"; }

asked_and_made() { is_ready && [[ -d $CASECAST_OUTPUT ]]; }

the_output_folder() {
    rm -rf "${CASECAST_OUTPUT:?}"
    fact 'a deleted output folder is made again' wait_for 20 asked_and_made
    fact 'the process is ready with a new output folder' is_ready
    rm -rf "${CASECAST_OUTPUT:?}" && : >"$CASECAST_OUTPUT"
    fact 'a file in place of the output folder: the check names the setting' wait_for 20 says output 'CASECAST_OUTPUT='
    rm "$CASECAST_OUTPUT"
    fact 'without that file the process is ready again' wait_for 20 is_ready
}

the_database() {
    local job stream_pid
    case_put long 60
    job=$(job_make long)
    wait_for 20 job_is "$job" running
    curl -sN --max-time 30 "$url/api/jobs/$job/events" >"$private/watched" &
    stream_pid=$!
    wait_for 20 grep -q processing_video "$private/watched"
    sql "VACUUM INTO '$private/backup.db'"
    rm "$CASECAST_DB" "$CASECAST_DB"-wal "$CASECAST_DB"-shm
    fact 'a deleted database: not ready' wait_for 20 says database 'unable to open'
    fact 'without the database, streams end' wait_for 20 gone "$stream_pid"
    fact 'the ended stream has no end of the job' lacks 'finished_video|failed|canceled' "$(cat "$private/watched")"
    fact 'without the database, the process gives up its job' wait_for 20 grep -q "job $job: given up here" "$state/log/casecast.log"
    fact 'without the database, a new job is 503' same 503 "$(status -X POST -H 'Content-Type: application/json' -d '{"caseId":"long"}' "$url/api/jobs")"
    fact 'without the database, a resumed stream is asked to connect again' comes_back database \
        -H "Last-Event-ID: $job:1" "$url/create/video?caseId=long"
    fact 'without the database, a stream of the job is asked to connect again' comes_back database "$url/api/jobs/$job/events"
    for path in "api/jobs/$job" api/cases api/cases/long; do
        fact "without the database, /$path is 503" problem 503 '^the database' "$url/$path"
        fact 'the error does not name the file' lacks "$private" "$(curl -sS "$url/$path")"
    done
    fact 'no new database is made' test ! -e "$CASECAST_DB"
    mv "$private/backup.db" "$CASECAST_DB"
    fact 'a backup in place of the database: ready again' wait_for 20 is_ready
    fact 'with the backup, a resumed stream has the same job' same "$job" \
        "$(job_told -H "Last-Event-ID: $job:1" "$url/create/video?caseId=long")"
    fact 'with the backup, the job of its time runs again' wait_for 20 job_is "$job" running
    curl -sS -o /dev/null -X POST "$url/api/jobs/$job/cancel"
    fact 'this job can be canceled' wait_for 20 job_is "$job" canceled
    case_put after 1
    fact 'with the backup, a new job is done' same 'done' "$(stream "$url/create/video?caseId=after" | jq -r 'select(.event == "done") | .event')"
}

gone() { ! kill -0 "$1" 2>/dev/null; }

a_damaged_database() {
    responders_stop
    sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    cp "$CASECAST_DB" "$private/whole.db"
    responders_start
    wait_for 20 is_ready
    sql 'PRAGMA wal_checkpoint(TRUNCATE)' >/dev/null
    head -c 40000 /dev/urandom | dd of="$CASECAST_DB" bs=4096 seek=1 conv=notrunc status=none
    fact 'a damaged database: not ready' wait_for 20 says database 'damaged|malformed'
    responders_stop
    rm -f "$CASECAST_DB"-wal "$CASECAST_DB"-shm
    mv "$private/whole.db" "$CASECAST_DB"
    responders_start
    fact 'a repaired database: ready again' wait_for 20 is_ready
}

a_cut_log() {
    case_put other 1
    truncate -s 0 "$CASECAST_DB-wal"
    fact 'a truncated WAL: not ready' wait_for 20 says database 'cut|damaged|malformed|short read|disk I/O'
}

the_output_folder
sqlite_only 'its file is deleted' the_database
sqlite_only 'its file is damaged' a_damaged_database
sqlite_only 'its log is cut' a_cut_log
fact 'no responder reports a fault' lacks 'AddressSanitizer|runtime error|assert' "$(cat "$state/log/casecast.log")"
facts_end
