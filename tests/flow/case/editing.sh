#!/usr/bin/env bash
# editing.sh - cases are written, replaced and removed over HTTP, by who may, and no change is lost.
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

key='a key for these tests only'
private_stack_prepare CASECAST_WRITE_KEY="$key" CASECAST_ORIGINS=https://app.example.org
photos_make
stack_start

body='{"title": "A meadow", "scenes": [{"image": "photo.jpg", "caption": "Early summer"}]}'
json=(-H 'Content-Type: application/json')

ask() { : >"$private/body"; curl -sS -D "$private/head" -o "$private/body" "$@"; } # CURL-ARGUMENTS…
head_of() { sed -n "s/^$1: \(.*\)\r$/\1/pI" "$private/head"; }   # HEADER
status() { sed -n '1s/^HTTP[^ ]* \([0-9]*\).*/\1/p' "$private/head"; }
put() { ask -X PUT "${json[@]}" -d "$1" "${@:3}" "$url/api/cases/$2"; } # BODY ID CURL-ARGUMENTS…
answers() { # STATUS REGULAR-EXPRESSION CURL-ARGUMENTS…
    ask "${@:3}"
    same "$1" "$(status)" && holds "$2" "$(cat "$private/body")"
}
refuses() { answers "$@" && holds 'application/problem\+json' "$(head_of content-type)"; }

writing() {
    fact 'a case is made by PUT' answers 201 '"caption":"Early summer"' -X PUT "${json[@]}" -d "$body" "$url/api/cases/1"
    fact 'the answer says where it is' same /api/cases/1 "$(head_of location)"
    etag=$(head_of etag)
    cp "$private/body" "$private/put"
    fact 'GET gives what PUT has answered' answers 200 . "$url/api/cases/1"
    fact 'in the same bytes' cmp "$private/put" "$private/body"
    fact 'under the same ETag' same "$etag" "$(head_of etag)"
    fact 'who has that gets 304 and no body' answers 304 '^$' -H "If-None-Match: $etag" "$url/api/cases/1"
    fact 'a case without an id gets one by POST' answers 201 '"id":"[a-z0-9]{12}"' "${json[@]}" -d "$body" "$url/api/cases"
    made=$(head_of location)
    fact 'and is at the address that the answer names' answers 200 'A meadow' "$url$made"
    fact 'the list has both' same 2 "$(curl -sS "$url/api/cases" | jq '.cases | length')"
    fact 'a case is removed' answers 204 '^$' -X DELETE "$url$made"
    fact 'and is there no more' refuses 404 'not found' "$url$made"
    fact 'to remove it again says so' refuses 404 'not found' -X DELETE "$url$made"
}

two_editors() {
    local first second
    put "$body" 2
    first=$(head_of etag)
    fact 'to replace a case needs to say which one' refuses 428 'If-Match' -X PUT "${json[@]}" -d "$body" "$url/api/cases/2"
    fact 'the first editor writes' answers 200 'by one' -X PUT "${json[@]}" -H "If-Match: $first" -d "${body/Early/by one,}" "$url/api/cases/2"
    second=$(head_of etag)
    fact 'the second one, who has not seen that, is refused' refuses 412 'another one' -X PUT "${json[@]}" -H "If-Match: $first" -d "${body/Early/by two,}" "$url/api/cases/2"
    fact 'and is told the tag of what is there' same "$second" "$(head_of etag)"
    fact 'nothing is lost' answers 200 'by one' "$url/api/cases/2"
    fact 'nor may it remove it' refuses 412 'another one' -X DELETE -H "If-Match: $first" "$url/api/cases/2"
    fact 'a tag that a proxy made weak still counts' answers 200 'by two' -X PUT "${json[@]}" -H "If-Match: \"x\", W/$second" -d "${body/Early/by two,}" "$url/api/cases/2"
    fact 'If-Match: * replaces whatever is there' answers 200 'anything' -X PUT "${json[@]}" -H 'If-Match: *' -d "${body/Early/anything,}" "$url/api/cases/2"
    fact 'but makes nothing' refuses 412 'no such case' -X PUT "${json[@]}" -H 'If-Match: *' -d "$body" "$url/api/cases/3"
    fact 'If-None-Match: * replaces nothing' refuses 412 'another one' -X PUT "${json[@]}" -H 'If-None-Match: *' -d "$body" "$url/api/cases/2"
}

