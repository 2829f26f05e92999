#!/usr/bin/env bash
# strangers.sh - what somebody on the internet may do here by default: other sites' pages, other names for this server,
# too many requests, too many streams, addresses that are no text.
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

# Only 127.0.0.1 is near: the rest of this machine's addresses are strangers', with less room than theirs have.
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
    fact 'a POST by such a name, too' same 421 "$(status -H 'Host: evil.example' "${json[@]}" -d '{"caseId":"rebound"}' "$url/api/jobs")"
    fact 'none of them made a job' same 0 "$(jobs_of rebound)"
    for name in localhost LOCALHOST:1 127.0.0.1 '[::1]:80'; do
        fact "Host: $name is ours" same 200 "$(status -H "Host: $name" "$url/api/cases")"
    done
    fact 'a program that names no host is answered' same 200 "$(status -0 -H 'Host:' "$url/api/cases")"
}

# --- other sites' pages -------------------------------------------------------------------------------------

foreign=('Sec-Fetch-Site: cross-site' 'Sec-Fetch-Site: same-site' 'Sec-Fetch-Site: anything' 'Origin: http://evil.example'
    'Origin: null' "Origin: $app.evil.example" 'Origin: http://app.example.org' "Origin: $app:8443" 'Referer: http://evil.example/x')

starts_nothing() { # HEADER: as a picture, as an EventSource, as a form
    problem 403 'CASECAST_ORIGINS' -H "$1" "$video?caseId=page" &&
        same 'error finished_video' "$(stream -H "$1" "$video?caseId=page" | messages | cut -d' ' -f1 | xargs)" &&
        problem 403 'page of this site' -H "$1" "${json[@]}" -d '{"caseId":"page"}' "$url/api/jobs" &&
        same 0 "$(jobs_of page)"
}

pages() {
    local header job got
    case_put page 0.2
    case_put named 0.2
    for header in "${foreign[@]}"; do fact "$header: starts nothing" starts_nothing "$header"; done
    fact 'our own page starts it' holds '^data: finished_video' \
        "$(curl -sN --max-time 40 -H 'Sec-Fetch-Site: same-origin' -H "Referer: $url/" "$video?caseId=page")"
    for header in "${foreign[@]}"; do
        fact "$header: watches what is there" holds finalVideo "$(stream -H "$header" "$video?caseId=page" | messages)"
    done
    job=$(job_make page)
    fact 'and ends nothing' problem 403 'page of this site' -X POST -H 'Origin: http://evil.example' "$url/api/jobs/$job/cancel"
    got=$(stream -H "Origin: $app" -H 'Sec-Fetch-Site: cross-site' "$video?caseId=named")
    fact 'a page of a named site starts its video' holds finalVideo "$(messages <<<"$got")"
    fact 'and cancels' same 200 "$(status -X POST -H "Origin: $app" -H 'Sec-Fetch-Site: cross-site' "$url/api/jobs/$job/cancel")"
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
        fact "a page of a named site reads $path" may_read "$url$path"
        fact "… as an EventSource" may_read -H 'Accept: text/event-stream' "$url$path"
        fact "no other does" lacks '^Access-Control-Allow' "$(headers -H 'Origin: http://evil.example' "$url$path")"
    done
    for path in /api/cases /api/jobs /api/jobs/x/cancel /api/jobs/x/events /create/video /media/video; do
        got=$(headers -X OPTIONS -H "Origin: $app" -H 'Access-Control-Request-Method: POST' \
            -H 'Access-Control-Request-Headers: last-event-id,content-type,x-client-secret' "$url$path")
        fact "OPTIONS $path is answered" holds '^HTTP/1.1 204' "$got"
        fact '… with what may be asked' holds '^Access-Control-Allow-Headers: .*Content-Type, Last-Event-ID, X-Client-Secret' "$got"
        fact '… and where from' holds "^Access-Control-Allow-Origin: $app"$'\r$' "$got"
        fact '… to no other site' lacks '^Access-Control' "$(headers -X OPTIONS -H 'Origin: http://evil.example' "$url$path")"
    done
    fact 'a film may be read by any page that can name it' holds $'^Access-Control-Allow-Origin: \*\r$' \
        "$(headers "$url$(curl -sS "$url/api/cases" | jq -r 'first(.cases[].video.file // empty)')")"
}

# --- valid JSON, whatever is asked --------------------------------------------------------------------------

is_json() { # CURL-ARGUMENTS…: what calls itself JSON is, and nothing is guessed from it
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
        fact "JSON stays JSON at ${path:0:20}" all_json "$path"
    done
}

all_json() { # PATH
    local prefix
    for prefix in /api/ /api/cases/ /media/secret/ /; do is_json -g "$url$prefix$1" || return 1; done
    is_json -g -X POST -H 'Origin: http://evil.example' "$url/api/jobs/$1/cancel"
}

# --- no request at all --------------------------------------------------------------------------------------

raw() { # BYTES, as printf writes them: the whole answer
    printf '%b' "$1" >"$private/raw"
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    cat "$private/raw" >&3 # all at once: nginx may hang up after the first line
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
    fact 'words that are no HTTP' answered_raw 400 'could not parse' 'hello there\r\n\r\n'
    fact 'a control character in the path' answered_raw 400 'could not parse' "GET /\\x01 $host\r\n"
    fact 'a path that leaves the site' answered_raw 400 'could not parse' "GET /../../etc $host\r\n"
    fact 'two lengths' answered_raw 400 'could not parse' "POST /api/jobs ${host}Content-Length: 1\r\nContent-Length: 2\r\n\r\n"
    fact 'no host' answered_raw 400 'could not parse' 'GET / HTTP/1.1\r\n\r\n'
    fact 'a header of 20 KB' answered_raw 400 '16 KiB' "GET / ${host}X: ${long// /x}\r\n\r\n"
    fact 'a first line of 20 KB' answered_raw 414 '16 KiB' "GET /${long// /x} $host\r\n"
}

