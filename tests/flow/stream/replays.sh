#!/usr/bin/env bash
# replays.sh - a journal far longer than what may wait for one viewer: read in pieces, at the pace of whoever reads it,
# and then live.  Every event comes once, and the process does not grow with it.
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

MANY=20000 BYTES=2000 # 40 MB
# What was freed is given back: else the address sanitizer keeps 256 MB of it.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=2
private_stack_prepare CASECAST_MAX_STREAM_KIB=16 CASECAST_SLOTS=1 CASECAST_RETRY_MS=100
casecast=$program
program=${CASECAST_BUILD:-$root/build}/tests/kit/own_kind # its job takes little memory, and minutes
export CASECAST_MEDIA_ROOT=$private/files
mkdir "$CASECAST_MEDIA_ROOT"
truncate -s 400G "$CASECAST_MEDIA_ROOT/endless"
stack_start

# Journaled at one blow, as if the job had said it.
journal() { # JOB N BYTES
    sql "BEGIN IMMEDIATE;
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2)
        INSERT INTO casecast_events(job_id, seq, data)
        SELECT id, last_seq + i, printf('%.*c', $3, 'x') FROM casecast_jobs, n WHERE id = '$1' ORDER BY i;
        UPDATE casecast_jobs SET last_seq = last_seq + $2 WHERE id = '$1';
        COMMIT;"
}
last_seq() { sql "SELECT last_seq FROM casecast_jobs WHERE id = '$1'"; }

# A viewer that takes the first bytes and no more before the file NAME.go is there.
declare -A watching=()
watch() { # NAME CURL-ARGUMENTS…
    local name=$1
    shift
    curl -sN --max-time 90 -H 'Accept: text/event-stream' "$@" | {
        head -c 3000
        until [[ -e $private/$name.go ]]; do sleep 0.02; done
        cat
    } >"$private/$name.sse" &
    watching[$name]=$!
}
go_on() { touch "$private/$1.go"; }
seqs() { sed -n "s/^id: $job:\([0-9]*\)\r\?$/\1/p" "$private/$1.sse"; }
last_seen() { seqs "$1" | tail -n 1; }
is_at() { [[ $(last_seen "$1") == "$2" ]]; } # NAME SEQ
all_once() { cmp <(seqs "$1") <(seq "${2:-1}" "$(last_seq "$job")"); } # NAME [FROM]
begun() { [[ -s $private/$1.sse ]]; }
ended() { ! kill -0 "${watching[$1]}" 2>/dev/null; }
metric() { curl -sS --max-time 10 "$url/api/metrics" | sed -n "s/^casecast_$1 //p"; }
metric_is() { same "$2" "$(metric "$1")"; }
rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/${pids[0]}/status"; }
watchers_are() { [[ $(sql "SELECT sum(n) FROM casecast_audiences WHERE job_id = '$job'") == "$1" ]]; }
is_kept_by() { # N: a stranger's cancel says how many still watch
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
fact 'who still reads what was is one of the viewers' wait_for 20 watchers_are 4
fact '… for whom a job goes on' is_kept_by 4
fact "four viewers stand before 40 MB: ($before KB before, $(rss_kb) KB now)" \
    test "$(rss_kb)" -lt $((before + 16384 + before / 2))
journal "$job" 3 30
for name in "${names[@]}"; do go_on "$name"; done
for name in "${names[@]}"; do
    fact "viewer $name reads to the end of the journal" wait_for 60 is_at "$name" "$(last_seq "$job")"
done
fact "no queue was longer than a piece ($(metric stream_queue_most_bytes) bytes)" \
    test "$(metric stream_queue_most_bytes)" -lt 90000
fact "the process did not grow ($(rss_kb) KB)" test "$(rss_kb)" -lt $((before + 16384 + before / 2))
fact 'nobody is slow' metric_is 'streams_ended_total{reason="slow"}' 0
journal "$job" 2 30
for name in "${names[@]}"; do
    fact '… and what comes then is told live' wait_for 20 is_at "$name" "$(last_seq "$job")"
done

# One at the beginning, when it ends.
watch late "$url/api/jobs/$job/events"
wait_for 20 begun late
"$casecast" cancel "$job" >/dev/null
wait_for 20 job_has_ended "$job"
go_on late
for name in "${names[@]}" late; do
    fact "viewer $name: the stream ends with the job" wait_for 60 ended "$name"
    fact '… every event came once, in order' all_once "$name"
    fact '… and then its end' holds '^event: end' "$(tail -n 4 "$private/$name.sse")"
done

middle=$((MANY / 2))
go_on resumed
watch resumed -H "Last-Event-ID: $job:$middle" "$url/api/jobs/$job/events"
fact 'an ended job is told from the middle' wait_for 60 ended resumed
fact '… all that was missed' all_once resumed $((middle + 1))
fact 'who has seen it all gets 204' same 204 \
    "$(stream_status -H "Last-Event-ID: $job:$(last_seq "$job")" "$url/api/jobs/$job/events")"

# Some leave in the middle, whatever is being read for them.
leaving=()
for n in {1..20}; do
    curl -sN --max-time 60 "$url/api/jobs/$job/events" 2>/dev/null | head -c $((n * 100000)) >/dev/null &
    leaving+=($!)
done
wait "${leaving[@]}"
fact 'twenty leave in the middle, and are gone' wait_for 20 metric_is streams_open 0
fact '… and the process is the same' responder_lives "${pids[0]}"

watch broken "$url/api/jobs/$job/events"
wait_for 20 begun broken
mkdir "$private/aside"
mv "$CASECAST_DB"* "$private/aside"
go_on broken
fact 'the database is taken away: the stream ends' wait_for 60 ended broken
fact '… says when to come back' holds '^retry: ' "$(tail -n 4 "$private/broken.sse")"
fact '… and neither an end nor a path' lacks "^event: end|$private" "$(cat "$private/broken.sse")"
fact '… and none was left out' cmp <(seqs broken) <(seq 1 "$(last_seen broken)")
facts_end
