#!/usr/bin/env bash
# hooks.sh - webhooks: events are delivered, signed and in order, once while nothing fails, to hosts that are named.
# (It measures no time, and runs side by side with others.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

private_stack_prepare CASECAST_PROCESSES=2 CASECAST_SLOTS=4 CASECAST_WEBHOOK_HOSTS='127.0.0.1 *.example.org'
cp -r "$root/tests/kit/kinds" "$private/kinds"
export CASECAST_KINDS=$private/kinds CASECAST_WEBHOOK_KEYS=$private/keys
key=whsec_$(head -c 32 /dev/zero | tr '\0' k | base64)
(umask 077 && printf '%s\n' "$key" >"$private/keys")
node "$kit/hook_receiver.mjs" "$key" "$private/port" >"$private/got" &
wait_for 20 test -s "$private/port" || exit
to=http://127.0.0.1:$(cat "$private/port")
tell_kind() { # EVENTS
    printf '%s\n' '[Kind]' Subject=tellId 'Command=echo hello' "Webhook=$to/204?kind" "WebhookEvents=$1" >"$CASECAST_KINDS/tell.kind"
}
tell_kind 'message end'
stack_start

post() { curl -sS --max-time 10 -H 'Content-Type: application/json' -d "$1" "$url/api/jobs"; }
hook() { # SUBJECT PATH EVENTS METADATA
    post "{\"countId\":\"$1\",\"webhook\":{\"url\":\"$to/$2\"${3-}}${4-}}" | jq -r .id
}
got() { jq -c "select(.data.job == \"$1\")" "$private/got"; } # JOB
has_got() { [[ $(got "$1" | grep -c '"event":"end"') -ge $2 ]]; } # JOB COUNT
refused() { # STATUS REGULAR EXPRESSION MEMBERS
    problem "$1" "$2" -H 'Content-Type: application/json' -d "{\"countId\":\"1\",$3}" "$url/api/jobs"
}
listed() { "$program" hooks --json | jq -c "select(.job == \"$1\") | [.state, .attempts, .error]"; }
is_listed() { [[ $(listed "$1") == "$2" ]]; }

end=$(hook 2 204 '' ',"metadata":{"order":7}')
all=$(hook 3 200 ',"events":"all"')
gone=$(hook 4 410)
busy=$(hook 5 503)

fact 'the end of a job is delivered' wait_for 20 has_got "$end" 1
fact 'it is signed' same true "$(got "$end" | jq .isSigned)"
fact 'it says how the job ended, and gives the metadata back' same '["job.end","count","2","done",{"counted":2},{"order":7}]' \
    "$(got "$end" | jq -c '[.type, .data.kind, .data.subject, .data.state, .data.result, .data.metadata]')"
wait_for 20 has_got "$all" 1
fact 'all events come in their order' same '1 2 3 4 5' "$(got "$all" | jq .data.number | xargs)"
fact 'each has an id of its own' same "$(got "$all" | jq .id | sort -u | wc -l)" "$(got "$all" | wc -l)"

again=$(hook 2 204 '' ',"metadata":{"order":7}')
other=$(hook 2 204 ',"events":["end"]' ',"metadata":{"order":8}')
fact 'the same request finds its job' same "$end $end" "$again $other"
fact 'who attaches to an ended job is told at once' wait_for 20 has_got "$end" 2
fact 'and the same request is told once' same '7 8' "$(got "$end" | jq .data.metadata.order | xargs)"

told=$(post '{"tellId":"1","metadata":{"order":9}}' | jq -r .id)
fact 'each job of a kind with Webhook is told there' wait_for 20 has_got "$told" 1
fact 'with the events that the kind names, and the metadata' same '[["message","hello",9],["end",{"state":"done"},9]]' \
    "$(got "$told" | jq -c '[.data.event, .data.data, .data.metadata.order]' | jq -sc .)"
curl -sN --max-time 20 "$url/create/tell?tellId=2" >"$private/stream"
told=$(sed -n 's/^id: \([^:]*\):1$/\1/p' "$private/stream")
fact 'so is one that a GET has made' wait_for 20 has_got "$told" 1
both=$(post "{\"tellId\":\"3\",\"webhook\":{\"url\":\"$to/204?own\"}}" | jq -r .id)
fact 'a webhook of the request comes beside it' wait_for 20 has_got "$both" 2
fact 'each gets its own events' same '/204?kind message /204?kind end /204?own end' \
    "$(got "$both" | jq -r '.path + " " + .data.event' | LC_ALL=C sort -k1,1 -s | xargs)"

fact 'a receiver that is gone gets no more' wait_for 20 is_listed "$gone" '["given up",1,"answered 410"]'
fact 'one that is busy waits' wait_for 20 is_listed "$busy" '["waiting",1,"answered 503"]'
fact 'casecast hooks lists both' holds "$busy +127.0.0.1 +[0-9]+ +1 +[0-9]+ min +answered 503" "$("$program" hooks)"
fact 'the metrics count them' same '1 1' "$(metric webhooks_waiting) $(metric webhooks_given_up)"
curl -sS --max-time 10 -X DELETE "$url/api/jobs/$busy"
fact 'webhooks go with their job' same '' "$(listed "$busy")"
fact 'check knows the hosts' holds '^ok +webhooks +.*127.0.0.1 \*.example.org' "$("$program" check)"

fact 'a host that is not named is refused' refused 403 'does not name the host 127.0.0.2' \
    '"webhook":{"url":"http://127.0.0.2/"}'
fact 'so is a name in place of an address' refused 403 'localhost' '"webhook":{"url":"http://localhost/"}'
fact 'a URL must be one' refused 400 'webhook.url: must begin with https://' '"webhook":{"url":"file:///etc/passwd"}'
fact 'a password is refused and not told' refused 400 'webhook.url: must hold no user name' \
    '"webhook":{"url":"http://a:b@127.0.0.1/"}'
fact 'a webhook is an object' refused 400 'webhook: must be an object' '"webhook":"http://127.0.0.1/"'
fact 'its members are known' refused 400 'unknown member "method"' '"webhook":{"url":"http://127.0.0.1/","method":"GET"}'
fact 'events are names' refused 400 'webhook.events: must be' '"webhook":{"url":"http://127.0.0.1/","events":["a,b"]}'
fact 'progress is none' refused 400 'progress' '"webhook":{"url":"http://127.0.0.1/","events":["progress"]}'
fact 'metadata is an object' refused 400 'metadata: must be' '"webhook":{"url":"http://127.0.0.1/"},"metadata":7'
fact 'a refused request makes no job' same 0 "$(curl -sS "$url/api/jobs?kind=count&subject=1" | jq '.jobs | length')"
fact 'a kind whose webhook may not go there is refused with its line' holds \
    'tell.kind: line 4: Webhook: CASECAST_WEBHOOK_HOSTS does not name the host 127.0.0.1' \
    "$(CASECAST_WEBHOOK_HOSTS=a.example timeout 10 "$program" serve --listen "$private/unused" 2>&1)"
fact 'check says it, too' holds 'tell.kind: line 4: Webhook: this server sends no webhooks' \
    "$(CASECAST_WEBHOOK_HOSTS='' "$program" check)"
tell_kind 'end progress'
fact 'so is one with events that are not delivered' holds 'tell.kind: line 5: WebhookEvents=end progress: "progress" is not' \
    "$("$program" check)"
tell_kind end
fact 'hosts without keys are refused at the start' holds 'CASECAST_WEBHOOK_KEYS: is not set' \
    "$(CASECAST_WEBHOOK_KEYS='' timeout 10 "$program" serve --listen "$private/unused" 2>&1)"
facts_end
