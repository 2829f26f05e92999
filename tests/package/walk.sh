#!/usr/bin/env bash
# walk.sh - what a person does with the package: installs it, makes a video behind nginx, uses a terminal, changes to
# sockets of systemd, upgrades, removes and purges.  boot.sh runs it.
#
#     walk.sh casecast_VERSION_ARCHITECTURE.deb
# shellcheck disable=SC2016
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/kit/tap.sh
. "$here/../kit/tap.sh"
package=$1
export DEBIAN_FRONTEND=noninteractive HOME=/root LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
host=video.example.org
RESTART_ROUNDS=${RESTART_ROUNDS:-3}
cd /

as_casecast() { setpriv --reuid=casecast --regid=casecast --init-groups env -C /var/lib/casecast "$@"; }
site() { curl -sk --max-time 60 --resolve "$host:443:127.0.0.1" "${@:2}" "https://$host$1"; } # PATH [OPTION…]
status_of() { site "$1" -o /dev/null -w '%{http_code}'; }
is_ready() { [[ $(status_of /api/health/ready) == 200 ]]; }

wait_for() { # SECONDS COMMAND…
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

# --- installing -----------------------------------------------------------------------------------------------

installed() { dpkg -i "$package" && dpkg --audit && systemctl is-active casecast.service; }

interface_is_there() {
    local folder=/usr/share/casecast/interface
    grep -q '^openapi: 3.2' "$folder/openapi.yaml" && jq -e . "$folder/cases.schema.json" "$folder/events.schema.json" >/dev/null &&
        jq -e '.panels | length > 0' /usr/share/doc/casecast/examples/monitoring/dashboard.json
}

are_processes() { same "$1" "$(pgrep -c -u casecast -f '^/usr/bin/casecast serve$')"; }
are_running() { are_processes "$1" >/dev/null; }
is_confined() { # what systemd took from the processes
    local pid
    pid=$(pgrep -u casecast -f '^/usr/bin/casecast serve$' | head -n 1)
    same '0000000000000000 1 2' "$(awk '/^(CapBnd|NoNewPrivs|Seccomp):/ { printf "%s%s", gap, $2; gap = " " }' "/proc/$pid/status")"
}
socket_is() { same "$1" "$(stat -c '%U %G %a' /run/casecast/casecast.sock)"; }

exposure() { systemd-analyze security --offline=true "/lib/systemd/system/$1" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p'; }
is_hard() { awk -v level="$(exposure "$1")" 'BEGIN { exit !(level != "" && level <= 2.0) }' || exposure "$1"; }
units_are_right() { systemd-analyze verify /lib/systemd/system/casecast{.service,.socket,@1.service} 2>&1 | grep -i casecast; }

# Commands of the help that have no page.
unpaged() {
    casecast --help | sed -n '/^usage/,/COMMAND --help/s/^  \([a-z]*\).*/\1/p' | while read -r command; do
        man -w "casecast-$command" >/dev/null 2>&1 || printf '%s\n' "$command"
    done
    for page in casecast casecast.conf casecast-case casecast-kind; do man -w "$page" >/dev/null || printf '%s\n' "$page"; done
}

# --- a site ---------------------------------------------------------------------------------------------------

# A site beside what is enabled already.
site_made() {
    mkdir -p "/etc/letsencrypt/live/$host" &&
        openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$host" \
            -keyout "/etc/letsencrypt/live/$host/privkey.pem" -out "/etc/letsencrypt/live/$host/fullchain.pem" 2>/dev/null &&
        casecast nginx site --name="$host" --tls --http2 >/etc/nginx/sites-enabled/casecast.conf &&
        nginx -t && systemctl start nginx.service
}

case_imported() {
    cp "$here/../../nginx/screenshot.jpg" /var/lib/casecast/photos/ && chmod 0644 /var/lib/casecast/photos/screenshot.jpg
    cat >/run/walk.json <<'END'
{"cases": [{"id": "1", "title": "A walk", "language": "en", "size": "720p", "quality": "draft",
  "scenes": [{"image": "screenshot.jpg", "caption": "Installed", "narration": "It is installed."}]}]}
END
    as_casecast casecast import /run/walk.json
}

video_made() {
    local stream video
    stream=$(site '/create/video?caseId=1' -N)
    video=$(sed -n 's/^data: var finalVideo //p' <<<"$stream")
    [[ -n $video ]] || { printf '%s\n' "$stream"; return 1; }
    same '200 video/mp4' "$(site "$video" -o /run/film.mp4 -w '%{http_code} %{content_type}')"
}

# --- a terminal -----------------------------------------------------------------------------------------------

setting() { casecast config --json | jq -r --arg name "$1" 'select(.name == $name) | "\(.value) \(.from)"'; }

# With all examples of the file in force.
examples_are_settings() {
    sed 's/^#\(CASECAST_\)/\1/' /etc/casecast/casecast.conf >/run/examples.conf
    same "$(grep -c '^CASECAST_' /run/examples.conf)" \
        "$(CASECAST_CONFIG=/run/examples.conf casecast config --json | grep -c '"from":"file"')"
}

fish_completes() { fish -c "complete -C '$1'" | cut -f 1 | tr '\n' ' '; } # LINE

# --- kinds of job ---------------------------------------------------------------------------------------------

kinds_chosen() {
    mkdir /srv/kinds && printf 'CASECAST_KINDS=/srv/kinds\n' >>/etc/casecast/casecast.conf &&
        systemctl restart casecast.service && wait_for 20 is_ready
}
kind_put() { printf '[Kind]\nSubject=greetId\nCommand=echo %s\n' "$1" >/srv/kinds/greet.kind; } # WORD
told() { same "$1" "$(journalctl -q -u 'casecast*' -o cat | grep -c "$2")"; } # TIMES TEXT
reloads() { # WORD TIMES TEXT UNIT…
    kind_put "$1" && systemctl reload "${@:4}" && wait_for 20 told "$2" "$3" >/dev/null &&
        holds "^data: $1" "$(site "/create/greet?greetId=$1" -N)"
}

# --- sockets of systemd ---------------------------------------------------------------------------------------

sockets_chosen() {
    systemctl disable --now casecast.service && systemctl enable --now casecast.socket casecast@1.service casecast@2.service &&
        wait_for 20 is_ready
}

# systemd itself may fail to enter a cgroup so soon after it was left (219/CGROUP); it starts the service again after a
# second, and no connection is refused meanwhile.
restart() { systemctl restart "$@" 2>/dev/null || explains_itself "$(systemctl status --no-pager "$@" 2>&1)"; }
explains_itself() { grep -q 'status=219/CGROUP' <<<"$1" || printf '%s\n' "$1"; }
restart_sockets() { # one after the other, and both at once
    restart casecast@1.service
    restart casecast@2.service
    restart casecast@1.service casecast@2.service
}
# The first restart ends processes that answer, the second one those that have just begun.
restart_service() {
    wait_for 20 is_ready && restart casecast.service && wait_for 20 are_running 4 && restart casecast.service ||
        echo 'it did not come back'
}
restart_in_rounds() { # ROUNDS COMMAND
    local round
    for ((round = 0; round < $1; round++)); do "$2"; done
    touch /run/restarted
}

# While they restart: 20 requests at once, and streams.  Prints what is wrong, and how many answers there were.
load_answers() {
    until [[ -e /run/restarted ]]; do
        site '/api/cases?[1-200]' -Z --parallel-max 20 -o /dev/null -w '%{http_code}\n' 2>/dev/null
    done
}
load_streams() { until [[ -e /run/restarted ]]; do site '/api/events?count=1&run=[1-20]' -Z --parallel-max 4 2>/dev/null; done; }
restarts_under_load() { # ROUNDS COMMAND
    local began logged
    rm -f /run/restarted
    logged=$(wc -l </var/log/nginx/casecast.log)
    load_answers >/run/answers &
    load_streams >/run/streams &
    restart_in_rounds "$1" "$2" >/run/restarts 2>&1
    wait
    began=$(journalctl -q -u 'casecast*' -o cat --grep 'Started casecast' | wc -l)
    printf '# %s: %d answers and %d streams over %d rounds of restarts, %d starts so far\n' "$2" "$(grep -c '^200$' /run/answers)" \
        "$(grep -c '^data: finished' /run/streams)" "$1" "$began" >>/run/notes
    cat /run/restarts
    grep -v '^200$' /run/answers | sort | uniq -c
    tail -n "+$((logged + 1))" /var/log/nginx/casecast.log |
        grep ' 503 ' | grep -v ' /api/health/ready ' | tail -n 3 # upstream: what the responder said, if one did
    grep 'no responder' /run/streams | sort | uniq -c
}
under_load() { same '' "$(restarts_under_load "$1" "$2")" && grep -q '^200$' /run/answers && grep -q '^data: finished' /run/streams; }

property() { systemctl show --value -p "$1" casecast@1.service; }
says_status() { [[ $(property StatusText) == "$1" ]]; }
is_up_again() { (($(property NRestarts) > 0)) && [[ $(property ActiveState) == active ]]; }
watchdog_set() { # SECONDS
    mkdir -p /run/systemd/system/casecast@.service.d
    printf '[Service]\nWatchdogSec=%s\n' "$1" >/run/systemd/system/casecast@.service.d/watchdog.conf
    systemctl daemon-reload && systemctl restart casecast@1.service
}
stands_still() { # a process whose loop stands still
    watchdog_set 3 && kill -STOP "$(property MainPID)" && wait_for 30 is_up_again
    watchdog_set 60
    journalctl -q -u casecast@1.service -o cat --grep 'Watchdog timeout'
}

# --- upgrade and end ------------------------------------------------------------------------------------------

service_chosen() {
    systemctl disable --now casecast.socket casecast@1.service casecast@2.service && systemctl enable --now casecast.service &&
        wait_for 20 is_ready
}

# The next version, which differs in its number alone.
next_packed() {
    dpkg-deb -R "$package" /run/next && sed -i 's/^Version: .*/&+next/' /run/next/DEBIAN/control &&
        dpkg-deb -Znone -b /run/next /run/next.deb
}

job_of() { as_casecast casecast jobs --json | jq -r --arg case "$1" 'select(.subject == $case) | "\(.id) \(.state)"'; } # CASE

# A video is being made, by the job in /run/job.
half_made() {
    jq -n '{cases: [{id: "2", title: "A long walk", language: "en", size: "2160p",
        scenes: [range(6) | {image: "screenshot.jpg", caption: "Step \(.)"}]}]}' >/run/long.json
    as_casecast casecast import /run/long.json || return
    site '/create/video?caseId=2' -N --max-time 240 >/run/half &
    wait_for 60 grep -q '^event: scene' /run/half && job_of 2 >/run/job && holds ' running$' "$(cat /run/job)"
}
upgraded() {
    sed -i 's/^#CASECAST_SLOTS=2/CASECAST_SLOTS=1/' /etc/casecast/casecast.conf
    dpkg -i /run/next.deb && wait_for 20 is_ready &&
        same "$(sed -n 's/^Version: //p' /run/next/DEBIAN/control)" "$(dpkg-query -W -f '${Version}' casecast)"
}
video_goes_on() {
    holds '^data: finished_video' "$(site '/create/video?caseId=2' -N --max-time 240)" && same "$(sed 's/running/done/' /run/job)" "$(job_of 2)"
}
jobs_done() { as_casecast casecast jobs --json | jq -r 'select(.kind == "video").state'; }
data_is_there() { [[ -e /var/lib/casecast/db/casecast.db && -n $(ls /var/lib/casecast/media) ]]; }
is_gone() { [[ ! -e $1 ]]; }
removed() { dpkg --remove casecast && is_gone /usr/bin/casecast && ! pgrep -u casecast -f 'casecast serve'; }
purge_asks() { # ANSWER
    dpkg -i "$package" && echo "casecast casecast/remove-data boolean $1" | debconf-set-selections && dpkg --purge casecast
}

