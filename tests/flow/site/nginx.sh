#!/usr/bin/env bash
# nginx.sh - nginx accepts both configurations, and clients get the headers and limits that they set.
# (It measures no time, and runs side by side with others.)
# (SQLite only: its subject is nginx.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/site.sh
. "$(dirname "$0")/../../kit/site.sh"

private_stack_prepare

headers() { curl -sS -o /dev/null -D - "$@"; }
status() { curl -sS -o /dev/null -w '%{http_code}' "$@"; }
problem() { # STATUS URL-ARGUMENTS…: a problem document with this status
    local answer wanted=$1
    shift
    answer=$(curl -sS -w '\n%{http_code} %{content_type}' "$@")
    same "$wanted application/problem+json" "$(tail -n 1 <<<"$answer")" &&
        same "$wanted" "$(head -n 1 <<<"$answer" | jq -r .status)"
}

configurations() {
    site_configure
    nginx_configure
    fact 'nginx accepts the configuration of scripts/up' nginx_command -t
    fact 'nginx accepts the real site' site_nginx -t
    fact 'the real site gives no warning' lacks '\[(warn|emerg)\]' "$(site_nginx -t 2>&1)"
}

pages() {
    local page got
    for page in / /basic.html /client-secret.html /video.html; do
        got=$(headers "$url$page")
        fact "$page exists" holds '^HTTP/1.1 200' "$got"
        fact "$page has a policy that allows nothing inline" holds "^Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';" "$got"
        fact "$page has nosniff" holds '^X-Content-Type-Options: nosniff' "$got"
        fact "$page has no-referrer" holds '^Referrer-Policy: no-referrer' "$got"
        fact "$page has no inline script, style or handler" lacks \
            '<style|style=|<script>|<script type="module">| on[a-z]+=|https?://' "$(curl -sS "$url$page")"
    done
    fact 'plain HTTP has no HSTS' lacks strict-transport "$(headers "$url/")"
    fact 'an unknown page is 404' same 404 "$(status "$url/nothing-here")"
    fact 'a page takes no POST' same 405 "$(status -d x=1 "$url/")"
    fact 'nginx hides its version' lacks '^Server: nginx/' "$(headers "$url/")"
}

media() {
    local file=$CASECAST_OUTPUT/abc/final.mp4 got etag
    mkdir -p "${file%/*}"
    head -c 5000 /dev/urandom >"$file"
    touch "${file%/*}/.final.mp4.part"
    got=$(headers "$url/media/abc/final.mp4")
    fact 'a video has its type' holds '^Content-Type: video/mp4' "$got"
    fact 'a video may be cached forever' holds '^Cache-Control: .*immutable' "$got"
    touch "${file%/*}/live-abcdefgh.m3u8" "${file%/*}/live-abcdefgh-1.m4s"
    got=$(headers "$url/media/abc/live-abcdefgh.m3u8")
    fact 'a live playlist has its type' holds '^Content-Type: application/vnd.apple.mpegurl' "$got"
    fact 'a live playlist is requested again each time' holds '^Cache-Control: no-cache' "$got"
    got=$(headers "$url/media/abc/live-abcdefgh-1.m4s")
    fact 'a piece of a video has its type' holds '^Content-Type: video/mp4' "$got"
    fact 'a piece of a video may be cached' holds '^Cache-Control: .*immutable' "$got"
    got=$(headers "$url/media/abc/final.mp4")
    fact 'a video has nosniff' holds '^X-Content-Type-Options: nosniff' "$got"
    etag=$(sed -n 's/^ETag: \(.*\)\r$/\1/p' <<<"$got")
    fact 'an unchanged video is not sent again' same 304 "$(status -H "If-None-Match: $etag" "$url/media/abc/final.mp4")"
    curl -sS -r 1000-1099 -o "$private/part" "$url/media/abc/final.mp4"
    fact 'a range request returns the bytes of the range' cmp -n 100 -i 1000:0 "$file" "$private/part"
    fact 'a range request returns no other bytes' same 100 "$(stat -c %s "$private/part")"
    fact 'a partial file is 404' same 404 "$(status "$url/media/abc/.final.mp4.part")"
    fact 'a folder is not listed' same 403 "$(status "$url/media/abc/")"
    fact 'a path out of the media folder is 404' same 404 "$(status --path-as-is "$url/media/..%2fcasecast.db")"
}

