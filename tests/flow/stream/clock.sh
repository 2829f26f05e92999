#!/usr/bin/env bash
# clock.sh - the tutorial's first two examples: the server's clock, and a client secret in the first message.
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

export TZ=Asia/Tokyo # not a default: the server's text must use it
private_stack CASECAST_RETRY_MS=100 CASECAST_HEARTBEAT_MS=300

secret_message='Message: Client secret communicated from frontend to backend at frontend initiating SSE. Backend sends text stream to the frontend, the client secret: '

a_second_apart() { # NAME of a viewer
    seen "$1" | jq -es '[.[] | select(.id) | .t] | [., .[1:]] | transpose | map(select(.[1] != null) | .[1] - .[0])
        | length == 5 and all(. > 800 and . < 1300)' >/dev/null || { seen "$1" | jq -c '[.t, .data]'; return 1; }
}

# What ctime() would print for a second between FROM and TO (Unix time), in this zone.
is_ctime_between() { # TEXT FROM TO
    local second
    for ((second = $2; second <= $3; second++)); do
        [[ $1 != "$(LC_ALL=C date -d "@$second" '+%a %b %e %T %Y')" ]] || return 0
    done
    printf 'not the time in %s: %s\n' "$TZ" "$1"
    return 1
}

the_clock() {
    local from to got numbers
    from=$(date +%s)
    viewers_start pace --once "$url/api/events"
    got=$(stream "$url/api/events")
    to=$(date +%s)
    numbers=$(messages <<<"$got" | sed -n 's/^Message \([0-9]*\): The server time is: .*/\1/p' | tr '\n' ' ')
    fact 'a stream has five messages' same '1 2 3 4 5 ' "$numbers"
    fact 'finished is the last message' same finished "$(messages <<<"$got" | tail -n 1)"
    fact 'the stream has six events with ids' same 6 "$(ids <<<"$got" | wc -l)"
    viewers_wait pace
    fact 'messages come a second apart' a_second_apart pace
    fact 'the text is ctime() in the zone of the server' is_ctime_between \
        "$(messages <<<"$got" | sed -n '1s/^Message 1: The server time is: //p')" "$from" "$to"
    fact 'the stream is well formed, and the server ends the response' well_formed "$got"
    fact 'a stream starts with a comment' same 'casecast' "$(jq -rs '.[0].comment' <<<"$got")"
    fact 'an idle stream gets comments' holds 'still here' "$(jq -r '.comment // empty' <<<"$got")"
    fact 'a reconnect after finished is 204' same 204 \
        "$(stream_status -H "Last-Event-ID: $(last_id <<<"$got")" "$url/api/events")"
}

on_the_wire() {
    local got
    got=$(curl -sN --max-time 5 -D "$private/head" "$url/api/events?count=1&interval=100")
    fact 'the first message has the tutorial'\''s bytes' holds '^data: Message 1: The server time is: ' "$got"
    fact 'the last message has the tutorial'\''s bytes' same $'data: finished' "$(tail -n 1 <<<"$got")"
    got=$(cat "$private/head")
    fact 'the response has its Content-Type' holds $'^Content-Type: text/event-stream; charset=utf-8\r$' "$got"
    fact 'the response may not be cached' holds $'^Cache-Control: no-store, no-transform\r$' "$got"
    fact 'the response is chunked' holds $'^Transfer-Encoding: chunked\r$' "$got"
    fact 'HEAD gets the same headers' holds '^Content-Type: text/event-stream' "$(headers -I "$url/api/events")"
    fact 'HEAD ends at once' same 200 "$(status -I --max-time 1 "$url/api/events")"
}

resuming() {
    local fast="count=5&interval=100"
    fact 'Last-Event-ID resumes after that message' same '3 4 5 ' \
        "$(stream -H 'Last-Event-ID: clock:2' "$url/api/events?$fast" | messages | sed -n 's/^Message \([0-9]*\).*/\1/p' | tr '\n' ' ')"
    fact '?lastEventId= resumes after that message' same $'clock:4\nclock:5\nclock:6' \
        "$(stream "$url/api/events?$fast&lastEventId=clock:3" | ids)"
    fact 'the header overrides the argument' same $'clock:6' \
        "$(stream -H 'Last-Event-ID: clock:5' "$url/api/events?$fast&lastEventId=clock:1" | ids)"
    fact 'a resumed stream does not repeat the secret' lacks geheim \
        "$(stream -H 'Last-Event-ID: clock:4' "$url/api/events?$fast&client_secret=geheim")"
    fact 'an id of another stream starts from the first message' same 6 \
        "$(stream -H 'Last-Event-ID: whatever:3' "$url/api/events?$fast" | ids | wc -l)"
    viewers_start clock --ms 8000 "$url/api/events?$fast"
    viewers_wait clock
    fact 'an EventSource reconnects once and is stopped by 204' same '200 204' \
        "$(seen clock | jq -r 'select(.open) | .open' | xargs)"
    fact 'this EventSource has every event once' same 6 "$(seen clock | ids | sort -u | wc -l)"
}