ids() { jq -r '[.cases[].id] | join(" ")' "$private/body"; }
find_cases() { # NAME=VALUE…
    local one args=(-G)
    for one; do args+=(--data-urlencode "$one"); done
    ask "${args[@]}" "$url/api/cases" && ids
}
next_page() { find_cases "after=$(jq -r .next "$private/body")" "$@"; }

searching() {
    local id
    for id in film-10 film-9 film-2; do put "${body/A meadow/ÉTÉ at Straße $id}" "$id"; done
    fact 'cases are found by words of titles and captions, large or small, two a page' same 'film-2 film-9' "$(find_cases 'query=STRASSE été Summer' limit=2)"
    put "$body" film-1
    put "${body/A meadow/Été, Strasse}" film-9a
    ask -X DELETE -H 'If-Match: *' "$url/api/cases/film-9"
    ask -G -d limit=2 --data-urlencode 'query=STRASSE été Summer' -d "after=$(printf film-9 | basenc --base64url | tr -d =)" "$url/api/cases"
    fact 'the next page has what is behind, though cases came and went' same 'film-9a film-10' "$(ids)"
    fact 'and is the last' same null "$(jq -c .next "$private/body")"
    find_cases limit=1 >/dev/null
    fact 'the pages together are the list' same "$(curl -sS "$url/api/cases" | jq -r '[.cases[].id] | join(" ")')" "$(ids) $(next_page limit=200)"
    fact 'HEAD is answered as GET' same 200 "$(ask -I "$url/api/cases?query=a&limit=1" && status)"
    fact 'a page has a limit' refuses 400 'limit ."201.": must be a whole number from 1 to 200' "$url/api/cases?limit=201"
    fact 'which is not 0' refuses 400 'limit ."0.": must be' "$url/api/cases?limit=0"
    fact 'a cursor is one of ours' refuses 400 'after ."a b.": must be the member .next. of an earlier list' "$url/api/cases?after=a%20b"
    fact 'of an id that can be one' refuses 400 'after ."YS5i.": must be' "$url/api/cases?after=YS5i"
    fact 'a query that is too long says so' refuses 400 'query: is 101 characters long, at most 100' "$url/api/cases?query=$(printf 'é%.0s' {1..101})"
    fact 'one that is no UTF-8, too' refuses 400 'query: must be UTF-8, and byte 2' "$url/api/cases?query=a%FF"
    fact 'and one with a NUL' refuses 400 'query: holds a NUL' "$url/api/cases?query=a%00"
}

# Twenty editors read the same case, and write at once.
crowd() {
    local i etag
    put "$body" crowd
    etag=$(head_of etag)
    for i in {1..20}; do
        curl -sS -o /dev/null -w '%{http_code}\n' -X PUT "${json[@]}" -H "If-Match: $etag" -d "${body/Early/of $i,}" "$url/api/cases/crowd" &
    done >"$private/crowd"
    wait
    same '1 200 19 412' "$(sort "$private/crowd" | uniq -c | xargs)"
}

