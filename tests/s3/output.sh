#!/usr/bin/env bash
# output.sh - videos on S3: made, played through nginx while they are made and after, taken over from a dead process,
# with the same bytes as in a folder; storage that is away is waited for.  (Started by tests/s3/run.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../kit/cases.sh"
# shellcheck source=tests/kit/s3/radosgw.sh
. "$(dirname "$0")/../kit/s3/radosgw.sh"

# nginx with storage in place of a folder.
nginx_print() { "$(program_in "${CASECAST_BUILD:-$root/build}")" nginx "$@" --log=off --pages=run/casecast/pages; }
eval "folder_$(declare -f nginx_configure)"
nginx_configure() {
    folder_nginx_configure
    sed -i -e "s#^    include casecast/http.conf;#&\n    proxy_cache_path run/s3 keys_zone=casecast_s3:1m max_size=1g;\n    upstream casecast_s3 { server ${rgw_url#http://}; keepalive 16; }#" \
        -e "s#include site/.*#set \$casecast_s3 http://casecast_s3/casecast/media; set \$casecast_s3_host ${rgw_url#http://}; &#" \
        "$state/run/nginx.conf"
}

# nginx may read what lies below media/, and nothing else.
bucket_open() {
    rgw_curl PUT '/casecast?policy=' -f -d '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::casecast/media/*",
        "Condition": {"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}}]}'
}

result_of() { curl -sS "$url/api/jobs/$1" | jq -c .result; } # JOB
sum_of() { curl -sS "$url$1" | sha256sum; }                  # PATH
folder_of() { jq -r '.video | split("/")[-2]' <<<"$(result_of "$1")"; } # JOB
plays_to_end() { ffmpeg -v error -i "$1" -f null - </dev/null; }

case_ten() { case_put "$1" "${2:-1}" photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg; } # CASE [SECONDS]

a_video_is_made_and_played() {
    local job result video key
    case_ten first
    job=$(job_make first)
    fact 'a video is made' wait_for 120 job_is "$job" done
    result=$(result_of "$job")
    video=$(jq -r .video <<<"$result")
    key=$(folder_of "$job")
    fact 'it is the video that the bucket holds' same "$(rgw_curl GET "/casecast/media/$key/final.mp4" | sha256sum)" "$(sum_of "$video")"
    fact 'it plays to its end' plays_to_end "$url$video"
    fact 'its length is in the result' same "$(curl -sS "$url$video" | wc -c)" "$(jq '.bytes["final.mp4"]' <<<"$result")"
    fact 'a part of it is sent' same '206 1000' "$(curl -sS -o "$private/part" -w '%{http_code} %{size_download}' -r 5000-5999 "$url$video")"
    fact 'the right part' same "$(rgw_curl GET "/casecast/media/$key/final.mp4" -r 5000-5999 | sha256sum)" "$(sha256sum <"$private/part")"
    fact 'it may be kept for good' holds '^cache-control: public, max-age=31536000, immutable' "$(headers "$url$video")"
    fact 'its type is told' holds '^content-type: video/mp4' "$(headers "$url$video")"
    fact 'the playlist may not be kept' holds '^cache-control: no-cache' "$(headers "$url/media/$(playlist_of "$job")")"
    fact 'the storage was told so, too' holds '^cache-control: no-cache' "$(rgw_curl GET "/casecast/media/$(playlist_of "$job")" -D - -o /dev/null)"
    fact 'the playlist plays to its end' plays_to_end "$url/media/$(playlist_of "$job")"
    for name in thumbnail poster sprites; do fact "its $name is there" same 200 "$(status "$url$(jq -r ".$name" <<<"$result")")"; done
    fact 'the gallery shows it' same "$video" "$(curl -sS "$url/api/cases" | jq -r '.cases[] | select(.id == "first").video.file')"
    fact 'a second request finds it' same "$job" "$(job_make first)"
    fact 'what is not there is 404' same 404 "$(status "$url/media/$key/none.mp4")"
    fact 'a name that casecast does not give is 404' same 404 "$(status "$url/media/$key/a%0d%0ab")"
    fact 'the folder of this machine is empty again' same '' "$(find "$CASECAST_RUN/output" -type f)"
    fact 'the same video on a folder has the same bytes' same "$(sum_of "$video")" "$(on_a_folder first)"
    rgw_curl DELETE "/casecast/media/$key/final.mp4"
}

on_a_folder() { # CASE
    CASECAST_OUTPUT=$private/out "$program" create --force "$1" -o "$private/alone.mp4" >/dev/null 2>&1
    sha256sum <"$private/alone.mp4"
}

a_poster_is_made() {
    case_ten unmade
    fact 'the poster of a case without a video is made' wait_for 20 has_poster
    fact 'and sent' same '200 image/jpeg' "$(curl -sSL -o /dev/null -w '%{http_code} %{content_type}' "$url/api/cases/unmade/poster")"
}
has_poster() { [[ $(status "$url/api/cases/unmade/poster") == 302 ]]; }

has_piece() { rgw_list media/ | grep -v "$first_key" | grep -q 'live-.*-3.m4s'; }

kill_responders() {
    # shellcheck disable=SC2046
    kill -KILL $(ps -o pid= --ppid "$(process_pid responders)")
}

# The process dies while pieces are there; another goes on.
a_dead_process_is_taken_over() {
    local job list n
    case_ten second 3
    job=$(job_make second)
    wait_for 60 has_piece
    list=$url/media/$(playlist_of "$job")
    n=$(curl -sS "$list" | grep -c '^live-')
    fact 'pieces can be played while the video is made' test "$n" -ge 1
    fact 'each piece that the playlist names is there' same 200 "$(status "${list%.m3u8}-$n.m4s")"
    kill_responders
    fact 'another process goes on' wait_for 120 job_is "$job" done
    fact 'the playlist did not shrink' test "$(curl -sS "$list" | grep -c '^live-')" -ge "$n"
    fact 'it plays to its end' plays_to_end "$url/media/$(playlist_of "$job")"
    fact 'the video has the same bytes as on a folder' same "$(on_a_folder second)" "$(sum_of "$(jq -r .video <<<"$(result_of "$job")")")"
}

a_canceled_video_leaves_no_pieces() {
    local job
    case_ten third 3
    job=$(job_make third)
    wait_for 60 has_piece_of "$job"
    job_cancel "$job" >/dev/null
    "$program" cancel "$job" >/dev/null 2>&1
    wait_for 30 job_is "$job" canceled
    fact 'a canceled video leaves no piece and no playlist' wait_for 20 lacks_live "$job"
}
lacks_live() { lacks "live-${1:0:8}" "$(rgw_list media/)"; } # JOB

storage_away() {
    local job
    case_ten fourth 3
    job=$(job_make fourth)
    wait_for 60 has_piece_of "$job"
    rgw_kill gateway
    sleep 2
    fact 'storage is away: the job waits' job_is "$job" running
    fact 'the site is not ready, and says why' holds 'CASECAST_OUTPUT: s3://casecast/media/ready.txt at ' \
        "$(curl -sS "$url/api/health/ready" | jq -r .checks.output)"
    fact 'what was made is not forgotten' same true "$(curl -sS "$url/api/cases" | jq '.cases[] | select(.id == "second").video != null')"
    rgw_start_gateway
    fact 'storage is back: the video is made' wait_for 120 job_is "$job" done
    fact 'with the same bytes as on a folder' same "$(on_a_folder fourth)" "$(sum_of "$(jq -r .video <<<"$(result_of "$job")")")"
    fact 'no log holds the secret' lacks 'not/a\+secret' "$(cat "$state"/log/*)"
    fact 'no process shows it' lacks 'not/a\+secret' "$(cat /proc/"$(ps -o pid= --ppid "$(process_pid responders)" | head -n 1 | tr -d ' ')"/{environ,cmdline} | tr '\0' ' ')"
}

# Storage stays away for longer than a job waits.
storage_gone() {
    local job key
    case_ten gone 3
    job=$(job_make gone)
    wait_for 60 has_piece_of "$job"
    rgw_kill gateway
    fact 'storage stays away: the job fails' wait_for 90 job_is "$job" failed
    fact 'viewers read that the storage fails, and nothing of it' holds '^[a-z ]*the storage of this site fails at the moment$' \
        "$(curl -sS "$url/api/jobs/$job" | jq -r .error)"
    fact 'the log says which, and why' holds "job $job fails: .*s3://casecast/media/.* at $rgw_url: .*connect" "$(cat "$state/log/casecast.log")"
    rgw_start_gateway
    key=$(key_of "$job")
    fact 'no finished video is there' same '' "$(rgw_list "media/$key" | grep final.mp4)"
    fact 'and no playlist that says that it is complete' lacks ENDLIST "$(rgw_curl GET "/casecast/media/$(playlist_of "$job")")"
    job=$(job_make gone)
    fact 'asked again, it is made' wait_for 120 job_is "$job" done
    fact 'and has the bytes of a folder' same "$(on_a_folder gone)" "$(sum_of "$(jq -r .video <<<"$(result_of "$job")")")"
}
playlist_of() { printf '%s/live-%s.m3u8' "$(key_of "$1")" "${1:0:8}"; } # JOB
key_of() { sql "SELECT key FROM casecast_jobs WHERE id = '$1'"; } # JOB
has_piece_of() { rgw_list media/ | grep -q "live-${1:0:8}-1.m4s"; } # JOB

a_wrong_secret_is_refused() {
    local job was
    (rgw_secret='guessed/a+word' rgw_keys "$private/wrong")
    was=$(rgw_list media/ | wc -l)
    export CASECAST_S3_CREDENTIALS=$private/wrong
    fact 'a wrong secret: check says so' holds "missing +output .*the secret key in $private/wrong is wrong" "$("$program" check 2>&1)"
    responders_start
    wait_for 20 curl -fs -o /dev/null "$url/api/health/live"
    fact 'the site is not ready, and says why' holds "the secret key in $private/wrong is wrong" \
        "$(curl -sS "$url/api/health/ready" | jq -r .checks.output)"
    case_ten sixth
    job=$(job_make sixth)
    fact 'a job fails at once' wait_for 30 job_is "$job" failed
    fact 'viewers read no setting' same 'the storage of this site fails at the moment' "$(curl -sS "$url/api/jobs/$job" | jq -r '.error | split(": ")[-1]')"
    fact 'the log names the file of the keys' holds "job $job fails: .*the secret key in $private/wrong is wrong" "$(cat "$state/log/casecast.log")"
    fact 'nothing was published' same "$was" "$(rgw_list media/ | wc -l)"
    fact 'no log holds a secret' lacks 'not/a\+secret|guessed/a\+word' "$(cat "$state"/log/*)"
    fact 'no process shows one' lacks 'not/a\+secret|guessed/a\+word' "$(cat /proc/"$(ps -o pid= --ppid "$(process_pid responders)" | head -n 1 | tr -d ' ')"/{environ,cmdline} | tr '\0' ' ')"
    export CASECAST_S3_CREDENTIALS=$private/keys
    responders_start
    stack_wait
}

# The time of one video has come.  With a short CASECAST_KEEP a look for what may go comes soon; no job is old enough to be
# forgotten.
pieces_go_after_the_end() {
    local job other
    job=$(sql "SELECT id FROM casecast_jobs WHERE subject = 'second' AND state = 'done'")
    other=$(sql "SELECT id FROM casecast_jobs WHERE subject = 'fourth' AND state = 'done'")
    fact 'pieces stay at first' has_piece_of "$job"
    sql "UPDATE casecast_jobs SET asked_ms = asked_ms + 3600000 WHERE asked_ms IS NOT NULL;
         UPDATE casecast_jobs SET clear_ms = 1 WHERE id = '$job'"
    CASECAST_KEEP=10s responders_start
    stack_wait
    fact 'then they go, and their playlist' wait_for 30 lacks_live "$job"
    fact 'who asks for the playlist is told so' same 404 "$(status "$url/media/$(playlist_of "$job")")"
    for name in video thumbnail poster sprites; do fact "the $name stays" same 200 "$(status "$url$(jq -r ".$name" <<<"$(result_of "$job")")")"; done
    fact 'so do the pieces of another video' has_piece_of "$other"
}

files_with_a_secret_are_guarded() {
    local answer job secret video
    export CASECAST_SECRET_KEY=0123456789abcdef0123
    responders_start
    stack_wait
    case_ten fifth
    answer=$(curl -sS -H 'Content-Type: application/json' -d '{"caseId":"fifth"}' "$url/api/jobs")
    job=$(jq -r .id <<<"$answer") secret=$(jq -r .clientSecret <<<"$answer")
    wait_for 120 done_with "$job" "$secret"
    video=$(curl -sS "$url/api/jobs/$job?client_secret=$secret" | jq -r .result.video)
    fact 'a video with a secret is sent to whom it was made for' same 200 "$(status "$url$video?client_secret=$secret")"
    fact 'and again, when nginx has kept it' same 200 "$(status -H "X-Client-Secret: $secret" "$url$video")"
    fact 'and to nobody else' same 403 "$(status "$url$video")"
    fact 'no proxy may keep it' holds '^cache-control: private, no-cache' "$(headers "$url$video?client_secret=$secret")"
}
done_with() { [[ $(curl -sS "$url/api/jobs/$1?client_secret=$2" | jq -r .state) == done ]]; }

private_stack_prepare CASECAST_SLOTS=2
export CASECAST_OUTPUT=s3://casecast/media CASECAST_RUN=$private/run
export CASECAST_S3_ENDPOINT=$rgw_url CASECAST_S3_CREDENTIALS=$private/keys
rgw_keys "$private/keys"
photos_make
"$program" init >/dev/null 2>&1
fact 'the bucket gets its policy' bucket_open
fact 'check: the bucket can be read' holds 'ok +output +s3://casecast/media can be read' "$("$program" check)"
export -n rgw_secret
stack_start
a_video_is_made_and_played
first_key=$(rgw_list media/ | grep m3u8 | head -n 1 | cut -d/ -f2)
a_poster_is_made
a_dead_process_is_taken_over
a_canceled_video_leaves_no_pieces
storage_away
storage_gone
pieces_go_after_the_end
a_wrong_secret_is_refused
files_with_a_secret_are_guarded
facts_end
