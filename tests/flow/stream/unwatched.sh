#!/usr/bin/env bash
# unwatched.sh - CASECAST_CANCEL_UNWATCHED_S: a job whose last viewer has left is canceled.  A job that is watched
# through any process is not canceled, nor a job that never had a viewer.
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

private_stack_prepare CASECAST_PROCESSES=3 CASECAST_SLOTS=1 CASECAST_RETRY_MS=100 CASECAST_CANCEL_UNWATCHED_S=4
photos_make
stack_start
video=$url/create/video
reason() { grep -c "job $1: canceled, nobody has watched it for 4 s" "$state/log/casecast.log"; }

for id in left waiting own; do case_put "$id" 120; done
viewers_start left --n 3 --ms 60000 "$video?caseId=left"
viewers_saw left 20 'any(.[]; .event == "progress")'
left=$(job_make left)
viewers_start waiting --n 1 --ms 60000 "$video?caseId=waiting"
viewers_saw waiting 20 'any(.[]; .all == "open")'
waiting=$(job_make waiting)
own=$(job_make own)
sleep 10 # more than twice the allowed time without viewers
fact 'a running job with viewers continues' same running "$(job_state "$left")"
fact 'a queued job with viewers stays queued' same queued "$(job_state "$waiting")"
fact 'a job that never had a viewer stays queued' same queued "$(job_state "$own")"

kill "${viewers[waiting]}"
fact 'a queued job whose viewer has left is canceled' wait_for 30 job_is "$waiting" canceled
kill "${viewers[left]}"
fact 'a running job whose viewers have left is canceled' wait_for 30 job_is "$left" canceled
fact 'the log has the reason once for each job' same '1 1' "$(reason "$left") $(reason "$waiting")"
fact 'each of these jobs ended once' same '1 1' "$(for job in "$left" "$waiting"; do
    sql "SELECT count(*) FROM casecast_events WHERE job_id = '$job' AND name = 'canceled'"; done | xargs)"
fact 'the job that never had a viewer runs' wait_for 30 job_is "$own" running
viewers_start again --n 1 --ms 60000 "$video?caseId=left"
fact 'a viewer that comes back gets a new job' viewers_saw again 20 "any(.[]; .event == \"job\" and (.data | fromjson | .id != \"$left\"))"
again=$(sql "SELECT id FROM casecast_jobs WHERE subject = 'left' ORDER BY number DESC LIMIT 1")
fact 'a viewer that resumes before the end gets the new job' same "$again" \
    "$(job_told -H "Last-Event-ID: $left:1" "$video?caseId=left")"
fact 'a viewer that resumes after the end gets 204' same 204 \
    "$(stream_status -H "Last-Event-ID: $left:$(sql "SELECT last_seq FROM casecast_jobs WHERE id = '$left'")" "$video?caseId=left")"
job_cancel "$own" >/dev/null
"$program" cancel "$again" >/dev/null
fact 'an operator'\''s cancel ends a job with viewers' wait_for 30 job_has_ended "$again"
fact 'a viewer of this job gets the cancel, and no new job' same "$again" "$(stream "$video?caseId=left" | job_of)"
facts_end