mistakes() {
    local wrong='{"titel": "x", "fps": 31, "scenes": [{"image": "gone.jpg"}, {"image": "photo.jpg", "caption": 7, "focusX": 2}, {}]}'
    fact 'a case with mistakes is refused' refuses 422 '6 mistakes' -X PUT "${json[@]}" -d "$wrong" "$url/api/cases/9"
    fact 'all of them are named, each with its place' same \
        '/:fps:scenes/0/image:scenes/1/caption:scenes/1/focusX:scenes/2/image' \
        "$(jq -r '[.errors[].pointer | ltrimstr("/")] | sort | map(if . == "" then "/" else . end) | join(":")' "$private/body")"
    fact 'and its reason' holds 'must be text, is a number' "$(cat "$private/body")"
    fact 'nothing was written' answers 404 . "$url/api/cases/9"
    fact 'another id than that of the address is refused' refuses 422 '"/id"' -X PUT "${json[@]}" -d '{"id": "8", "scenes": []}' "$url/api/cases/9"
    fact 'so is an id in a POST' refuses 422 'made here' "${json[@]}" -d '{"id": "8", "scenes": []}' "$url/api/cases"
    fact 'and an id that can be none' refuses 400 'characters' -X PUT "${json[@]}" -d "$body" "$url/api/cases/a.b"
    fact 'no file outside of the media root' refuses 422 'outside' -X PUT "${json[@]}" -d '{"scenes": [{"image": "../../../etc/passwd"}]}' "$url/api/cases/9"
    fact 'nor by an absolute path' refuses 422 'outside' -X PUT "${json[@]}" -d '{"scenes": [{"image": "/etc/passwd"}]}' "$url/api/cases/9"
    fact 'a list is no case' refuses 422 'must be an object' -X PUT "${json[@]}" -d '[]' "$url/api/cases/9"
    fact 'what is no JSON is refused with its place' refuses 400 'line 1' -X PUT "${json[@]}" -d '{"title"' "$url/api/cases/9"
    fact 'so is a form' refuses 415 'application/json' -X PUT -d "$body" "$url/api/cases/9"
    printf '%0.s[' {1..100000} >"$private/deep"
    fact 'and a list in a list in a list, 100,000 times' refuses 400 'depth' -X PUT "${json[@]}" -d @"$private/deep" "$url/api/cases/9"
    head -c 2000000 /dev/zero | tr '\0' ' ' >"$private/long"
    fact 'and more than a MiB' refuses 413 '1 MiB' -X PUT "${json[@]}" -d @"$private/long" "$url/api/cases/9"
    fact 'the server lives' answers 200 '"live"|true' "$url/api/health/live"
}

job_of() { ask "${json[@]}" -d "{\"case\": $1${2-}}" "$url/api/jobs"; } # CASE [MORE MEMBERS]
job_now() { curl -sS "$url/api/jobs/$(jq -r .id "$private/body")" | jq -r .state; }
is_done() { [[ $(job_now) == done ]]; }

brought() {
    local first subject plain='{"scenes": [{"image": "photo.jpg", "seconds": 1}], "size": "720p"}'
    job_of "$plain" && first=$(jq -r .id "$private/body")
    fact 'a job is made of a case that the request brings' same '202 video' "$(status) $(jq -r .kind "$private/body")"
    subject=$(jq -r .case "$private/body")
    fact 'its subject is made of that case' holds '^request-[0-9a-f]{24}$' "$subject"
    fact 'its video is made' wait_for 60 is_done
    fact 'no case is kept' refuses 404 'not found' "$url/api/cases/$subject"
    fact 'and whoever asks for it by its name is told why' refuses 404 'came with its request' "${json[@]}" -d "{\"caseId\": \"$subject\"}" "$url/api/jobs"
    job_of '{"id": "7", "size": "720p", "scenes": [{"seconds": 1, "image": "photo.jpg"}]}'
    fact 'the same case is the same job, whatever its id and the order of its members' same "200 $first" "$(status) $(jq -r .id "$private/body")"
    fact 'another case is another job' lacks "$first" "$(job_of "${plain/720p/1080p}"; jq -r .id "$private/body")"
    fact 'all mistakes are named, with their places in the body' same '422 /case/fps:/case/scenes/0/image' \
        "$(job_of '{"fps": 31, "scenes": [{"image": "gone.jpg"}]}'; status) $(jq -r '[.errors[].pointer] | join(":")' "$private/body")"
    fact 'what is no case is refused' same 422 "$(job_of '"1"'; status)"
    fact 'a case and an input, too' same 400 "$(job_of "$plain" ', "input": 1'; status)"
    fact 'a case and a caseId, too' same 400 "$(job_of "$plain" ', "caseId": "1"'; status)"
    fact 'a case without scenes has no video' same 404 "$(job_of '{"title": "Empty", "scenes": []}'; status)"
    fact 'who may not write may bring none' refuses 403 'CASECAST_WRITE_KEY' -H 'X-Forwarded-For: 203.0.113.9' "${json[@]}" -d "{\"case\": $plain}" "$url/api/jobs"
    fact 'and may with the key' answers 200 "$first" -H 'X-Forwarded-For: 203.0.113.9' -H "Authorization: Bearer $key" "${json[@]}" -d "{\"case\": $plain}" "$url/api/jobs"
}

