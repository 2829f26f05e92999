#!/usr/bin/env bash
# secrets.sh - with CASECAST_SECRET_KEY set, only clients that nginx trusts create a job, and only clients that have its
# secret see it, watch it, cancel it and get its files.
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
# shellcheck source=tests/kit/site.sh
. "$(dirname "$0")/../../kit/site.sh"

private_stack_prepare CASECAST_SECRET_KEY='a key for these tests only' CASECAST_SECRET_TTL_S=20 CASECAST_RETRY_MS=100 \
    CASECAST_PROCESSES=2
nginx_folder=$private/nginx # 127.0.0.2 is not trusted
cp -r "$root/nginx" "$nginx_folder"
sed -i 's|^127.0.0.0/8 |127.0.0.1 |' "$nginx_folder/addresses.conf"
photos_make
stack_start
case_put one 1 photo.jpg
case_put other 1 photo.jpg photo.jpg

create() { curl -sS --max-time 10 -X POST -H 'Content-Type: application/json' -d "{\"caseId\":\"$1\"}" "$url/api/jobs"; }
secret_of() { create "$1" | jq -r .clientSecret; }

job_is_over() { [[ $(sql "SELECT state FROM casecast_jobs WHERE subject = '$1'") == canceled ]]; }

post=(-X POST -H 'Content-Type: application/json' -d '{"caseId":"one"}' "$url/api/jobs")
fact 'an address that is not trusted creates no job and gets no secret' problem 403 'addresses.conf' --interface 127.0.0.2 "${post[@]}"
fact 'a client behind a trusted proxy is not trusted' problem 403 'addresses.conf' -H 'X-Forwarded-For: 203.0.113.7' "${post[@]}"
fact 'the header of nginx for trusted clients has no effect in a client'\''s request' problem 403 'addresses.conf' --interface 127.0.0.2 -H 'Casecast-Trusted: 1' \
    -H 'X-Real-IP: 127.0.0.1' "${post[@]}"
fact 'these requests made no job' same 0 "$(jobs_of one)"
made=$(create one)
job=$(jq -r .id <<<"$made")

fact 'the response to a new job has its secret and the time when it expires' \
    jq -e '.clientSecretExpires > now and .clientSecretExpires <= now + 21 and (.clientSecret | length > 60)' <<<"$made"
events=$(stream "$url/api/jobs/$job/events?client_secret=$(secret_of one)")
fact 'the secret opens the job'\''s stream' same 'done' "$(jq -r 'select(.event == "done") | .event' <<<"$events")"
secret=$(secret_of one)
other=$(secret_of other)
fact 'the secret opens the job'\''s snapshot' same 200 "$(status "$url/api/jobs/$job?client_secret=$secret")"
fact 'the secret may be a header' same 200 "$(status -H "X-Client-Secret: $secret" "$url/api/jobs/$job")"
fact 'the secret opens the stream of the tutorial'\''s path' holds 'finished_video' \
    "$(stream "$url/create/video?caseId=one&client_secret=$secret" | messages)"
fact 'without the secret: 403' problem 403 'client_secret is missing' "$url/api/jobs/$job"
fact 'with another job'\''s secret: 403' problem 403 'belongs to another job' "$url/api/jobs/$job?client_secret=$other"
both="$url/api/events/jobs?id=$job&id=${other%%.*}"
fact 'a stream of two jobs needs the secret of each: 403' problem 403 "job ${other%%.*}: no client_secret opens it" "$both&client_secret=$secret"
fact 'a forged one is told' problem 403 'not one that this server gave out' "$both&client_secret=$secret&client_secret=${other%?}_"
fact 'with both secrets it is there' same 200 "$(stream_status "$both&client_secret=$other&client_secret=$secret&from=latest" --max-time 2)"
fact 'with a forged secret: 403' problem 403 'not one that this server gave out' "$url/api/jobs/$job?client_secret=${secret%?}_"

# --- files --------------------------------------------------------------------------------------------------

