#!/usr/bin/env bash
# publish.sh - jobs whose work is done elsewhere: what their publishers say by POST or from a shell is said once, and
# strangers say nothing.
# (It measures no time, and runs side by side with others.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

key='a key for publishers'
private_stack_prepare CASECAST_PROCESSES=2 CASECAST_RETRY_MS=100
export CASECAST_KINDS=$private/kinds CASECAST_PUBLISH_KEY=$key
mkdir "$CASECAST_KINDS"
printf '[Kind]\nSubject=renderId\nQuiet=5min\n' >"$CASECAST_KINDS/render.kind"
printf '[Kind]\nSubject=hushId\nQuiet=500ms\n' >"$CASECAST_KINDS/hush.kind"
printf '[Kind]\nSubject=countId\nCommand=echo 1\n' >"$CASECAST_KINDS/count.kind"
fact 'a kind without Command needs a key' holds 'render.kind: Command is missing: .*CASECAST_PUBLISH_KEY' \
    "$(CASECAST_PUBLISH_KEY='' "$program" check)"
stack_start

ask() { curl -sS --max-time 10 -H "Authorization: Bearer $key" -H 'Content-Type: application/json' -d "$1" "$url/api/jobs"; }
made() { ask "$1" | jq -r .id; }
job() { curl -sS --max-time 10 "$url/api/jobs/$1"; }
as() { printf 'Authorization: Bearer %s' "$1"; }
utter() { # JOB WHAT BODY [TOKEN]
    curl -sS --max-time 10 -H "$(as "${4-$key}")" -H 'Content-Type: application/json' -d "$3" "$url/api/jobs/$1/$2"
}
refused() { # STATUS REGULAR EXPRESSION JOB WHAT BODY [TOKEN]
    problem "$1" "$2" -H "$(as "${6-$key}")" -H 'Content-Type: application/json' -d "$5" "$url/api/jobs/$3/$4"
}
code() { utter "$@" | jq -r .code; }
told() { stream "$url/api/jobs/$1/events" | jq -c 'select(.id) | [.event, .data]'; } # JOB
page() { printf '{"events":[{"event":"page","data":{"n":%s},"once":"page %s"}]}' "$1" "$1"; }
is() { [[ $(job "$1" | jq -r .state) == "$2" ]]; }

# --- what is said ---

made=$(ask '{"renderId":"7"}') hush=$(made '{"hushId":"1"}')
id=$(jq -r .id <<<"$made") token=$(jq -r .publishToken <<<"$made")
stream "$url/api/jobs/$id/events" >"$private/watched" &
watching=$!
fact 'a job waits for its publisher' same queued "$(jq -r .state <<<"$made")"
fact 'its first word begins it' same running "$(utter "$id" events "$(page 1)" "$token" | jq -r .state)"
fact 'progress is that of the job' same '{"percent":40}' "$(utter "$id" progress '{"percent":40}' "$token" | jq -c .progress)"
utter "$id" events '{"events":["two\nlines",{"data":"text"},{"event":"page","data":{"n":2},"once":"page 2"}]}' "$token" >/dev/null
utter "$id" events "$(page 1)" "$token" >/dev/null
fact 'its end is that of the job' same '["done",{"pages":2}]' \
    "$(utter "$id" end '{"result":{"pages":2}}' "$token" | jq -c '[.state, .result]')"
fact 'the same end again is the same' same done "$(utter "$id" end '{"result":{"pages":2}}' "$token" | jq -r .state)"
fact 'another is refused' same ended "$(code "$id" end '{"error":"no"}')"
wait "$watching"
fact 'a viewer got all of it, once' same '["page","{\"n\":1}"]
["message","two\nlines"]
["message","text"]
["page","{\"n\":2}"]
["done","{\"pages\":2}"]
["end","{\"state\":\"done\"}"]' "$(jq -c 'select(.id) | [.event, .data]' "$private/watched")"
fact 'and so does one that comes later' same "$(jq -c 'select(.id) | [.event, .data]' "$private/watched")" "$(told "$id")"
fact 'the same request is the same job' same "$id" "$(made '{"renderId":"7"}')"

failed=$(made '{"renderId":"8"}')
utter "$failed" end '{"error":"the GPU is gone"}' >/dev/null
fact 'a job fails with the reason of its publisher' same '["message","error the GPU is gone"]' "$(told "$failed" | head -n 1)"

is_counted() { curl -sS --max-time 10 "$url/api/metrics" | grep -q '^casecast_jobs_ended_total{state="failed".*} [1-9]'; }
fact 'the metrics count it' wait_for 20 is_counted

# --- who, and what ---

id=$(made '{"renderId":"9"}')
fact 'a stranger gets no token' same null \
    "$(curl -sS -H 'Content-Type: application/json' -d '{"renderId":"9"}' "$url/api/jobs" | jq .publishToken)"
fact 'a stranger says nothing' refused 403 'neither CASECAST_PUBLISH_KEY nor the token' "$id" events "$(page 1)" 'a wrong one'
fact 'nor does one without a key' problem 403 'Authorization: Bearer' -H 'Content-Type: application/json' \
    -d "$(page 1)" "$url/api/jobs/$id/events"
fact 'the token of another job is none' refused 403 'neither' "$id" end '{"result":1}' "$token"
fact 'a job that casecast runs has no publisher' refused 409 'only those of a kind without Command' \
    "$(made '{"countId":"1"}')" events "$(page 1)"