send() { answers "$1" "$2" --data-binary @"$3" "${@:4}"; } # STATUS REGULAR-EXPRESSION FILE CURL-ARGUMENTS…
peer() { node "$kit/fcgi_peer.mjs" "$state/run/casecast.sock" "$1" | jq -Re "fromjson? | $2" >/dev/null; } # KIND CONDITION, without nginx
parts() { find "$CASECAST_MEDIA_ROOT/.files/parts" -type f | wc -l; }

files() {
    local new=$private/new.jpg digest sound at i nothing film slow senders=()
    slow_body >/dev/null &
    slow=$!
    nothing=$(sha256sum </dev/null | cut -d ' ' -f 1)
    ffmpeg -v error -f lavfi -i mandelbrot=size=640x360 -frames:v 1 "$new" </dev/null
    ffmpeg -v error -f lavfi -i sine=duration=1 "$private/new.wav" </dev/null
    digest=$(sha256sum "$new" | cut -d ' ' -f 1) sound=$(sha256sum "$private/new.wav" | cut -d ' ' -f 1)
    at=$url/api/files/$digest
    fact 'a file that was never sent is not there' refuses 404 'no such file was sent' "$at"
    fact 'a case that names it says so' refuses 422 'no such file was sent' "${json[@]}" -d "{\"scenes\": [{\"image\": \"file:$digest\"}]}" "$url/api/cases"
    fact 'with curl alone a film is made from nothing: its picture is sent' send 201 "^.\"file\":\"file:$digest\",\"kind\":\"picture\"" "$new" "$url/api/files"
    fact 'and its sound, under its digest' send 201 "file:$sound.*\"sound\"" "$private/new.wav" -X PUT "$url/api/files/$sound"
    film="{\"size\": \"720p\", \"quality\": \"draft\", \"scenes\": [{\"image\": \"file:$digest\", \"audio\": \"file:$sound\"}]}"
    job_of "$film"
    fact 'a case names both, and its video is made' wait_for 60 is_done
    fact 'the file is kept as it was sent' cmp "$new" "$CASECAST_MEDIA_ROOT/.files/$digest"
    fact 'and told' answers 200 "\"bytes\":$(stat -c %s "$new")" "$at"
    for i in {1..8}; do
        curl -sS -o /dev/null -w '%{http_code}\n' -T "$new" "$at" &
        senders+=($!)
    done >"$private/sent"
    wait "${senders[@]}"
    fact 'of eight who send it again at once, each is told that it is there' same '8 200' "$(sort "$private/sent" | uniq -c | xargs)"
    fact 'and the case has its video, whose files came again' same '200 done' "$(job_of "$film"; status) $(job_now)"
    fact 'another content than its address says is refused' send 422 "SHA-256 of what came is $digest" "$new" -X PUT "$url/api/files/$nothing"
    fact 'so is a cut picture, with the reason' send 415 'neither a picture nor a sound' <(head -c 200 "$new") "$url/api/files"
    fact 'and nothing' refuses 400 'body is empty' -X POST "$url/api/files"
    fact 'no address leads anywhere else' refuses 400 '%2fetc.., of 13 characters, is no SHA-256: .* 64 digits' -X PUT --data-binary @"$new" --path-as-is "$url/api/files/..%252f..%252fetc"
    truncate -s 64M "$private/long"
    fact 'a file of 64 MiB is looked at' send 415 'neither' "$private/long" -H Expect: "$url/api/files"
    printf x >>"$private/long"
    fact 'a longer one is refused' send 413 '64 MiB' "$private/long" -H Expect: "$url/api/files"
    fact 'who may not write may not send one' send 403 'CASECAST_WRITE_KEY' "$new" -X PUT -H 'X-Forwarded-For: 203.0.113.9' "$at"
    fact 'and may with the key' send 200 . "$new" -X PUT -H 'X-Forwarded-For: 203.0.113.9' -H "Authorization: Bearer $key" "$at"
    fact 'a file that is shorter than it says is refused at once' peer shortFile '.closed == 1 and .answered == 1'
    fact 'one that does not go on is let go' peer stoppedFile '.closed == 1 and .longestMs < 20000'
    fact 'nothing unfinished is left' same 0 "$(parts)"
    pieces
    hostile_files
}

