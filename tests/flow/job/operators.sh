#!/usr/bin/env bash
# operators.sh - what operators see and do below /api/operators, and that nobody else does.
# (It measures no time, and runs side by side with others.)
# shellcheck disable=SC2016,SC2154
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

private_stack_prepare CASECAST_SLOTS=1 CASECAST_RETRY_MS=100 CASECAST_MACHINE=engine-room \
    CASECAST_SECRET_KEY='a key for these tests only'
nginx_folder=$private/nginx # 127.0.0.2 is not trusted
cp -r "$root/nginx" "$nginx_folder"
sed -i 's|^127.0.0.0/8 |127.0.0.1 |' "$nginx_folder/addresses.conf"
export CASECAST_KINDS=$private/kinds
mkdir "$CASECAST_KINDS"
printf '%s\n' '[Kind]' Subject=stepId 'Command=bash step.sh' Same=input >"$CASECAST_KINDS/step.kind"
printf 'here=%s\n' "$private" >"$CASECAST_KINDS/step.sh"
cat >>"$CASECAST_KINDS/step.sh" <<'END'
cat >"$here/request.$CASECAST_SUBJECT"
echo '{"event":"progress","percent":50}'
until [[ -e $here/go.$CASECAST_SUBJECT ]]; do sleep 0.02; done
[[ ! -e $here/break ]] || { echo 'the press is jammed' >&2; exit 1; }
END
stack_start

operators=$url/api/operators
ask() { curl -sS --max-time 10 "$@"; }
tell() { ask -X POST -H 'Content-Type: application/json' -d "${2-{\}}" "$operators/jobs/$1"; } # ID/WHAT [BODY]
make() { ask -H 'Content-Type: application/json' -d "{\"stepId\":\"$1\"${2-}}" "$url/api/jobs" | jq -r .id; }
state() { ask "$url/api/jobs?limit=100" | jq -r --arg id "$1" '.jobs[] | select(.id == $id) | .state'; }
is() { [[ $(state "$1") == "$2" ]]; }
queue() { ask "$url/api/jobs?order=queue&${1-}" | jq -r '[.jobs[].step] | join(" ")'; }

# --- who may ----------------------------------------------------------------------------------------------------

first=$(make first ',"input":{"size":3}')
fact 'the first job runs' wait_for 20 is "$first" running
for path in '' /hooks /events?id="$first" /nothing; do
    fact "an address that is not trusted may not GET $path" problem 403 addresses.conf --interface 127.0.0.2 "$operators$path"
    fact "nor may a client behind a proxy" problem 403 addresses.conf -H 'X-Forwarded-For: 203.0.113.9' "$operators$path"
done
for what in cancel retry priority; do
    fact "an address that is not trusted may not POST $what" problem 403 addresses.conf --interface 127.0.0.2 \
        -X POST -H 'Content-Type: application/json' -d '{"priority":9}' "$operators/jobs/$first/$what"
done
fact 'a page of another site may not, in the browser of an operator' problem 403 'pages of this site' -H 'Origin: https://evil.example' "$operators"
for page in operators.html operators %6Fperators.html //operators.html; do
    fact "the page is not for strangers as $page" same 403 "$(status --interface 127.0.0.2 --path-as-is "$url/$page")"
done
fact 'the page is there for this machine' same '200 200' "$(status "$url/operators.html") $(status "$url/operators")"
sed -i 's|^127.0.0.1 |127.0.0.0/8 |' "$nginx_folder/addresses.conf"
nginx_start # reads it again
neighbour_may() { [[ $(status --interface 127.0.0.2 "$operators") == 200 ]]; }
fact 'an address that was added to addresses.conf may' wait_for 10 neighbour_may

# --- what they see ----------------------------------------------------------------------------------------------

for name in b c d; do declare "$name=$(make "$name")"; done
curl -sN --max-time 60 "$operators/events?id=$first&id=$b&from=latest" >"$private/live.sse" &
fact 'the stream of an operator needs no secret' wait_for 20 grep -q '"percent":50' "$private/live.sse"
watched() { ask "$operators" | jq -c '[.viewers, [.watched[] | [.subject, .viewers]]]'; }
fact 'the overview counts the viewers' wait_for 20 eval 'same "[2,[[\"b\",1],[\"first\",1]]]" "$(watched | jq -c ".[1] |= sort")"'
overview=$(ask "$operators")
fact 'the overview counts jobs by state' same '{"queued":3,"running":1,"done":0,"failed":0,"canceled":0}' "$(jq -c .jobs <<<"$overview")"
fact 'the overview names the machine and its process' same '["engine-room",1,"alive",0]' \
    "$(jq -c '.processes[0] | [.machine, .slots, .state, .silentMs]' <<<"$overview")"

