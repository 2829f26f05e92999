#!/usr/bin/env bash
# strangers.sh - what strangers may do by default: pages of other sites, other host names, too many requests, too many
# streams, paths that are not UTF-8.
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

app=https://app.example.org
private_stack_prepare CASECAST_ORIGINS="$app, http://localhost:3000" CASECAST_MAX_STREAMS=9 CASECAST_RETRY_MS=100

# Only 127.0.0.1 is trusted.  The machine's other addresses are strangers', with lower limits than in production.
nginx_folder=$private/nginx
cp -r "$root/nginx" "$nginx_folder"
sed -i 's|^127.0.0.0/8 |127.0.0.1 |' "$nginx_folder/addresses.conf"
sed -i 's|rate=20r/s|rate=1r/m|; s|rate=1r/s|rate=1r/m|' "$nginx_folder/http.conf"
sed -i 's|casecast_open 200|casecast_open 3|; s|burst=200|burst=40|; s|burst=60|burst=8|' "$nginx_folder"/*.conf

photos_make
stack_start
video=$url/create/video
json=(-H 'Content-Type: application/json')
from() { curl -sS --max-time 10 --interface "$@"; }
status_from() { from "$1" -o /dev/null -w '%{http_code}' "${@:2}"; }

# --- other names --------------------------------------------------------------------------------------------

names() {
    local name path
    case_put rebound 0.2
    for name in evil.example evil.example:"$port" 192.168.1.1 localhost.evil.example '[::2]'; do
        for path in / /api/cases '/create/video?caseId=rebound' /media/x; do
            fact "Host: $name is refused at $path" same 421 "$(status -H "Host: $name" "$url$path")"
        done
    done
    fact 'a POST with such a host is refused' same 421 "$(status -H 'Host: evil.example' "${json[@]}" -d '{"caseId":"rebound"}' "$url/api/jobs")"
    fact 'requests with such hosts made no job' same 0 "$(jobs_of rebound)"
    for name in localhost LOCALHOST:1 127.0.0.1 '[::1]:80'; do
        fact "Host: $name is accepted" same 200 "$(status -H "Host: $name" "$url/api/cases")"
    done
    fact 'a request without a host is answered' same 200 "$(status -0 -H 'Host:' "$url/api/cases")"
}

# --- other sites' pages -------------------------------------------------------------------------------------

foreign=('Sec-Fetch-Site: cross-site' 'Sec-Fetch-Site: same-site' 'Sec-Fetch-Site: anything' 'Origin: http://evil.example'
    'Origin: null' "Origin: $app.evil.example" 'Origin: http://app.example.org' "Origin: $app:8443" 'Referer: http://evil.example/x')

starts_nothing() { # HEADER: tried as a picture, as an EventSource, as a form
    problem 403 'CASECAST_ORIGINS' -H "$1" "$video?caseId=page" &&
        same 'error finished_video' "$(stream -H "$1" "$video?caseId=page" | messages | cut -d' ' -f1 | xargs)" &&
        problem 403 'page of this site' -H "$1" "${json[@]}" -d '{"caseId":"page"}' "$url/api/jobs" &&
        same 0 "$(jobs_of page)"
}

pages() {
    local header job got
    case_put page 0.2
    case_put named 0.2
    for header in "${foreign[@]}"; do fact "$header: starts no job" starts_nothing "$header"; done
    fact 'a page of this site starts a job' holds '^data: finished_video' \
        "$(curl -sN --max-time 40 -H 'Sec-Fetch-Site: same-origin' -H "Referer: $url/" "$video?caseId=page")"
    for header in "${foreign[@]}"; do
        fact "$header: may watch a job that exists" holds finalVideo "$(stream -H "$header" "$video?caseId=page" | messages)"
    done
    job=$(job_make page)
    fact 'a page of another site can'\''t cancel' problem 403 'page of this site' -X POST -H 'Origin: http://evil.example' "$url/api/jobs/$job/cancel"
    got=$(stream -H "Origin: $app" -H 'Sec-Fetch-Site: cross-site' "$video?caseId=named")
    fact 'a page of an allowed site starts a job' holds finalVideo "$(messages <<<"$got")"
    fact 'a page of an allowed site cancels a job' same 200 "$(status -X POST -H "Origin: $app" -H 'Sec-Fetch-Site: cross-site' "$url/api/jobs/$job/cancel")"
}

may_read() { # CURL-ARGUMENTS…
    local got
    got=$(headers -H "Origin: $app" "$@")
    holds "^Access-Control-Allow-Origin: $app"$'\r$' "$got" && holds $'^Vary: Origin\r$' "$got" &&
        same 1 "$(grep -ci '^access-control-allow-origin' <<<"$got")" && lacks '^Access-Control-Allow-Credentials' "$got"
}

cors() {
    local got path
    for path in /api/cases /api/cases/none /api/nothing /api/jobs '/api/events?count=1' '/create/video?caseId=none' \
        '/create/video?caseId=page' "/api/jobs/$(job_make page)/events"; do
        fact "a page of an allowed site may read $path" may_read "$url$path"
        fact "an EventSource of an allowed site may read it" may_read -H 'Accept: text/event-stream' "$url$path"
        fact "a page of another site may not read it" lacks '^Access-Control-Allow' "$(headers -H 'Origin: http://evil.example' "$url$path")"
    done
    for path in /api/cases /api/jobs /api/jobs/x/cancel /api/jobs/x/events /create/video /media/video; do
        got=$(headers -X OPTIONS -H "Origin: $app" -H 'Access-Control-Request-Method: POST' \
            -H 'Access-Control-Request-Headers: last-event-id,content-type,x-client-secret' "$url$path")
        fact "OPTIONS $path is answered" holds '^HTTP/1.1 204' "$got"
        fact 'the preflight response lists the headers' holds '^Access-Control-Allow-Headers: .*Authorization, Cache-Control, Content-Range, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Traceparent, X-Client-Secret' "$got"
        fact 'the preflight response names the allowed site' holds "^Access-Control-Allow-Origin: $app"$'\r$' "$got"
        fact 'the preflight response to another site allows nothing' lacks '^Access-Control' "$(headers -X OPTIONS -H 'Origin: http://evil.example' "$url$path")"
    done
    fact 'a page of any site may read a video' holds $'^Access-Control-Allow-Origin: \*\r$' \
        "$(headers "$url$(curl -sS "$url/api/cases" | jq -r 'first(.cases[].video.file // empty)')")"
}

# --- valid JSON in each response --------------------------------------------------------------------------------

is_json() { # CURL-ARGUMENTS…: a response of type JSON is valid JSON, and has nosniff
    local got
    got=$(curl -sS --max-time 10 -D "$private/head" --path-as-is "$@" | tr -d '\0') || return 0
    holds $'^X-Content-Type-Options: nosniff\r$' "$(cat "$private/head")" || return 1
    [[ $(cat "$private/head") != *json* ]] || jq -es 'length == 1' <<<"$got" >/dev/null || { printf '%s\n' "$*" "$got"; return 1; }
}

odd_paths=('"' '%22' '%5C' '%5c%22' '%01%1f%7f' '%0a%0d' '%ff%fe' '%c3%28' '%e2%80%a8' '%ed%a0%80' '%f4%90%80%80' '%3Cscript%3E' \
    "$(printf 'x%.0s' {1..6000})" "$(printf '%%22%.0s' {1..1500})" '{"a":1}' '%25%32%32' "'" '%00')

odd() { # PATH…
    local path
    for path; do
        fact "the JSON for ${path:0:20} is valid" all_json "$path"
    done
}

all_json() { # PATH
    local prefix
    for prefix in /api/ /api/cases/ /media/secret/ /; do is_json -g "$url$prefix$1" || return 1; done
    is_json -g -X POST -H 'Origin: http://evil.example' "$url/api/jobs/$1/cancel"
}

# --- invalid requests ---------------------------------------------------------------------------------------

raw() { # BYTES: sends BYTES as printf writes them, and prints the response
    printf '%b' "$1" >"$private/raw"
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    cat "$private/raw" >&3 # all at once: nginx may close the connection after the first line
    timeout 10 cat <&3
    exec 3>&- 3<&-
}

answered_raw() { # STATUS REGULAR EXPRESSION BYTES
    local got
    got=$(raw "$3" | tr -d '\r')
    holds "^HTTP/1.1 $1 " "$got" && holds '^Content-Type: application/problem.json$' "$got" &&
        holds '^X-Content-Type-Options: nosniff$' "$got" &&
        holds "$2" "$(jq -r "select(.status == $1) | .detail" <<<"$(sed '1,/^$/d' <<<"$got")")"
}

no_requests() {
    local long host='HTTP/1.1\r\nHost: localhost\r\n'
    printf -v long '%20000s' ''
    fact 'text that is not HTTP is 400' answered_raw 400 'could not parse' 'hello there\r\n\r\n'
    fact 'a control character in the path is 400' answered_raw 400 'could not parse' "GET /\\x01 $host\r\n"
    fact 'a path that leaves the site is 400' answered_raw 400 'could not parse' "GET /../../etc $host\r\n"
    fact 'two lengths are 400' answered_raw 400 'could not parse' "POST /api/jobs ${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n"
    fact 'a request without a host is 400' answered_raw 400 'could not parse' 'GET / HTTP/1.1\r\n\r\n'
    fact 'a header of 20 KB is 400' answered_raw 400 '16 KiB' "GET / ${host}X: ${long// /x}\r\n\r\n"
    fact 'a first line of 20 KB is 414' answered_raw 414 '16 KiB' "GET /${long// /x} $host\r\n"
}

# --- too many requests and streams -----------------------------------------------------------------------------

asked() { # ADDRESS N ADDRESS-TO-ASK: how often each status came
    from "$1" -o /dev/null -w '%{http_code}\n' "$3[1-$2]" | sort | uniq -c | awk '{ print $2 "*" $1 }' | xargs
}

too_many() { # ADDRESS URL: the next request from there gets 429
    problem 429 'from your address' --interface "$1" "$2" &&
        holds $'^Retry-After: [0-9]+\r$' "$(headers --interface "$1" "$2")"
}

comes_later() { # ADDRESS URL
    local got
    got=$(curl -sS --max-time 10 -D "$private/head" --interface "$1" -H 'Accept: text/event-stream' "$2")
    holds '^HTTP/1.1 200' "$(cat "$private/head")" && holds '^Content-Type: text/event-stream' "$(cat "$private/head")" &&
        holds '^retry: ([5-9]|1[0-9]|20)000$' "$got" && holds '^: too many' "$got"
}

requests() {
    fact 'a stranger may send so many requests at once' same '200*41 429*9' "$(asked 127.0.0.5 50 "$url/api/cases?")"
    fact 'a stranger above the rate gets 429' too_many 127.0.0.5 "$url/api/cases"
    fact 'a stranger'\''s EventSource above the rate is asked to connect again later' comes_later 127.0.0.5 "$url/api/events"
    fact 'another address is answered' same 200 "$(status_from 127.0.0.6 "$url/api/cases")"
    fact 'a trusted address has no such limit' same '200*50' "$(asked 127.0.0.1 50 "$url/api/cases?")"
    fact 'requests that may start a job have a lower limit' same '404*9 429*6' "$(asked 127.0.0.7 15 "$video?caseId=none&")"
    fact 'an EventSource above this limit is asked to connect again later' comes_later 127.0.0.7 "$video?caseId=none"
    fact 'a POST above this limit is 429' same 429 "$(status_from 127.0.0.7 "${json[@]}" -d '{"caseId":"none"}' "$url/api/jobs")"
    fact 'other requests of this address are answered' same 200 "$(status_from 127.0.0.7 "$url/api/cases")"
}

curls=()
open_streams() { # N ADDRESS: in the background until the test ends
    local i
    for ((i = 0; i < $1; i++)); do
        curl -sN --interface "$2" --max-time 60 -o /dev/null "$url/api/events?count=600" &
        curls+=($!)
    done
}
open_is() { metric_is streams_open "$1"; }

streams() {
    fact 'no stream is open at first' wait_for 20 open_is 0
    open_streams 4 127.0.0.8
    fact 'nginx allows three of a stranger'\''s four streams' wait_for 20 open_is 3
    fact 'a program above this limit gets 429' too_many 127.0.0.8 "$url/api/events"
    fact 'an EventSource above this limit is asked to connect again later' comes_later 127.0.0.8 "$url/api/events"
    kill "${curls[@]}" 2>/dev/null
    fact 'streams that end make room' wait_for 20 open_is 0
    curls=()
    open_streams 9 127.0.0.1
    fact 'an address may have half of all streams' wait_for 20 open_is 5
    fact 'a stream above this limit gets the limit'\''s name' holds 'CASECAST_MAX_STREAMS_CLIENT' "$(curl -sS "$url/api/events")"
    fact 'another address gets a stream' holds '^data: Message 1' \
        "$(stream_until '^data: Message 1' --interface 127.0.0.9 "$url/api/events")"
    kill "${curls[@]}" 2>/dev/null
}

trusted() {
    fact 'only trusted addresses may read metrics' problem 403 addresses.conf --interface 127.0.0.10 "$url/api/metrics"
    fact 'ready tells a stranger true or false only' same '{"ready":true}' "$(from 127.0.0.10 "$url/api/health/ready")"
    fact 'ready tells a client behind a proxy true or false only' same '{"ready":true}' "$(curl -sS -H 'X-Forwarded-For: 203.0.113.9' "$url/api/health/ready")"
    fact 'ready tells a trusted address the result of each check' jq -e '.checks.database == "ok"' <<<"$(curl -sS "$url/api/health/ready")"
    fact 'live answers strangers' same '{"live":true}' "$(from 127.0.0.10 "$url/api/health/live")"
    fact 'a client behind X-Forwarded-For may not read metrics' problem 403 addresses.conf -H 'X-Forwarded-For: 203.0.113.9' "$url/api/metrics"
    fact 'a client behind Forwarded may not read metrics' problem 403 addresses.conf -H 'Forwarded: for=203.0.113.9' "$url/api/metrics"
}

# --- logs ---------------------------------------------------------------------------------------------------

# Each kind of response that nginx logs, with a secret in the arguments and in the Referer.
everything_logged() {
    local path with=(-sS -o /dev/null --max-time 5 -H "Referer: $url/x?client_secret=geheim")
    mkdir -p "$CASECAST_OUTPUT/abc"
    ln -s /etc/hostname "$CASECAST_OUTPUT/abc/link.mp4"
    ln -s "$private" "$CASECAST_OUTPUT/abc/way"
    touch "$CASECAST_OUTPUT/abc/closed.mp4"
    fact 'a symbolic link in the media folder is not followed' same 403 "$(status "$url/media/abc/link.mp4")"
    fact 'a symbolic link to a folder is not followed' lacks '^200' "$(status "$url/media/abc/way/nginx/http.conf")"
    fact 'other files of the folder are served' same 200 "$(status "$url/media/abc/closed.mp4")"
    for path in /media/gone.mp4 /media/abc/ /media/abc/link.mp4 /media/secret/x/y.mp4 /gone.html /js/ /api/gone /api/events \
        /create/video /media/video /api/metrics /api/jobs/x/events /media/gone.mp4%3Fclient_secret=geheim /a%00; do
        for address in 127.0.0.1 127.0.0.5; do
            curl "${with[@]}" --interface "$address" "$url$path?client_secret=geheim&caseId=x&count=0"
        done
    done
    curl "${with[@]}" -X POST -H 'Content-Length: 9999999' "$url/api/jobs?client_secret=geheim"
    curl "${with[@]}" -H "X-Long: $(printf 'x%.0s' {1..20000})" "$url/api/cases?client_secret=geheim"
    curl "${with[@]}" "$url/api/cases?client_secret=geheim$(printf 'x%.0s' {1..40000})"
    curl "${with[@]}" -H 'Host: evil.example' "$url/?client_secret=geheim"
    curl "${with[@]}" -H 'Bad Header: x' -H $'Bad\x01: geheim' "$url/api/cases?client_secret=geheim"
    curl "${with[@]}" --max-time 0.3 "$url/api/events?client_secret=geheim" 2>/dev/null
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf 'GET /api/cases?client_secret=geheim\x01 HTTP/1.1\r\nHost: localhost\r\nReferer: geheim\r\n\r\n' >&3
    exec 3>&-
    responders_stop
    for path in /api/cases /api/events /create/video /media/secret/x/y.mp4; do curl "${with[@]}" "$url$path?client_secret=geheim"; done
    odd "${odd_paths[@]:0:4}"
    fact 'no log holds an argument or a Referer' lacks geheim "$(cat "$state"/log/*)"
    fact 'the access log holds the paths' holds ' /media/gone.mp4 404 ' "$(cat "$state/log/nginx-access.log")"
}

names
pages
cors
trusted
odd "${odd_paths[@]}"
no_requests
requests
streams
everything_logged
facts_end