piece() { ask -X PUT -H "Content-Range: bytes $1" --data-binary @"$2" "$url/api/files/$digest"; } # RANGE FILE

# A phone sends a picture, and loses its connection twice.
pieces() {
    local size digest
    ffmpeg -v error -y -f lavfi -i mandelbrot=size=960x540 -frames:v 1 "$new" </dev/null
    digest=$(sha256sum "$new" | cut -d ' ' -f 1) size=$(stat -c %s "$new")
    head -c 10000 "$new" >"$private/a" && tail -c +10001 "$new" | head -c 10000 >"$private/b" && tail -c +20001 "$new" >"$private/c"
    fact 'a piece is kept' same '202 10000' "$(piece "0-9999/$size" "$private/a"; status) $(head_of upload-offset)"
    fact 'a piece that came already is told how much is there' same '409 10000 10000' "$(piece "0-9999/$size" "$private/a"; status) $(head_of upload-offset) $(jq .arrived "$private/body")"
    fact 'and so does HEAD' same '404 10000' "$(ask -I "$url/api/files/$digest"; status) $(head_of upload-offset)"
    fact 'a piece that is not as long as it says is refused' same '400 10000' "$(piece "10000-19998/$size" "$private/b"; status) $(head_of upload-offset)"
    fact 'and so is a range that is none' refuses 400 'bytes FIRST-LAST/LENGTH' -X PUT -H 'Content-Range: bytes */3' --data-binary x "$url/api/files/$digest"
    fact 'of a file over 64 MiB no piece is taken' refuses 413 '64 MiB' -X PUT -H 'Content-Range: bytes 0-0/67108865' --data-binary x "$url/api/files/$digest"
    fact 'the next piece is kept' same '202 20000' "$(piece "10000-19999/$size" "$private/b"; status) $(head_of upload-offset)"
    fact 'the last one makes the file' same "201 file:$digest" "$(piece "20000-$((size - 1))/$size" "$private/c"; status) $(jq -r .file "$private/body")"
    fact 'which is as it was' cmp "$new" "$CASECAST_MEDIA_ROOT/.files/$digest"
    fact 'and needs no piece any more' same 200 "$(piece "0-9999/$size" "$private/a"; status)"
    digest=${digest/[0-9]/x} digest=${digest/x/a} # of nothing
    piece "0-9999/10001" "$private/a"
    printf x >"$private/b"
    fact 'pieces that are another content are refused as a whole' same '422 0' "$(piece 10000-10000/10001 "$private/b"; status) $(parts)"
}

# A body that comes to a standstill: nginx cuts it off, and holds no responder meanwhile.
slow_body() {
    exec 5<>"/dev/tcp/127.0.0.1/$port"
    printf 'PUT /api/files/%064d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\nx' 0 >&5
    timeout 60 cat <&5
}

# A PNG of 65,000 × 65,000 pixels in 60 bytes.
bomb() {
    local head='IHDR\x00\x00\xfd\xe8\x00\x00\xfd\xe8\x08\x02\x00\x00\x00' crc
    # shellcheck disable=SC2059
    mapfile -t crc < <(printf "$head" | gzip -c | tail -c 8 | head -c 4 | od -An -tx1 -w1 | tr -d ' ')
    # shellcheck disable=SC2059
    printf "\x89PNG\r\n\x1a\n\x00\x00\x00\x0d$head\x${crc[3]}\x${crc[2]}\x${crc[1]}\x${crc[0]}\x00\x00\x10\x00IDAT\x78\x9c"
}