fact 'a job must be there' refused 404 'not found' zzzzzzzzzzzzzzzzzzzzzzzzzz events "$(page 1)"
while IFS='|' read -r what body words; do
    fact "refused: $words" refused 400 "$words" "$id" "$what" "$body"
done <<'END'
events|{}|must be \{"events": \[…\]\} with 1 to 1000 events
events|{"events":[]}|must be
events|{"events":["a",7]}|events\[1\]: must be text, or an object
events|{"events":[{"event":"end","data":1}]}|events\[0\]: event: "end" must be 1 to 32
events|{"events":[{"event":"progress","data":1}]}|events\[0\]: event: progress is no durable event
events|{"events":[{"event":"a"}]}|events\[0\]: data: is missing
events|{"events":[{"data":1,"twice":1}]}|events\[0\]: unknown member "twice"
events|{"events":[{"data":1,"once":""}]}|events\[0\]: once: must be a text of 1 to 64 bytes
progress|[40]|must be an object
end|{}|must be \{"result": …\}
end|{"error":""}|error: must be a text of 1 to 500 bytes
end|{"result":1,"error":"a"}|must be
END
fact 'a text has at most 64 KiB' refused 400 'events\[0\]: data: is longer than 65536' "$id" events \
    "$(jq -nc '{events: [{data: ("x" * 65537)}]}')"
fact 'nothing of this began the job' is "$id" queued

# --- the end by others ---

fact 'silence fails the job' wait_for 20 is "$hush" failed
fact 'with the reason' same 'its publisher said nothing for 0.5 s (Quiet)' "$(job "$hush" | jq -r .error)"
fact 'its publisher is told' same ended "$(code "$hush" events "$(page 1)")"
utter "$id" events "$(page 1)" >/dev/null
curl -sS --max-time 10 -X POST "$url/api/jobs/$id/cancel" >/dev/null
fact 'the publisher learns of a cancel' same canceled "$(code "$id" progress '{"percent":41}')"
fact 'any process ends the job' wait_for 20 is "$id" canceled
fact 'and its publisher is told still' same canceled "$(code "$id" end '{"result":1}')"

# --- a responder dies between the write and the answer ---

# Until it is answered with 200; a refusal (409) would show that something else was heard.
say_surely() { # JOB WHAT BODY
    local got i
    for ((i = 0; i < 200; i++)); do
        got=$(status -H "$(as "$key")" -H 'Content-Type: application/json' -d "$3" "$url/api/jobs/$1/$2" 2>/dev/null)
        [[ $got != 200 ]] || return 0
        [[ $got == 50? || $got == 000 || -z $got ]] || { printf 'answered %s\n' "$got"; return 1; }
        sleep 0.05
    done
    return 1
}
responders() { ps -o pid= --ppid "$(process_pid responders)"; }
blow() { sleep "0.0$((RANDOM % 3))$((RANDOM % 10))" && responders | xargs -r kill -KILL 2>/dev/null; }
id=$(made '{"renderId":"10"}')
for ((n = 1; n <= 3; n++)); do
    blow &
    say_surely "$id" events "$(page "$n")" >>"$private/said" 2>&1 || printf 'event %d was not taken\n' "$n" >>"$private/said"
    wait $!
done
say_surely "$id" end '{"result":3}' >>"$private/said" 2>&1
fact 'whoever dies, what is sent again is there once' same "$(seq 3 | sed 's/.*/["page","{\\"n\\":&}"]/')
[\"done\",\"3\"]
[\"end\",\"{\\\"state\\\":\\\"done\\\"}\"]" "$(cat "$private/said" 2>/dev/null; told "$id")"

# --- from a shell ---

id=$(made '{"renderId":"11"}')
printf 'one\n{"event":"progress","percent":7}\n{"event":"page","n":1}\n' >"$private/first"
cat "$private/first" - >"$private/all" <<'END'
one
{"result":{"n":2}}
END
fact 'lines without a result leave the job to go on' holds 'goes on' "$("$program" publish "$id" <"$private/first")"
fact 'the same lines again, and more, end it' same "job $id is done" "$("$program" publish "$id" <"$private/all")"
fact 'as JSON it tells the job' same "[\"$id\",\"done\"]" \
    "$("$program" publish --json "$id" <"$private/all" | jq -c '[.id, .state]')"
fact 'and once more nothing changes' same "job $id is done" "$("$program" publish "$id" <"$private/all")"
fact 'each line was said once' same '["message","one"]
["page","{\"n\":1}"]
["message","one"]
["done","{\"n\":2}"]
["end","{\"state\":\"done\"}"]' "$(told "$id")"
fact 'other lines are told that it has ended' holds 'has ended already: done' \
    "$(echo '{"result":3}' | "$program" publish "$id" 2>&1)"
id=$(made '{"renderId":"12"}')
fact 'a job can fail from a shell' same "job $id is failed" "$(echo a | "$program" publish --failed 'no disk' "$id")"
fact 'with its reason' same 'no disk' "$(job "$id" | jq -r .error)"
id=$(made '{"renderId":"13"}')
mkfifo "$private/pipe"
"$program" publish "$id" <"$private/pipe" >"$private/shell" 2>&1 &
shell=$!
exec 8>"$private/pipe"
echo a >&8
wait_for 20 is "$id" running
"$program" cancel "$id" >/dev/null
wait "$shell"
fact 'a shell that waits learns of a cancel' holds "job $id was canceled: stop the work" "$(cat "$private/shell")"
exec 8>&-
fact 'a job that casecast runs is refused' holds 'only jobs of a kind that is a file' \
    "$("$program" publish "$(made '{"countId":"1"}')" </dev/null 2>&1)"
facts_end