fact 'the package is installed and its service runs' installed
fact 'the interface is there as files' interface_is_there
fact 'the socket belongs to nginx and the service' wait_for 10 socket_is 'casecast www-data 660'
fact 'four processes answer' wait_for 10 are_processes 4
fact 'systemd confines them' is_confined
fact 'the units are right' same '' "$(units_are_right)"
fact 'casecast.service is at most 2.0 exposed' is_hard casecast.service
fact 'casecast@.service is at most 2.0 exposed' is_hard casecast@.service
fact 'every command and format has its page' same '' "$(unpaged)"

fact 'a site of its own works beside what is enabled' site_made

fact 'the site is ready' wait_for 20 is_ready
fact 'its pages are there' holds '<title>' "$(site /)"
fact 'a case is imported by the user of the service' case_imported
fact 'the confined service makes its video, and nginx serves it' video_made

fact 'the terminal has the settings of the service' same '/var/lib/casecast/db/casecast.db file' "$(setting CASECAST_DB)"
fact 'every example of casecast.conf is a setting' examples_are_settings
fact 'the environment wins' same '3 environment' "$(CASECAST_SLOTS=3 setting CASECAST_SLOTS)"
fact 'the terminal sees the job' same 'done' "$(jobs_done)"
fact 'fish completes commands' same 'cancel cases check config create ' "$(fish_completes 'casecast c')"
fact 'fish completes words of an option' same 'canceled ' "$(fish_completes 'casecast jobs --state c')"
fact 'zsh completes a command' same 'casecast machines' "$(timeout 20 "$here/complete.zsh" 'casecast mach')"
fact 'zsh completes an option' same 'casecast jobs --state' "$(timeout 20 "$here/complete.zsh" 'casecast jobs --sta')"
fact 'zsh completes its word' same 'casecast jobs --state failed' "$(timeout 20 "$here/complete.zsh" 'casecast jobs --state fa')"