hostile_files() {
    local i many=$private/many
    mkdir "$many"
    ffmpeg -v error -f lavfi -i mandelbrot=size=64x64 -frames:v 50 "$many/%d.png" </dev/null
    # shellcheck disable=SC2046
    curl -sS --no-progress-meter -o /dev/null -w '%{http_code}\n' $(for i in "$many"/*.png; do printf -- '-T %s %s/api/files/%s ' "$i" "$url" "$(sha256sum "$i" | cut -d ' ' -f 1)"; done) >"$private/sent"
    fact 'fifty small files are fifty files' same "$(find "$many" -type f | wc -l)" "$(grep -c 201 "$private/sent")"
    bomb >"$private/bomb.png"
    fact 'a picture of 4 Gigapixels in a few KiB is refused before it is decoded' send 415 'pixels' "$private/bomb.png" "$url/api/files"
    wait "$slow"
    fact 'a body that does not go on is cut off by nginx' holds 'PUT /api/files/0{64} 408' "$(cat "$state/log/nginx-access.log")"
}

who() {
    local there=(-X PUT "${json[@]}" -H 'If-Match: *' -d "$body" "$url/api/cases/2")
    fact 'who asks through a proxy has no address of ours' refuses 403 'CASECAST_WRITE_KEY' -H 'X-Forwarded-For: 203.0.113.9' "${there[@]}"
    fact 'a stranger with the key may write' answers 200 . -H 'X-Forwarded-For: 203.0.113.9' -H "Authorization: Bearer $key" "${there[@]}"
    fact 'another key is refused, also from an address that may write' refuses 403 'is not CASECAST_WRITE_KEY' -H 'Authorization: Bearer wrong' "${there[@]}"
    fact 'the parameter of nginx has no effect as a header' refuses 403 'CASECAST_WRITE_KEY' -H 'X-Forwarded-For: 203.0.113.9' -H 'Casecast-Editor: 1' "${there[@]}"
    fact 'a page of another site may not, from a browser on this machine' refuses 403 'page of this site' -H 'Sec-Fetch-Site: cross-site' -H 'Origin: https://evil.example' "${there[@]}"
    fact 'nor with an old browser' refuses 403 'page of this site' -H 'Origin: https://evil.example' "${there[@]}"
    fact 'nor without an Origin' refuses 403 'page of this site' -H 'Sec-Fetch-Site: same-site' "${there[@]}"
    fact 'nor by DELETE' refuses 403 'page of this site' -H 'Origin: https://evil.example' -X DELETE "$url/api/cases/2"
    fact 'nor by a POST that needs no preflight' refuses 403 'page of this site' -H 'Origin: https://evil.example' -H 'Content-Type: text/plain' -d "$body" "$url/api/cases"
    fact 'a page of a named site needs the key' refuses 403 'CASECAST_WRITE_KEY' -H 'Origin: https://app.example.org' "${there[@]}"
    fact 'and may with it' answers 200 . -H 'Origin: https://app.example.org' -H "Authorization: Bearer $key" "${there[@]}"
    fact 'which its browser asks for first' answers 204 '^$' -X OPTIONS -H 'Origin: https://app.example.org' "$url/api/cases/2"
    fact 'and is allowed' holds 'PUT' "$(head_of access-control-allow-methods)"
    fact 'a page of this site may' answers 200 . -H 'Sec-Fetch-Site: same-origin' "${there[@]}"
    fact 'the metrics count who was refused' holds '^casecast_edits_refused_total[^ ]* [1-9]' "$(curl -sS "$url/api/metrics")"
    fact 'and what was written' holds '^casecast_case_edits_total[^ ]* [1-9]' "$(curl -sS "$url/api/metrics")"
    fact 'no log has the key' lacks "$key" "$(cat "$state"/log/*)"
}

# Pictures that can't be compressed, of 907,500 bytes and more.
noise() { head -c "$((3 * $1 * $1))" /dev/urandom | ffmpeg -v error -f rawvideo -pix_fmt rgb24 -s "$1x$1" -i - "$private/$2.png"; } # SIDE NAME

quotas() {
    local stranger=(-H 'X-Forwarded-For: 203.0.113.9' -H "Authorization: Bearer $key") editor=(-H "Authorization: Bearer $key") name
    rm -r "$CASECAST_MEDIA_ROOT/.files"
    for name in n1 n2 n3 n4; do noise 550 $name; done
    noise 640 large
    fact 'a client sends what it may' send 201 picture "$private/n1.png" "${stranger[@]}" "$url/api/files"
    fact 'and no more' send 429 'CASECAST_FILES_MIB_CLIENT' "$private/n2.png" "${stranger[@]}" "$url/api/files"
    fact 'it is told when to ask again' same 3600 "$(head_of retry-after)"
    fact 'but the same file again' send 200 picture "$private/n1.png" "${stranger[@]}" "$url/api/files"
    fact 'a file that is more than that alone is refused for good' send 413 '1 MiB .CASECAST_FILES_MIB_CLIENT' "$private/large.png" -H Expect: "${stranger[@]}" "$url/api/files"
    fact 'a trusted address is not counted' send 201 . "$private/n2.png" "${editor[@]}" "$url/api/files"
    send 201 . "$private/n3.png" "${editor[@]}" "$url/api/files" >/dev/null
    fact 'beyond the limit of all nothing is kept' send 507 'CASECAST_FILES_MIB' "$private/n4.png" "${editor[@]}" "$url/api/files"
    fact 'and no piece is begun' send 507 'CASECAST_FILES_MIB' "$private/a" "${editor[@]}" -X PUT -H 'Content-Range: bytes 0-9999/900000' "$url/api/files/$(printf %064d 7)"
    fact 'three files are there and no part' same '3 0' "$(find "$CASECAST_MEDIA_ROOT/.files" -maxdepth 1 -type f | wc -l) $(parts)"
    touch -d '25 hours ago' "$CASECAST_MEDIA_ROOT/.files/$(sha256sum "$private/n3.png" | cut -d ' ' -f 1)"
    fact 'a file that no case names is told a day later' holds '^file:[0-9a-f]{64}, 907|^1 file that no case names would go' "$(CASECAST_CASES=$private/shop.db "$program" prune --dry-run 2>&1)"
}

views() {
    stack_stop
    sqlite3 "$private/shop.db" "CREATE TABLE houses (number, street); CREATE TABLE photos (house, n, file);
        INSERT INTO houses VALUES (7, 'Meadow Lane'); INSERT INTO photos VALUES (7, 1, 'photo.jpg');
        CREATE VIEW cases AS SELECT number AS id, street AS title FROM houses;
        CREATE VIEW scenes AS SELECT house AS case_id, n AS position, file AS image FROM photos;"
    CASECAST_CASES=$private/shop.db CASECAST_FILES_MIB=3 CASECAST_FILES_MIB_CLIENT=1 nginx_editors='' stack_start
    fact 'where no address is named, nobody may write without the key' refuses 403 'CASECAST_WRITE_KEY' -X PUT "${json[@]}" -d "$body" "$url/api/cases/7"
    fact 'views of others are searched' same 7 "$(find_cases query=LANE limit=1)"
    fact 'views of others are read' answers 200 'Meadow Lane' "$url/api/cases/7"
    local words='cases, which is not casecast.s own table'
    fact 'and not replaced' refuses 405 "$words" -X PUT "${json[@]}" -H "Authorization: Bearer $key" -H 'If-Match: *' -d "$body" "$url/api/cases/7"
    fact 'and the answer says what is allowed' same 'GET, HEAD' "$(head_of allow)"
    fact 'nor removed' refuses 405 "$words" -X DELETE -H "Authorization: Bearer $key" "$url/api/cases/7"
    fact 'nor are there new ones' refuses 405 "$words" "${json[@]}" -H "Authorization: Bearer $key" -d "$body" "$url/api/cases"
    fact 'a job for a case of its own is made all the same' answers 202 '"case":"request-' "${json[@]}" -H "Authorization: Bearer $key" -d "{\"case\": $body}" "$url/api/jobs"
}

writing
two_editors
searching
fact 'of twenty who change the same case at once, one does' crowd
mistakes
brought
files
who
views
quotas
facts_end