api() {
    local job=$url/api/jobs/aaaaaaaaaaaaaaaaaaaaaaaaaa
    fact 'a body over 1 MiB is 413' problem 413 -H Expect: -H 'Content-Type: application/json' \
        --data-binary @<(head -c 1048577 /dev/zero) "$url/api/jobs"
    fact 'this machine may read metrics' same 200 "$(status "$url/api/metrics")"
    fact "a page of another site can't cancel" problem 403 -X POST -H 'Sec-Fetch-Site: cross-site' "$job/cancel"
    fact "a page of another site of the same domain can't cancel" problem 403 -X POST -H 'Sec-Fetch-Site: same-site' "$job/cancel"
    fact "a page of another site in an old browser can't cancel" problem 403 -X POST -H 'Origin: http://evil.example' "$job/cancel"
    fact 'a page without an origin can'\''t cancel' problem 403 -X POST -H 'Origin: null' "$job/cancel"
    fact 'a page of this site may cancel' problem 404 -X POST -H 'Sec-Fetch-Site: same-origin' -H "Origin: $url" "$job/cancel"
    fact 'a page of this site in an old browser may cancel' problem 404 -X POST -H "Origin: $url" "$job/cancel"
    fact 'a program may cancel' problem 404 -X POST "$job/cancel"
    fact 'GET can'\''t cancel' problem 405 "$job/cancel"
}

streams() {
    local got
    got=$(stream_until 'client secret: ' -D - "$url/api/events?client_secret=geheim")
    fact 'a stream is an event stream' holds '^Content-Type: text/event-stream' "$got"
    fact 'a stream may not be cached' holds '^Cache-Control: no-store' "$got"
    fact 'the first frame comes at once' holds 'the client secret: geheim' "$got"
    got=$(stream_until 'client secret: ' "$url/api/events?client_secret=$(head -c 12288 /dev/zero | tr '\0' a)")
    fact 'a secret of 12 KB fits' holds 'secret: a{12288}' "$got"
}

without_responders() {
    local got
    responders_stop
    got=$(curl -sS -D - -H 'Accept: text/event-stream' "$url/create/video?caseId=geheim")
    fact 'without responders a stream is 200' holds '^HTTP/1.1 200' "$got"
    fact 'without responders a stream asks to retry' holds '^retry: [0-9]+$' "$got"
    fact 'without responders /media/video asks to retry' holds '^retry: [0-9]+$' "$(curl -sS "$url/media/video?caseId=1")"
    fact 'without responders /api/events asks to retry' holds '^retry: [0-9]+$' "$(curl -sS "$url/api/events?client_secret=geheim")"
    fact 'without responders JSON is 503' problem 503 "$url/api/cases"
    fact 'without responders pages and videos are served' same 200 "$(status "$url/media/abc/final.mp4")"
    responders_start
    stack_wait
    fact 'nginx finds responders that were started again' same 200 "$(status "$url/api/cases")"
    fact 'no log holds an argument' lacks geheim "$(cat "$state"/log/*)"
}

real_site() {
    local https=https://video.example.org:$tls_port got
    local to=(-k --resolve "video.example.org:$tls_port:127.0.0.1")
    site_nginx
    got=$(headers "http://127.0.0.1:$plain_port/create/video?caseId=1" -H 'Host: video.example.org')
    fact 'port 80 redirects to 443' holds '^Location: https://video.example.org/create/video\?caseId=1' "$got"
    got=$(headers "${to[@]}" "$https/")
    fact 'the real site speaks HTTP/2' holds '^HTTP/2 200' "$got"
    fact 'the real site sends HSTS' holds '^strict-transport-security: max-age=63072000' "$got"
    fact 'streams reach the responders over HTTP/2' holds '^data: Message 1' \
        "$(curl -sSN --max-time 3 "${to[@]}" "$https/api/events" 2>/dev/null)"
    fact 'TLS 1.1 is refused' same 000 "$(status "${to[@]}" --tls-max 1.1 "$https/" 2>/dev/null)"
    site_stop
}

configurations
stack_start
pages
media
api
streams
without_responders
real_site
facts_end
