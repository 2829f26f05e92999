#!/usr/bin/env bash
# guest.sh - what `casecast nginx` prints in sites that are there: below a prefix it answers, and all else is as before.
# (It measures no time, and runs side by side with others.)
# (SQLite only: its subject is nginx.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"
# shellcheck source=tests/kit/host.sh
. "$(dirname "$0")/../../kit/host.sh"

private_stack_prepare CASECAST_PREFIX=/films CASECAST_SLOTS=1
photos_make

get() { curl -sS --max-time 60 -H "Host: $1" "$url$2" "${@:3}"; } # HOST PATH [OPTION…]
status_of() { get "$1" "$2" -o /dev/null -w '%{http_code}' "${@:3}"; }
is_up() { [[ $(status_of one.example.org /films/api/cases) == 200 ]]; }

# --- facts ------------------------------------------------------------------------------------------------------

the_host_is_as_before() {
    local name
    fact "Debian's first site is as before" same 'the page of the host' "$(get other.example.org /)"
    for name in one.example.org two.example.org; do
        fact "$name: its API" same "api of $name" "$(get $name /api/cases)"
        fact "$name: a job of its API" same "api of $name" "$(get $name /api/jobs/abc/events)"
        fact "$name: its media" same "media of $name" "$(get $name /media/abc/)"
        fact "$name: files of its media" same "a file of $name" "$(get $name /media/abc/final.mp4)"
        fact "$name: its other paths" same "create of $name" "$(get $name /create/else)"
        fact "$name: its files" same "a file of $name" "$(get $name /filmsx.css)"
        fact "$name: its pages" same 404 "$(status_of $name /operators)"
    done
}

# The pieces of the playlist are named beside it.
plays_below() { # HOST EVENTS
    local list
    list=$(sed -n 's/^data: \({.*"playlist".*\)/\1/p' <<<"$2" | jq -r .playlist)
    lacks '/media/' "$(get "$1" "$list")" &&
        ffmpeg -v error -headers "Host: $1"$'\r\n' -i "$url$list" -f null - </dev/null
}

files_are_there() { # HOST EVENTS
    local path n=0
    while read -r path; do
        same "$path 200" "$path $(status_of "$1" "$path")" || return
        n=$((n + 1))
    done < <(sed -n 's/^data: \({.*\)/\1/p' <<<"$2" | jq -r '.. | strings | select(startswith("/"))' | sort -u)
    ((n > 3))
}

the_guest_answers() { # HOST PATH: where films are asked for
    local name=$1 events video
    fact "$name: cases" same 'film /films/api/cases/film/poster' "$(get "$name" /films/api/cases | jq -r '.cases[0] | "\(.id) \(.poster)"')"
    fact "$name: the tutorial's clock" holds '^data: Message 1' "$(get "$name" '/api/events?count=1' -N)"
    fact "$name: its clock below the prefix" holds '^data: Message 1' "$(get "$name" '/films/api/events?count=1' -N)"
    events=$(get "$name" "$2?caseId=film" -N)
    video=$(sed -n 's/^data: var finalVideo //p' <<<"$events")
    fact "$name: a film is made" holds '^/films/media/[0-9a-f]+/final.mp4$' "$video"
    fact "$name: nginx serves it" same '200 video/mp4' "$(get "$name" "$video" -o "$private/film.mp4" -w '%{http_code} %{content_type}')"
    fact "$name: it plays to its end" ffmpeg -v error -i "$private/film.mp4" -f null - </dev/null
    fact "$name: its playlist plays to its end" plays_below "$name" "$events"
    fact "$name: all files that its events name are there" files_are_there "$name" "$events"
    fact "$name: its page" holds '<title>casecast</title>' "$(get "$name" /films/)"
    fact "$name: its folder without a slash" same "308 /films/" "$(get "$name" /films -o /dev/null -w '%{http_code} %{redirect_url}' | sed 's|http://[^/]*||')"
    fact "$name: what a page loads" holds javascript "$(get "$name" /films/js/gallery.js -o /dev/null -w '%{content_type}')"
    fact "$name: a page that is not there" holds 'href="/films/style.css"' "$(get "$name" /films/none)"
    fact "$name: it is 404" same 404 "$(status_of "$name" /films/none)"
    fact "$name: the page of operators" same 200 "$(status_of "$name" /films/operators)"
    fact "$name: errors are ours" same '404 application/problem+json' "$(get "$name" /films/api/none -o /dev/null -w '%{http_code} %{content_type}')"
}

secrets_are_on() { [[ $(get one.example.org /films/api/cases | jq '.cases[0].poster') == null ]]; }
a_secret_is_asked_for() {
    local job secret video
    export CASECAST_SECRET_KEY='a key for this test only'
    responders_start
    wait_for 20 secrets_are_on
    job=$(get one.example.org /films/api/jobs -H 'Content-Type: application/json' -d '{"caseId":"film"}')
    secret=$(jq -r .clientSecret <<<"$job")
    fact 'the stream of a job is named below the prefix' holds '^/films/api/jobs/[a-z0-9]+/events$' "$(jq -r .events <<<"$job")"
    video=$(get one.example.org "$(jq -r .events <<<"$job")?client_secret=$secret" -N -D "$private/head" | sed -n 's/^data: var finalVideo //p')
    fact 'the secret is a cookie for the folder below the prefix' holds '^Set-Cookie: casecast_secret=.*; Path=/films/media/secret/' "$(cat "$private/head")"
    fact 'its film is refused without the secret' same 403 "$(status_of one.example.org "$video")"
    fact 'its film is there with it' same 200 "$(status_of one.example.org "$video?client_secret=$secret")"
    fact 'no log of the host has the secret' lacks "$secret" "$(cat "$host"/*.log)"
}

host_make one.example.org two.example.org
responders_start
fact 'nginx takes the guest beside all of it' host_nginx -t
fact 'nginx has nothing to warn of' lacks '\[(warn|emerg)\]' "$(host_nginx -t 2>&1)"
host_nginx
trap 'host_stop; private_end' EXIT
wait_for 20 is_up
case_put film 1
the_host_is_as_before
the_guest_answers one.example.org /create/video
the_guest_answers two.example.org /films/create/video
a_secret_is_asked_for
fact 'the log of the guest has no argument' lacks 'caseId|\?' "$(cut -d'"' -f1 "$host/casecast.log")"
facts_end