fact 'a folder of kinds is chosen' kinds_chosen
fact 'a reload of the service tells its four processes of a new kind' reloads hello 4 'kind greet: new' casecast.service
fact "no request fails in $RESTART_ROUNDS rounds of restarts of casecast.service under load" under_load "$RESTART_ROUNDS" restart_service
fact 'processes on a socket of systemd answer' sockets_chosen
fact 'that socket is for nginx alone' socket_is 'www-data www-data 600'
fact 'systemd knows what they do' wait_for 20 says_status '0 jobs run here, 0 streams are open'
fact 'a reload tells them of a changed kind' reloads goodbye 2 'kind greet: changed' casecast@1.service casecast@2.service
fact "no request fails in $RESTART_ROUNDS rounds of restarts of these under load" under_load "$RESTART_ROUNDS" restart_sockets
cat /run/notes
fact 'a process that stands still is ended and started again' stands_still

fact 'a service takes the place of the sockets' service_chosen
fact 'there is a newer version' next_packed
fact 'a video is being made' half_made
fact 'an upgrade begins meanwhile' upgraded
fact 'the video is finished, as the same job' video_goes_on
fact 'an upgrade keeps changed settings' same '1 file' "$(setting CASECAST_SLOTS)"
fact 'an upgrade keeps jobs' same 'done done' "$(jobs_done | xargs)"
fact 'a removal ends the service' removed
fact 'a removal keeps data' data_is_there
fact 'a purge keeps data if it is answered no' purge_asks false
fact 'the data is there' data_is_there
fact 'a purge removes data if it is answered yes' purge_asks true
fact 'the videos are gone' is_gone /var/lib/casecast
fact 'the settings are gone' is_gone /etc/casecast
facts_end