# The secret that a page gets for this query, without the tutorial's words.  The event may hold nothing else.
secret_of() { # RAW QUERY VALUE
    local got
    got=$(printf 'url = "%s/api/events?count=1&interval=100&client_secret=%s"\n' "$url" "$1" >"$private/curl" &&
        stream -K "$private/curl")
    well_formed "$got" && same 3 "$(ids <<<"$got" | wc -l)" &&
        jq -c --arg words "$secret_message" 'select(.id == "clock:0") | .data | ltrimstr($words)' <<<"$got"
}

ugly_secrets() {
    local name raw wanted
    while IFS='|' read -r name raw wanted; do
        fact "a secret with $name comes back unchanged" same "$(jq -c . <<<"$wanted")" "$(secret_of "$raw")"
    done <<'END'
three digits|123|"123"
nothing in it||""
percent-encoded UTF-8|gr%C3%BC%C3%9Fe|"grüße"
emoji|%F0%9F%8E%AC%F0%9F%91%A9%E2%80%8D%F0%9F%92%BB|"🎬👩‍💻"
a plus and a percent sign|1+1%2B1%25|"1 1+1%"
a newline|a%0Ab|"a\nb"
two newlines, which would end an event|a%0A%0Ab|"a\n\nb"
a carriage return|a%0Db|"a\nb"
both|a%0D%0Ab|"a\nb"
a newline at the end|a%0A|"a\n"
a frame of its own|x%0A%0Aevent:%20done%0Adata:%20%7B%7D%0A%0A|"x\n\nevent: done\ndata: {}\n\n"
an id and a retry|x%0Aid:%201%0Aretry:%201|"x\nid: 1\nretry: 1"
NUL|a%00b|"a\ufffdb"
bytes that are no UTF-8|a%FFb%C0%80|"a\ufffdb\ufffd\ufffd"
half an emoji|%F0%9F%8E|"\ufffd\ufffd\ufffd"
markup|%3Cscript%3Ealert(1)%3C/script%3E%26amp;|"<script>alert(1)</script>&amp;"
a colon and a space in front|:%20x|": x"
quotes and a backslash|%22%5C%27|"\"\\'"
line separators of Unicode|a%E2%80%A8b%C2%85c|"a\u2028b\u0085c"
a byte order mark|%EF%BB%BFx|"\ufeffx"
a percent sign that encodes nothing|50%25%zz|"50%%zz"
END
    fact 'a secret of 4 KB comes back unchanged' same 4096 "$(secret_of "$(printf 'x%.0s' {1..4096})" | jq 'length')"
    fact 'a secret of 4 KB of emoji comes back unchanged' same 1024 "$(secret_of "$(printf '%%F0%%9F%%8E%%AC%.0s' {1..1024})" | jq 'length')"
    fact 'a secret of 4 KB of newlines comes back unchanged' same 4096 "$(secret_of "$(printf '%%0A%.0s' {1..4096})" | jq 'length')"
    fact 'no log holds a secret' lacks 'geheim|gr%C3|script|client_secret|%F0%9F' "$(cat "$state"/log/*)"
}

# Three streams begin at different times.  Prints the least time of a later message past a whole interval.
aligned() {
    local late
    for _ in {1..3}; do
        late=$(stream "$url/api/events?count=4&interval=300&stamp=1&align=1" | messages |
            awk -F ' t=' '/^Message [234]:/ {late = $2 / 1e6 % 300; if (least == "" || late < least) least = late}
                END {print int(least)}')
        ((late < 100)) || { say "$late ms late"; return 1; }
    done
}

the_clock
fact 'align=1: the messages of all streams are due at the same times' aligned
on_the_wire
resuming
ugly_secrets
facts_end
