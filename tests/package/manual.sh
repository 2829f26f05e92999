#!/usr/bin/env bash
# manual.sh - takes the steps of the manual of nginx, block by block as they stand there, as a person on a fresh Debian:
# the package, a site that is there, a site of its own with TLS and HTTP/2, the first video.  boot.sh runs it.
#
#     manual.sh casecast_VERSION_ARCHITECTURE.deb       with the steps in /srv/walk/steps
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/kit/tap.sh
. "$here/../kit/tap.sh"
package=$1
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
home=/home/person
host=video.example.org
cd /

# --- who takes the steps ----------------------------------------------------------------------------------------

# A person with sudo, who has the package and a photo.
person_made() {
    printf '127.0.0.1 localhost %s\n' "$(hostname)" >/etc/hosts
    useradd --create-home --shell /bin/bash --groups sudo person &&
        echo 'person ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/person &&
        cp "$package" "$home/" && cp "$here/../../nginx/screenshot.jpg" "$home/meadow.jpg"
}

as_person() { # FILE
    install -m 0644 "$1" /run/step && su - person -c 'bash -euo pipefail /run/step' </dev/null
}

# --- steps ------------------------------------------------------------------------------------------------------

step_run() { # STEP
    case "$(cat "$1/kind") $(cat "$1/word")" in
    'sh walk') as_person "$1/code" >"$said" 2>&1 ;;
    'json '*) cp "$1/code" "$home/$(cat "$1/word")" ;;
    'nginx http') cp "$1/code" "/etc/nginx/sites-enabled/$(basename "$1").conf" ;;
    esac || { cat "$said"; return 1; }
}

is_step() { [[ "$(cat "$1/kind") $(cat "$1/word")" == @('sh walk'|'json '*|'nginx http') ]]; }

# --- what is there then -----------------------------------------------------------------------------------------

site() { curl -sk --max-time 60 --http2 --resolve "$host:443:127.0.0.1" "${@:2}" "https://$host$1"; } # PATH [OPTION…]
answers() { [[ $(curl -s -o /dev/null -w '%{http_code}' -H "Host: $host" "http://127.0.0.1:8081$1") == "$2" ]]; } # PATH STATUS
film_is_served() {
    local film
    film=$(sed -n 's/^data: var finalVideo //p' "$said")
    [[ -n $film ]] || { cat "$said"; return 1; }
    same '2 200 video/mp4' "$(site "$film" -o /run/film.mp4 -w '%{http_version} %{http_code} %{content_type}')" &&
        same ftyp "$(head -c 8 /run/film.mp4 | tail -c 4)"
}

said=/run/said
fact 'casecast is not known here' test ! -e /usr/bin/casecast
fact 'a person has the package' person_made
for step in /srv/walk/steps/*/; do
    ! is_step "$step" || fact "nginx/README.md:$(cat "$step/line"): $(head -n 1 "$step/code" | cut -c 1-90)" step_run "$step"
done
fact 'the last step says that the video is finished' holds '^data: finished_video' "$(cat "$said")"
fact 'nginx serves the video over TLS and HTTP/2' film_is_served
fact 'the site that was there has the pages' answers / 200
fact 'it has the routes, too' answers /api/cases 200
fact 'port 80 redirects to the site of its own' same "308 https://$host/" \
    "$(curl -s -o /dev/null -w '%{http_code} %{redirect_url}' -H "Host: $host" http://127.0.0.1/)"
facts_end
