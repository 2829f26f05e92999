#!/usr/bin/env bash
# secrets.sh - with CASECAST_SECRET_KEY set, a job is seen, watched and canceled only by whoever holds its secret.
# (It measures no time, and runs side by side with others.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../kit/cases.sh"

private_stack_prepare CASECAST_SECRET_KEY='a key for these tests only' CASECAST_SECRET_TTL_S=12 CASECAST_RETRY_MS=100 \
    CASECAST_PROCESSES=2
photos_make
stack_start
case_put one 1 photo.jpg
case_put other 1 photo.jpg photo.jpg

create() { curl -sS --max-time 10 -X POST -H 'Content-Type: application/json' -d "{\"caseId\":\"$1\"}" "$url/api/jobs"; }
secret_of() { create "$1" | jq -r .clientSecret; }

made=$(create one)
job=$(jq -r .id <<<"$made")

fact 'creating a job answers its secret and when it expires' \
    jq -e '.clientSecretExpires > now and .clientSecretExpires <= now + 13 and (.clientSecret | length > 60)' <<<"$made"
events=$(stream "$url/api/jobs/$job/events?client_secret=$(secret_of one)")
fact 'its stream opens with it' same 'done' "$(jq -r 'select(.event == "done") | .event' <<<"$events")"
secret=$(secret_of one)
other=$(secret_of other)
fact 'so does its snapshot' same 200 "$(status "$url/api/jobs/$job?client_secret=$secret")"
fact 'a header does as well' same 200 "$(status -H "X-Client-Secret: $secret" "$url/api/jobs/$job")"
fact 'the tutorial'\''s address watches, with it' holds 'finished_video' \
    "$(stream "$url/create/video?caseId=one&client_secret=$secret" | messages)"
fact 'without it: 403' problem 403 'client_secret is missing' "$url/api/jobs/$job"
fact 'with another job'\''s: 403' problem 403 'belongs to another job' "$url/api/jobs/$job?client_secret=$other"
fact 'with a forged one: 403' problem 403 'not one that this server gave out' "$url/api/jobs/$job?client_secret=${secret%?}_"
fact 'cancel needs it, too' problem 403 'missing' -X POST "$url/api/jobs/$job/cancel"
fact 'cancel has it' same 200 "$(status -X POST -H "X-Client-Secret: $secret" "$url/api/jobs/$job/cancel")"
fact 'an EventSource is told in frames' same "error client_secret is missing: it came with the answer that created the job
finished_video" "$(stream "$url/create/video?caseId=one" | messages)"
fact 'a GET creates nothing' same 2 "$(sqlite3 "$CASECAST_DB" 'SELECT count(*) FROM casecast_jobs')"
fact 'it expires' wait_for 24 problem 403 'expired' "$url/api/jobs/$job?client_secret=$secret"
fact 'no log holds it' lacks "${secret##*.}" "$(cat "$state"/log/*.log)"
fact 'nor the key' lacks 'a key for these tests' "$(cat "$state"/log/*.log)"
facts_end