# --- webhooks ---------------------------------------------------------------------------------------------------

hooks() { ask "$operators/hooks?limit=1${1-}" | jq -c '[[.hooks[] | [.host, .state, .job]], .next != null]'; }
fact 'no webhook waits' same '{"hooks":[],"next":null}' "$(ask "$operators/hooks" | jq -c .)"
for n in 1 2; do
    sql "INSERT INTO casecast_hooks(id, job_id, key, url, host, events, metadata, state)
        VALUES ('hook$n', '$b', 'key$n', 'https://h$n.example/token', 'h$n.example', '', '', 'given up')"
done
fact 'webhooks that were given up are listed page by page' same "[[[\"h1.example\",\"given up\",\"$b\"]],true]" "$(hooks)"
fact 'the second page is the last' same "[[[\"h2.example\",\"given up\",\"$b\"]],false]" "$(hooks "&after=$(ask "$operators/hooks?limit=1" | jq -r .next)")"
fact 'no URL of a webhook is shown' lacks token "$(ask "$operators/hooks")"
fact 'the overview counts them' same '{"waiting":0,"givenUp":2}' "$(ask "$operators" | jq -c .hooks)"
fact 'a cursor that is none is told' problem 400 'member `next`' "$operators/hooks?after=x"

# --- the queue --------------------------------------------------------------------------------------------------

fact 'the queue comes in its order' same 'b c d' "$(queue)"
fact 'a job gets another priority' same '["queued",7,1]' "$(tell "$d/priority" '{"priority":7}' | jq -c '[.state, .priority, .position]')"
fact 'and another place' same 'd b c' "$(queue)"
fact 'the same again changes nothing' same 7 "$(tell "$d/priority" '{"priority":7}' | jq .priority)"
next=$(ask "$url/api/jobs?order=queue&limit=1" | jq -r .next)
fact 'the queue comes page by page' same 'b' "$(queue "limit=1&after=$next")"
fact 'its cursor is none of another list' problem 400 'member `next`' "$url/api/jobs?after=$next"
fact 'another order is told' problem 400 'newest or queue' "$url/api/jobs?order=best"
fact 'the queue has queued jobs only' problem 400 'state=queued' "$url/api/jobs?order=queue&state=failed"
priority=(-X POST -H 'Content-Type: application/json')
for body in '{}' '{"priority":10}' '{"priority":-1}' '{"priority":"7"}' '{"priority":7,"more":1}' '[7]'; do
    fact "a body $body is no priority" problem 400 'from 0 to 9' "${priority[@]}" -d "$body" "$operators/jobs/$d/priority"
done
fact 'a job that runs has no place to change' problem 409 'is running' "${priority[@]}" -d '{"priority":1}' "$operators/jobs/$first/priority"
fact 'a job that is not there is told' problem 404 'not found' "${priority[@]}" -d '{"priority":1}' "$operators/jobs/nothing/priority"
fact 'a GET changes nothing' problem 405 POST "$operators/jobs/$d/priority"

# --- cancel and retry -------------------------------------------------------------------------------------------

fact 'an operator cancels what others watch, without a secret' same canceled "$(tell "$b/cancel" | jq -r .state)"
touch "$private/break" "$private/go.first"
fact 'the program fails' wait_for 20 is "$first" failed
fact 'its reason is in the list' holds 'the press is jammed' "$(ask "$url/api/jobs?state=failed" | jq -r '.jobs[0].error')"
fact 'a job that waits is not made again' problem 409 'is queued|is running' -X POST "$operators/jobs/$c/retry"
rm "$private/break" "$private/go.first"
again=$(tell "$first/retry")
id=$(jq -r .id <<<"$again")
fact 'a failed job is made again, as a new one' same '["step","first"]' "$(jq -c '[.kind, .step]' <<<"$again")"
fact 'it is another job' test "$id" != "$first"
fact 'once more is the same job' same "$id" "$(tell "$first/retry" | jq -r .id)"
for name in first c d; do touch "$private/go.$name"; done
fact 'it is done' wait_for 20 is "$id" 'done'
fact 'the failed one stays as it is' same failed "$(state "$first")"
fact 'the new job has the input of the old one' same '{"size":3}' "$(jq -c .input "$private/request.first")"
fact 'a done job is not made again' problem 409 'is done' -X POST "$operators/jobs/$id/retry"
fact 'a canceled one has no input any more' problem 409 'make a new request' -X POST "$operators/jobs/$b/retry"
facts_end