# --- too many -----------------------------------------------------------------------------------------------

asked() { # ADDRESS N ADDRESS-TO-ASK: how often each status came
    from "$1" -o /dev/null -w '%{http_code}\n' "$3[1-$2]" | sort | uniq -c | awk '{ print $2 "*" $1 }' | xargs
}

too_many() { # ADDRESS URL: as the next one there is told
    problem 429 'from your address' --interface "$1" "$2" &&
        holds $'^Retry-After: [0-9]+\r$' "$(headers --interface "$1" "$2")"
}

comes_later() { # ADDRESS URL
    local got
    got=$(curl -sS --max-time 10 -D "$private/head" --interface "$1" -H 'Accept: text/event-stream' "$2")
    holds '^HTTP/1.1 200' "$(cat "$private/head")" && holds '^Content-Type: text/event-stream' "$(cat "$private/head")" &&
        holds '^retry: 1[0-9]{4}$' "$got" && holds '^: too many' "$got"
}

requests() {
    fact 'a stranger may ask so often at once' same '200*41 429*9' "$(asked 127.0.0.5 50 "$url/api/cases?")"
    fact 'then is told to wait: 429' too_many 127.0.0.5 "$url/api/cases"
    fact '… an EventSource in its own way' comes_later 127.0.0.5 "$url/api/events"
    fact 'others are answered' same 200 "$(status_from 127.0.0.6 "$url/api/cases")"
    fact 'who is near has no such limit' same '200*50' "$(asked 127.0.0.1 50 "$url/api/cases?")"
    fact 'what may start work is limited sooner' same '404*9 429*6' "$(asked 127.0.0.7 15 "$video?caseId=none&")"
    fact '… for an EventSource' comes_later 127.0.0.7 "$video?caseId=none"
    fact '… for a POST' same 429 "$(status_from 127.0.0.7 "${json[@]}" -d '{"caseId":"none"}' "$url/api/jobs")"
    fact '… and only that' same 200 "$(status_from 127.0.0.7 "$url/api/cases")"
}

curls=()
open_streams() { # N ADDRESS: in the background, ended with this test
    local i
    for ((i = 0; i < $1; i++)); do
        curl -sN --interface "$2" --max-time 60 -o /dev/null "$url/api/events?count=600" &
        curls+=($!)
    done
}
open_is() { same "$1" "$(curl -sS "$url/api/metrics" | sed -n 's/^casecast_streams_open //p')"; }

streams() {
    fact 'no stream is left' wait_for 20 open_is 0
    open_streams 4 127.0.0.8
    fact 'nginx lets a stranger have three open, of four' wait_for 20 open_is 3
    fact '… tells a program so' too_many 127.0.0.8 "$url/api/events"
    fact '… and an EventSource' comes_later 127.0.0.8 "$url/api/events"
    kill "${curls[@]}" 2>/dev/null
    fact 'who left makes room' wait_for 20 open_is 0
    curls=()
    open_streams 9 127.0.0.1
    fact 'one address takes half of all places, whatever it asks for' wait_for 20 open_is 5
    fact '… and the next is told which limit it was' holds 'CASECAST_MAX_STREAMS_CLIENT' "$(curl -sS "$url/api/events")"
    fact 'somebody else is served' holds '^data: Message 1' \
        "$(stream_until '^data: Message 1' --interface 127.0.0.9 "$url/api/events")"
    kill "${curls[@]}" 2>/dev/null
}

trusted() {
    fact 'metrics are for who is near' problem 403 addresses.conf --interface 127.0.0.10 "$url/api/metrics"
    fact 'ready tells a stranger yes or no' same '{"ready":true}' "$(from 127.0.0.10 "$url/api/health/ready")"
    fact '… and by a proxy, too' same '{"ready":true}' "$(curl -sS -H 'X-Forwarded-For: 203.0.113.9' "$url/api/health/ready")"
    fact '… and who is near what it looked at' jq -e '.checks.database == "ok"' <<<"$(curl -sS "$url/api/health/ready")"
    fact 'live is answered by whoever turns' same '{"live":true}' "$(from 127.0.0.10 "$url/api/health/live")"
    fact 'not for whom a proxy here speaks' problem 403 addresses.conf -H 'X-Forwarded-For: 203.0.113.9' "$url/api/metrics"
    fact '… of either kind' problem 403 addresses.conf -H 'Forwarded: for=203.0.113.9' "$url/api/metrics"
}

# --- logs ---------------------------------------------------------------------------------------------------

# Each kind of answer that nginx writes a line about, with a secret in the arguments and in the Referer.
everything_logged() {
    local path with=(-sS -o /dev/null --max-time 5 -H "Referer: $url/x?client_secret=geheim")
    mkdir -p "$CASECAST_OUTPUT/abc"
    ln -s /etc/hostname "$CASECAST_OUTPUT/abc/link.mp4"
    ln -s "$private" "$CASECAST_OUTPUT/abc/way"
    touch "$CASECAST_OUTPUT/abc/closed.mp4"
    fact 'a link in the media folder is not followed' same 403 "$(status "$url/media/abc/link.mp4")"
    fact 'nor a folder that is one' lacks '^200' "$(status "$url/media/abc/way/nginx/http.conf")"
    fact 'other files are there' same 200 "$(status "$url/media/abc/closed.mp4")"
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
    fact 'the access log holds their paths' holds ' /media/gone.mp4 404 ' "$(cat "$state/log/nginx-access.log")"
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
