#!/usr/bin/env bash
# replays.sh - a journal that is far longer than a frame queue: each viewer reads it in parts, as fast as it can, and
# then gets live events.  Every event comes once, and the memory of the process does not grow.
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

MANY=10000 BYTES=2000 # 20 MB
# Without this the address sanitizer would keep 256 MB of freed memory.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=2
private_stack_prepare CASECAST_MAX_STREAM_KIB=16 CASECAST_SLOTS=1 CASECAST_RETRY_MS=100
casecast=$program
program=${CASECAST_BUILD:-$root/build}/tests/kit/own_kind # its job takes little memory, and minutes
export CASECAST_MEDIA_ROOT=$private/files
mkdir "$CASECAST_MEDIA_ROOT"
truncate -s 400G "$CASECAST_MEDIA_ROOT/endless"
stack_start

# Writes events into the journal in one transaction, as if the job had published them.
journal() { # JOB N BYTES
    sql "BEGIN;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
        INSERT INTO casecast_events(job_id, seq, data, once)
        SELECT id, last_seq + i, '$(printf '%*s' "$3" '' | tr ' ' x)', 'test' || (last_seq + i)
            FROM casecast_jobs, n WHERE id = '$1' ORDER BY i;
        UPDATE casecast_jobs SET last_seq = last_seq + $2 WHERE id = '$1';
        COMMIT;"
}
last_seq() { sql "SELECT last_seq FROM casecast_jobs WHERE id = '$1'"; }

# A viewer that reads the first bytes, and the rest when the file NAME.go exists.  It stays for most of the test, which
# on a slow machine takes minutes.
declare -A watching=()
watch() { # NAME CURL-ARGUMENTS…
    local name=$1
    shift
    curl -sN --max-time 900 -H 'Accept: text/event-stream' "$@" | {
        head -c 3000
        until [[ -e $private/$name.go ]]; do sleep 0.02; done
        cat
    } >"$private/$name.sse" &
    watching[$name]=$!
}
go_on() { touch "$private/$1.go"; }
seqs() { sed -n "s/^id: $job:\([0-9]*\)\(:[0-9]*\)\?\r\?$/\1/p" "$private/$1.sse"; }
last_seen() { seqs "$1" | tail -n 1; }
is_at() { [[ $(last_seen "$1") == "$2" ]]; } # NAME SEQ
all_once() { cmp <(seqs "$1") <(seq "${2:-1}" "$(last_seq "$job")"); } # NAME [FROM]
begun() { [[ -s $private/$1.sse ]]; }
ended() { ! kill -0 "${watching[$1]}" 2>/dev/null; }
rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/${pids[0]}/status"; }
watchers_are() { [[ $(sql "SELECT sum(n) FROM casecast_audiences WHERE job_id = '$job'") == "$1" ]]; }
is_kept_by() { # N: a stranger's cancel is refused with the number of other viewers
    local answer
    answer=$(job_cancel "$job" stranger)
    holds '"status":409' "$answer" && holds "$1 others still watch" "$answer"
}

job=$(curl -sS -H 'Content-Type: application/json' -d '{"fileId":"endless"}' "$url/api/jobs" | jq -r .id)
wait_for 20 job_is "$job" running
journal "$job" "$MANY" "$BYTES"
before=$(rss_kb)
names=(one two three four)
for name in "${names[@]}"; do watch "$name" "$url/api/jobs/$job/events?viewer=$name"; done
for name in "${names[@]}"; do wait_for 20 begun "$name"; done
fact 'clients that read a replay count as viewers' wait_for 20 watchers_are 4
fact 'their job can'\''t be canceled by others' is_kept_by 4
fact "memory with four replays of 20 MB: $before KB before, $(rss_kb) KB now" \
    test "$(rss_kb)" -lt $((before + 16384 + before / 2))
journal "$job" 3 30
for name in "${names[@]}"; do go_on "$name"; done
for name in "${names[@]}"; do
    fact "viewer $name reads to the end of the journal" wait_for 180 is_at "$name" "$(last_seq "$job")"