file=$(jq -r 'select(.event == "done") | .data | fromjson.video' <<<"$events")
folder=$url${file%/*}
names() { # all files of the folder; fails unless the files that a player needs are there
    local got
    got=$(cd "$CASECAST_OUTPUT/${folder##*/media/}" && ls)
    [[ $got == *final.mp4*live-*-init.mp4*live-*.m3u8*poster.jpg* ]] && printf '%s\n' "$got"
}
all_are() { # STATUS CURL-ARGUMENTS…: every file of the folder has this status
    local wanted=$1 name
    shift
    [[ -n $(names) ]] || return 1
    for name in $(names); do same "$wanted $name" "$(status "$@" "$folder/$name") $name" || return 1; done
}
file_needs_it() { # CURL-ARGUMENTS…
    problem 403 'client_secret' "$@" "$url$file" && problem 403 'client_secret' "$@" -r 0-99 "$url$file" &&
        problem 403 'client_secret' "$@" "$folder/gone.m4s" && all_are 403 "$@"
}
fact 'without the secret no file of the job is served' file_needs_it
fact 'another job'\''s secret opens no file' file_needs_it -H "X-Client-Secret: $other"
fact 'a forged secret opens no file' file_needs_it -H "X-Client-Secret: ${secret%?}_"
fact 'another job'\''s secret as cookie opens no file' file_needs_it -H "Cookie: casecast_secret=$other"
fact 'another spelling of the path opens no file' lacks 200 "$(for path in /media//secret /media/%73ecret/.. /media/./secret; do
    status --path-as-is "$url$path/${file#/media/secret/}"; printf ' '; done | xargs)"
fact 'the secret as header opens all files' all_are 200 -H "X-Client-Secret: $secret"
secret=$(secret_of one)
stream -c "$private/jar" "$url/api/jobs/$job/events?client_secret=$secret" >/dev/null
fact 'the cookie of the stream opens all files' all_are 200 -b "$private/jar"
fact 'the secret as argument opens a file' same 200 "$(status "$url$file?client_secret=$secret")"
fact 'a range request with the cookie is 206' same 206 "$(status -r 0-99 -b "$private/jar" "$url$file")"
fact 'the cookie has the path of that folder, the lifetime of the secret, and HttpOnly' \
    holds "^Set-Cookie: casecast_secret=[^;]+; Path=${file%/*}/; Max-Age=20; HttpOnly; SameSite=Lax"$'\r$' \
    "$(headers "$url/api/jobs/$job?client_secret=$secret")"
site_configure && site_nginx
fact 'over TLS browsers keep the cookie to TLS' holds $'; Secure\r$' \
    "$(headers -k --resolve "video.example.org:$tls_port:127.0.0.1" "https://video.example.org:$tls_port/api/jobs/$job?client_secret=$secret")"
site_stop
fact 'shared caches may not store the files' holds $'^Cache-Control: private, no-cache\r$' "$(headers -b "$private/jar" "$url$file")"
fact 'the list of cases names no video and no job' jq -e '.cases | length == 2 and all(.video == null and .job == null)' \
    <<<"$(curl -sS "$url/api/cases")"
curl -sS -o /dev/null -H "Referer: $url/?client_secret=$secret" "$folder/gone.m4s?client_secret=$secret"

# --- cancel, end --------------------------------------------------------------------------------------------

fact 'cancel without the secret: 403' problem 403 'missing' -X POST "$url/api/jobs/$job/cancel"
fact 'cancel with the secret: 200' same 200 "$(status -X POST -H "X-Client-Secret: $secret" "$url/api/jobs/$job/cancel")"
case_put long 60
long=$(create long)
pieces_of_long() { find "$CASECAST_OUTPUT" -name 'live-*' -path "*/$(sql "SELECT key FROM casecast_jobs WHERE subject = 'long'")/*"; }
wait_for 30 eval '[[ -n $(pieces_of_long) ]]'
curl -sS -o /dev/null -X POST -H "X-Client-Secret: $(jq -r .clientSecret <<<"$long")" "$url/api/jobs/$(jq -r .id <<<"$long")/cancel"
wait_for 20 job_is_over long
fact 'a canceled job leaves no piece' wait_for 20 eval '[[ -z $(pieces_of_long) ]]'
fact 'an EventSource without the secret gets the error in frames' same "error client_secret is missing: it came with the answer that created the job
finished_video" "$(stream "$url/create/video?caseId=one" | messages)"
fact 'GETs without a secret made no job' same 3 "$(sql 'SELECT count(*) FROM casecast_jobs')"
fact 'the secret expires' wait_for 40 problem 403 'expired' "$url/api/jobs/$job?client_secret=$secret"
fact 'an expired secret opens no file' file_needs_it -H "X-Client-Secret: $secret"
fact 'an expired secret as cookie opens no file' file_needs_it -H "Cookie: casecast_secret=$secret"
fact 'no log holds the secret' lacks "${secret##*.}" "$(cat "$state"/log/*.log)"
fact 'no log holds the key' lacks 'a key for these tests' "$(cat "$state"/log/*.log)"
facts_end
