#!/usr/bin/env bash
# behind.sh - behind other proxies: a second nginx in front passes each event on as it comes; `end` is the last event in
# each state; and a client that never sends Last-Event-ID does not restart a job that failed or was canceled, even
# through proxies.
# (Any engine: its subject is what proxies and clients do.)
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

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_SLOTS=1
photos_make
stack_start

# --- another nginx in front, with the defaults of proxy_pass -------------------------------------------------

outer_start() {
    local port
    port=$(free_port)
    mkdir -p "$private/outer"
    cat >"$private/outer/nginx.conf" <<END
$( ((EUID != 0)) || echo 'user root;' )
pid $private/outer/nginx.pid;
error_log $private/outer/error.log;
events {}
http {
    access_log off;
    client_body_temp_path $private/outer/body;
    proxy_temp_path $private/outer/proxy;
    fastcgi_temp_path $private/outer/fastcgi;
    scgi_temp_path $private/outer/scgi;
    uwsgi_temp_path $private/outer/uwsgi;
    server { listen 127.0.0.1:$port; location / { proxy_pass $url; } }
}
END
    nginx -e "$private/outer/error.log" -c "$private/outer/nginx.conf"
    outer=http://127.0.0.1:$port
}

outer_stop() {
    local pid
    pid=$(cat "$private/outer/nginx.pid") && kill "$pid" && process_wait "$pid"
}

# What arrives while the stream is open: only the test closes it.
comes_while_open() { # WORDS URL
    local pid result
    curl -sN --max-time 60 -H 'Accept: text/event-stream' "$2" >"$private/coming" &
    pid=$!
    wait_for 8 grep -q "$1" "$private/coming" && kill -0 "$pid"
    result=$?
    kill "$pid" 2>/dev/null
    return "$result"
}

another_nginx() {
    local job
    outer_start
    case_put held 60
    case_put waiting 1
    job=$(job_make held)
    wait_for 20 job_is "$job" running
    fact 'behind another nginx, a message arrives while its stream is open' comes_while_open 'Message 1' "$outer/api/events?count=600"
    fact 'behind another nginx, the first event of a queued job arrives while its stream is open' comes_while_open processing_video "$outer/create/video?caseId=waiting"
    fact 'behind another nginx, the first event of a running job arrives while its stream is open' comes_while_open processing_video "$outer/api/jobs/$job/events"
    curl -sS -o /dev/null -X POST "$url/api/jobs/$job/cancel"
    fact 'behind another nginx, a stream is complete' same 'message end' \
        "$(stream "$outer/create/video?caseId=waiting" | jq -r 'select(.id) | .event' | tail -n 2 | xargs)"
}

# --- the end ------------------------------------------------------------------------------------------------

last_event() { jq -r 'select(.id) | "\(.event) \(.data)"' | tail -n 1; }

ends() {
    local job
    case_put good 1
    case_put bad 1 gone.jpg
    fact 'done: end is last' same 'end {"state":"done"}' "$(stream "$url/create/video?caseId=good" | last_event)"
    fact 'done: end is also the last event of the replay' same 'end {"state":"done"}' "$(stream "$url/create/video?caseId=good" | last_event)"
    fact 'failed: end is last' same 'end {"state":"failed"}' "$(stream "$url/create/video?caseId=bad" | last_event)"
    fact 'refused: end is last' same 'end {"state":"failed"}' "$(stream "$url/create/video?caseId=none" | last_event)"
    fact 'refused: before end come the messages of the tutorial' same 'error finished_video' \
        "$(stream "$url/create/video?caseId=none" | messages | cut -d' ' -f1 | xargs)"
    case_put stopped 60
    job=$(job_make stopped)
    viewers_start stopped --once "$url/create/video?caseId=stopped"
    viewers_saw stopped 20 'any(.[]; .event == "progress")'
    job_cancel "$job" >/dev/null
    viewers_wait stopped
    fact 'canceled: end is last' same 'end {"state":"canceled"}' "$(seen stopped | last_event)"
    fact 'canceled: a stream that resumes at the last but one event gets end' same 'end {"state":"canceled"}' \
        "$(stream -H "Last-Event-ID: $(seen stopped | ids | tail -n 2 | head -n 1)" "$url/create/video?caseId=stopped" | last_event)"
    fact 'canceled: a stream that resumes after end is 204' same 204 "$(stream_status -H "Last-Event-ID: $(seen stopped | last_id)" "$url/create/video?caseId=stopped")"
}

# --- reconnects without an id -----------------------------------------------------------------------------------

told_again() { # CASE JOB URL
    local got
    for _ in 1 2 3; do
        got=$(stream "$3/create/video?caseId=$1" | job_of)
        same "$2" "$got" || return
    done
}

later() { # moves the end of JOB, and the time of its last replay, so many seconds into the past
    sql "UPDATE casecast_jobs SET ended_ms = ended_ms - $2 * 1000 WHERE id = '$1';
         UPDATE casecast_told SET told_ms = told_ms - $2 * 1000 WHERE job_id = '$1'"
}

latest() { sql "SELECT id FROM casecast_jobs WHERE subject = '$1' ORDER BY number DESC LIMIT 1"; }

# A slow machine may need longer to come here than any client is held for after the end.
just_ended() { sql "UPDATE casecast_jobs SET ended_ms = $(date +%s%3N) WHERE id = '$1'"; } # JOB

held_for_its_viewer() { # CASE STATE
    local job again from=(--interface 127.0.0.2)
    job=$(latest "$1")
    just_ended "$job"
    fact "$2: a client that reconnects without an id gets the same job" told_again "$1" "$job" "$url"
    fact 'behind another nginx, this client gets the same job, too' told_again "$1" "$job" "$outer"
    later "$job" 60
    fact 'a minute later, this client gets the same job' told_again "$1" "$job" "$url"
    later "$job" 100
    fact 'this client gets the same job as long as it keeps reconnecting' told_again "$1" "$job" "$url"
    fact 'its reconnects made no other job' same 1 "$(jobs_of "$1")"
    again=$(job_told "${from[@]}" "$url/create/video?caseId=$1")
    fact 'a client at another address makes a new job' same "$(latest "$1") 2" "$again $(jobs_of "$1")"
    wait_for 20 no_live_job "$1"
    job=$(latest "$1")
    fact 'a POST makes a new job at once' lacks "$job" "$(job_make "$1")"
    job_cancel "$(latest "$1")" >/dev/null
    wait_for 20 no_live_job "$1"
}

no_live_job() {
    [[ $(sql "SELECT count(*) FROM casecast_jobs WHERE subject = '$1' AND state IN ('queued', 'running')") == 0 ]] ||
        { job_cancel "$(latest "$1")" >/dev/null; return 1; }
}

# Some libraries open a new EventSource after each end.
a_library_that_forgets() {
    case_put forgets 1 gone.jpg
    for _ in {1..4}; do stream "$url/create/video?caseId=forgets" >/dev/null; sleep 0.1; done
    fact 'reconnects of a library that forgets the id make no second job' same 1 "$(jobs_of forgets)"
}

another_nginx
ends
held_for_its_viewer bad failed
held_for_its_viewer stopped canceled
a_library_that_forgets
outer_stop
fact 'no responder reports a fault' lacks 'AddressSanitizer|runtime error|assert' "$(cat "$state/log/casecast.log")"
facts_end
