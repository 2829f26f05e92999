#!/usr/bin/env bash
# secrets.sh - with CASECAST_SECRET_KEY set, a job is made by whom nginx trusts, and only whoever holds its secret sees
# it, watches it, has its files and cancels it.
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

private_stack_prepare CASECAST_SECRET_KEY='a key for these tests only' CASECAST_SECRET_TTL_S=20 CASECAST_RETRY_MS=100 \
    CASECAST_PROCESSES=2
nginx_folder=$private/nginx # 127.0.0.2 is a stranger's
cp -r "$root/nginx" "$nginx_folder"
sed -i 's|^127.0.0.0/8 |127.0.0.1 |' "$nginx_folder/addresses.conf"
photos_make
stack_start
case_put one 1 photo.jpg
case_put other 1 photo.jpg photo.jpg

create() { curl -sS --max-time 10 -X POST -H 'Content-Type: application/json' -d "{\"caseId\":\"$1\"}" "$url/api/jobs"; }
secret_of() { create "$1" | jq -r .clientSecret; }

post=(-X POST -H 'Content-Type: application/json' -d '{"caseId":"one"}' "$url/api/jobs")
fact 'a stranger makes no job, and gets no secret' problem 403 'addresses.conf' --interface 127.0.0.2 "${post[@]}"
fact '… nor by way of a proxy here' problem 403 'addresses.conf' -H 'X-Forwarded-For: 203.0.113.7' "${post[@]}"
fact '… nor one who says that he is trusted' problem 403 'addresses.conf' --interface 127.0.0.2 -H 'Casecast-Trusted: 1' \
    -H 'X-Real-IP: 127.0.0.1' "${post[@]}"
fact '… and there is none' same 0 "$(jobs_of one)"
made=$(create one)
job=$(jq -r .id <<<"$made")

fact 'creating a job answers its secret and when it expires' \
    jq -e '.clientSecretExpires > now and .clientSecretExpires <= now + 21 and (.clientSecret | length > 60)' <<<"$made"
events=$(stream "$url/api/jobs/$job/events?client_secret=$(secret_of one)")
fact 'its stream opens with it' same 'done' "$(jq -r 'select(.event == "done") | .event' <<<"$events")"
secret=$(secret_of one)
other=$(secret_of other)
fact 'so does its snapshot' same 200 "$(status "$url/api/jobs/$job?client_secret=$secret")"
fact 'a header does as well' same 200 "$(status -H "X-Client-Secret: $secret" "$url/api/jobs/$job")"
fact 'the tutorial'\''s address watches, with it' holds 'finished_video' \
    "$(stream "$url/create/video?caseId=one&client_secret=$secret" | messages)"
fact 'without it: 403' problem 403 'client_secret is missing' "$url/api/jobs/$job"
fact 'with another job'\''s: 403' problem 403 'belongs to another job' "$url/api/jobs/$job?client_secret=$other"
fact 'with a forged one: 403' problem 403 'not one that this server gave out' "$url/api/jobs/$job?client_secret=${secret%?}_"

# --- files --------------------------------------------------------------------------------------------------

file=$(jq -r 'select(.event == "done") | .data | fromjson.video' <<<"$events")
folder=$url${file%/*}
names() { # all that the folder holds, and no less than a player asks for
    local got
    got=$(cd "$CASECAST_OUTPUT/${folder##*/media/}" && ls)
    [[ $got == *final.mp4*live-init.mp4*live.m3u8*poster.jpg* ]] && printf '%s\n' "$got"
}
all_are() { # STATUS CURL-ARGUMENTS…: every file of the folder
    local wanted=$1 name
    shift
    [[ -n $(names) ]] || return 1
    for name in $(names); do same "$wanted $name" "$(status "$@" "$folder/$name") $name" || return 1; done
}
file_needs_it() { # CURL-ARGUMENTS…
    problem 403 'client_secret' "$@" "$url$file" && problem 403 'client_secret' "$@" -r 0-99 "$url$file" &&
        problem 403 'client_secret' "$@" "$folder/gone.m4s" && all_are 403 "$@"
}
fact 'without it no file of the job is to be had' file_needs_it
fact 'not with another job'\''s' file_needs_it -H "X-Client-Secret: $other"
fact 'not with a forged one' file_needs_it -H "X-Client-Secret: ${secret%?}_"
fact 'not with another job'\''s as cookie' file_needs_it -H "Cookie: casecast_secret=$other"
fact 'not by another way of writing it' lacks 200 "$(for path in /media//secret /media/%73ecret/.. /media/./secret; do
    status --path-as-is "$url$path/${file#/media/secret/}"; printf ' '; done | xargs)"
fact 'as a header it opens all of them' all_are 200 -H "X-Client-Secret: $secret"
secret=$(secret_of one)
stream -c "$private/jar" "$url/api/jobs/$job/events?client_secret=$secret" >/dev/null
fact 'as the cookie of the stream, too: playlist, pieces, pictures' all_are 200 -b "$private/jar"
fact 'as an argument' same 200 "$(status "$url$file?client_secret=$secret")"
fact 'ranges are ranges' same 206 "$(status -r 0-99 -b "$private/jar" "$url$file")"
fact 'the cookie is for that folder, for as long as the secret, and no script' \
    holds "^Set-Cookie: casecast_secret=[^;]+; Path=${file%/*}/; Max-Age=20; HttpOnly; SameSite=Lax"$'\r$' \
    "$(headers "$url/api/jobs/$job?client_secret=$secret")"
fact 'nobody on the way may keep them' holds $'^Cache-Control: private, no-cache\r$' "$(headers -b "$private/jar" "$url$file")"
fact 'the list of cases names no file and no job' jq -e '.cases | length == 2 and all(.video == null and .job == null)' \
    <<<"$(curl -sS "$url/api/cases")"
curl -sS -o /dev/null -H "Referer: $url/?client_secret=$secret" "$folder/gone.m4s?client_secret=$secret"

# --- cancel, end --------------------------------------------------------------------------------------------

fact 'cancel needs it, too' problem 403 'missing' -X POST "$url/api/jobs/$job/cancel"
fact 'cancel has it' same 200 "$(status -X POST -H "X-Client-Secret: $secret" "$url/api/jobs/$job/cancel")"
fact 'an EventSource is told in frames' same "error client_secret is missing: it came with the answer that created the job
finished_video" "$(stream "$url/create/video?caseId=one" | messages)"
fact 'a GET creates nothing' same 2 "$(sqlite3 "$CASECAST_DB" 'SELECT count(*) FROM casecast_jobs')"
fact 'it expires' wait_for 40 problem 403 'expired' "$url/api/jobs/$job?client_secret=$secret"
fact '… for the files, too' file_needs_it -H "X-Client-Secret: $secret"
fact '… as cookie, too' file_needs_it -H "Cookie: casecast_secret=$secret"
fact 'no log holds it' lacks "${secret##*.}" "$(cat "$state"/log/*.log)"
fact 'nor the key' lacks 'a key for these tests' "$(cat "$state"/log/*.log)"
facts_end
