#!/usr/bin/env bash
# joint.sh - several jobs in one stream: their events in one order, one id that says how far all were read, one end.
# (It measures no time, and runs side by side with others.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_SLOTS=8
export CASECAST_KINDS=$private/kinds
mkdir "$CASECAST_KINDS"
printf '%s\n' '[Kind]' Subject=stepId 'Command=bash step.sh' >"$CASECAST_KINDS/step.kind"
printf 'here=%s\n' "$private" >"$CASECAST_KINDS/step.sh"
cat >>"$CASECAST_KINDS/step.sh" <<'END'
echo "one of \"$CASECAST_SUBJECT\""
echo '{"event":"progress","percent":50}'
until [[ -e $here/go.$CASECAST_SUBJECT ]]; do sleep 0.02; done
echo '{"event":"page","n":2}'
END
stack_start

post() { curl -sS --max-time 10 -H 'Content-Type: application/json' -d "{\"stepId\":\"$1\"}" "$url/api/jobs" | jq -r .id; }
joint=$url/api/events/jobs
go_on() { touch "$private/go.$1"; }

declare -A watching=()
watch() { # NAME CURL-ARGUMENTS…
    local name=$1
    shift
    curl -sN --max-time 60 -H 'Accept: text/event-stream' "$@" >"$private/$name.sse" &
    watching[$name]=$!
}
read_all() { node "$kit/sse.mjs" <"$private/$1.sse"; } # NAME
has_line() { grep -Fqs -- "$2" "$private/$1.sse"; }    # NAME TEXT
ended() { ! kill -0 "${watching[$1]}" 2>/dev/null; }

# The durable events of a job: of its own stream, and of a joint one.
own() { stream "$url/api/jobs/$1/events" | jq -c 'select(.id) | [.event, (.data | if .[:1] == "{" then fromjson else . end)]'; }
of_job() { jq -c --arg job "$1" 'select(.id) | .event as $name | .data | fromjson | select(.job == $job) | [$name, .data]'; }
own_of_all() { # EVENTS
    local id
    for id in "$a" "$b" "$c"; do same "$(own "$id")" "$(of_job "$id" <<<"$1")" || return; done
}
positions_grow() { # EVENTS
    local positions
    positions=$(ids <<<"$1" | sed 's/.*://')
    [[ -n $positions ]] && sort -nuc <<<"$positions"
}

a=$(post a) b=$(post b) c=$(post c)
of_three="$joint?id=$a&id=$b&id=$c"
watch live "$of_three"
for subject in a b c; do
    fact "the line of job $subject comes" wait_for 20 has_line live "\"data\":\"one of \\\"$subject\\\"\""
done
for id in "$a" "$b" "$c"; do
    fact 'the progress of each job comes' wait_for 20 has_line live "{\"job\":\"$id\",\"data\":{\"percent\":50}}"
done
go_on a
fact 'one job ends' wait_for 20 has_line live "{\"job\":\"$a\",\"data\":{\"state\":\"done\"}}"
watch late "$of_three&from=latest"
fact 'a client without a wish for history gets the end of the job that has ended' \
    wait_for 20 has_line late "{\"job\":\"$a\",\"data\":{\"state\":\"done\"}}"
fact 'the stream goes on' kill -0 "${watching[live]}"
go_on b
go_on c
for name in live late; do fact "the stream ends when all jobs have ended: $name" wait_for 20 ended "$name"; done

live=$(read_all live)
fact 'the stream is well formed' well_formed "$live"
fact 'complete is its last event' same '{"jobs":3}' "$(jq -r 'select(.event) | select(.event == "complete") | .data' <<<"$live" | tail -n 1)"
fact 'all others name their job' same '["data","job"]' "$(jq -c 'select(.event and .event != "complete") | .data | fromjson | keys' <<<"$live" | sort -u)"
fact 'it begins with a job event of each job' same "$a $b $c " "$(jq -r 'select(.event == "job") | .data | fromjson | .job' <<<"$live" | head -n 3 | tr '\n' ' ')"
fact 'each job has the events of its own stream' own_of_all "$live"
fact 'positions grow' positions_grow "$live"

late=$(read_all late)
fact 'from=latest: the stream is well formed' well_formed "$late"
fact 'from=latest: no line from before' lacks 'one of' "$late"
fact 'from=latest: what follows' same 2 "$(grep -c '"event":"page"' <<<"$late")"
fact 'from=latest: the end of all' same 3 "$(grep -c '"event":"end"' <<<"$late")"

durable=$(durable <<<"$live")
first=$(ids <<<"$live" | sed -n 3p)
fact 'a client that resumes gets the rest' same "$(tail -n +4 <<<"$durable")" "$(stream -H "Last-Event-ID: $first" "$of_three" | durable)"
fact 'so it does when it names the jobs in another order, and one twice' same "$(tail -n +4 <<<"$durable")" \
    "$(stream -H "Last-Event-ID: $first" "$joint?id=$c&id=$b&id=$a&id=$b" | durable)"
fact 'a client that comes late gets all' same "$durable" "$(stream "$of_three" | durable)"
fact 'a client that has seen all gets 204' same 204 "$(stream_status -H "Last-Event-ID: $(last_id <<<"$live")" "$of_three")"
fact 'so does one that wanted no history' same 204 "$(stream_status -H "Last-Event-ID: $(last_id <<<"$late")" "$of_three&from=latest")"
fact 'a place that is none of this journal: all comes anew' same "$durable" \
    "$(stream -H "Last-Event-ID: ${first%:*}:$((${first##*:} + 1))" "$of_three" | durable)"
fact 'the id of a stream of one job has no meaning: all comes anew' same "$durable" \
    "$(stream -H "Last-Event-ID: ${first%:*}" "$of_three" | durable)"

# One job, without its history.
d=$(post d)
single=$url/api/jobs/$d/events
watch first "$single"
wait_for 20 has_line first 'one of'
watch single "$single?from=latest"
fact 'one job from=latest: the job event has the id of the newest event' wait_for 20 has_line single "id: $d:1"
last=$(sed -n 's/^id: //p' "$private/single.sse" | head -n 1)
fact 'it resumes from there' same "$d:$((${last##*:} + 1))" \
    "$(go_on d; stream -H "Last-Event-ID: $last" "$single?from=latest" | ids | head -n 1)"
wait_for 20 ended single
fact 'one job from=latest: no line from before' lacks 'one of' "$(cat "$private/single.sse")"
fact 'one job from=latest: what follows' has_line single 'event: page'
ended_job=$(stream "$single?from=latest")
fact 'an ended job from=latest: its end alone' same '["job","end"]' "$(jq -sc 'map(.event // empty)' <<<"$ended_job")"
fact 'then 204' same 204 "$(stream_status -H "Last-Event-ID: $(last_id <<<"$ended_job")" "$single?from=latest")"

fact 'without an id: 400' problem 400 'id is missing: name 1 to 100 jobs' "$joint"
fact 'an unknown job: 404' problem 404 'job 0{26} not found' "$joint?id=$a&id=00000000000000000000000000"
fact 'from: only latest' problem 400 'from "first": must be latest' "$of_three&from=first"
fact 'an EventSource is refused by events' holds '^event: end' "$(curl -sN --max-time 10 -H 'Accept: text/event-stream' "$joint?id=x")"
facts_end