done
fact "no frame queue was longer than a part ($(metric stream_queue_most_bytes) bytes)" \
    test "$(metric stream_queue_most_bytes)" -lt 90000
fact "memory of the process did not grow ($(rss_kb) KB)" test "$(rss_kb)" -lt $((before + 16384 + before / 2))
journal "$job" 2 30
for name in "${names[@]}"; do
    fact 'after its replay a viewer gets live events' wait_for 20 is_at "$name" "$(last_seq "$job")"
done

# More live events at once than a queue holds.  Two viewers take none of them for a while.
watch paused "$url/api/jobs/$job/events?from=latest"
watch joint "$url/api/events/jobs?id=$job&from=latest"
fact 'six streams are open' wait_for 60 metric_is streams_open 6
from=$(last_seq "$job") # the first event says that it was seen
journal "$job" 2000 "$BYTES"
for name in paused joint; do
    wait_for 20 begun "$name"
    go_on "$name"
done
for name in "${names[@]}" paused joint; do
    fact "viewer $name gets all of a burst" wait_for 60 is_at "$name" "$(last_seq "$job")"
done
fact 'the one of one job has each event once' all_once paused "$from"
fact 'the one of several jobs has each event once' all_once joint "$from"
fact "memory of the process did not grow ($(rss_kb) KB)" test "$(rss_kb)" -lt $((before + 16384 + before / 2))
fact 'no stream was closed as slow' metric_is 'streams_ended_total{reason="slow"}' 0
journal "$job" 2 30
for name in "${names[@]}" paused joint; do
    fact 'after the burst a viewer gets live events' wait_for 20 is_at "$name" "$(last_seq "$job")"
done

# A viewer at the first event when the job ends.
watch late "$url/api/jobs/$job/events"
wait_for 20 begun late
"$casecast" cancel "$job" >/dev/null
wait_for 20 job_has_ended "$job"
go_on late
for name in paused joint; do
    fact 'the job ends: so does the stream that a burst had filled' wait_for 60 ended "$name"
done
for name in "${names[@]}" late; do
    fact "viewer $name: the stream ends with the job" wait_for 60 ended "$name"
    fact 'this viewer has every event once, in order' all_once "$name"
    fact 'this viewer has the end event' holds '^event: end' "$(tail -n 4 "$private/$name.sse")"
done

middle=$((MANY / 2))
go_on resumed
watch resumed -H "Last-Event-ID: $job:$middle" "$url/api/jobs/$job/events"
fact 'a stream that resumes in the middle of an ended job ends' wait_for 60 ended resumed
fact 'this stream has all missed events' all_once resumed $((middle + 1))
fact 'a viewer that has all events gets 204' same 204 \
    "$(stream_status -H "Last-Event-ID: $job:$(last_seq "$job")" "$url/api/jobs/$job/events")"

go_on ahead
watch ahead -H "Last-Event-ID: $job:$(($(last_seq "$job") + 7))" "$url/api/jobs/$job/events"
fact 'a viewer that has seen more than the journal has gets all events anew' wait_for 60 all_once ahead

# Viewers leave in the middle of a replay.
leaving=()
for n in {1..20}; do
    curl -sN --max-time 60 "$url/api/jobs/$job/events" 2>/dev/null | head -c $((n * 100000)) >/dev/null &
    leaving+=($!)
done
wait "${leaving[@]}"
fact 'twenty streams that were left in the middle are closed' wait_for 20 metric_is streams_open 0
fact 'the responder that was started still runs' responder_lives "${pids[0]}"

watch broken "$url/api/jobs/$job/events"
wait_for 20 begun broken
database_take_away
go_on broken
fact 'the database is taken away: the stream ends' wait_for 60 ended broken
fact 'this stream has a retry time' holds '^retry: ' "$(tail -n 4 "$private/broken.sse")"
fact 'this stream has no end event and no path' lacks "^event: end|$private" "$(cat "$private/broken.sse")"
fact 'this stream has all events up to its last one' cmp <(seqs broken) <(seq 1 "$(last_seen broken)")
facts_end
