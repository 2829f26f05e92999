# stack.sh - one site: responders under spawn-fcgi and multiwatch, an nginx of their own in front, and a folder for all
# their files.  Sourced after lib.sh, by up, down and the tests.
# shellcheck shell=bash disable=SC2086,SC2154
#
#     state/run/     sockets, process records, the nginx configuration
#     state/log/     casecast.log, nginx-access.log, nginx-error.log
#     state/media/   finished videos, which nginx serves
#     state/casecast.db

stack_use() { # STATE PORT PROGRAM
    mkdir -p "$1/run" "$1/log" "$1/media"
    state=$(cd "$1" && pwd)
    port=$2
    program=$3
    export CASECAST_CONFIG=${CASECAST_CONFIG:-/dev/null} # not the file of the service on this machine
    export CASECAST_DB=${CASECAST_DB:-$state/casecast.db}
    export CASECAST_MEDIA_ROOT=${CASECAST_MEDIA_ROOT:-/usr/share/backgrounds}
    export CASECAST_OUTPUT=$state/media
    export CASECAST_CACHE=$state/cache
    export CASECAST_LOG=stderr
}

stack_url() { printf 'http://127.0.0.1:%s' "$port"; }

stack_start() {
    port_check
    responders_start
    nginx_start
    stack_wait
}

stack_stop() {
    nginx_stop
    responders_stop
}

stack_wait() {
    local deadline=$((SECONDS + 20))
    until curl -fs -o /dev/null --max-time 5 "$(stack_url)/api/health/ready"; do
        ((SECONDS < deadline)) || fail "casecast isn't ready after 20 s.  The end of $state/log/casecast.log:
$(tail -n 12 "$state/log/casecast.log" 2>/dev/null)"
        sleep 0.1
    done
}

# --- Processes ----------------------------------------------------------------------------------------------
#
# The number in a pid file may belong to another process by now.  So each record holds the number, the time when the
# process began, and the boot.  A process gets a signal only if all three are right.

process_began() { # PID
    local stat
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -ra stat <<<"${stat##*) }"
    [[ ${stat[0]} != Z ]] || return 1
    printf '%s\n' "${stat[19]}"
}

boot() { cat /proc/sys/kernel/random/boot_id; }

process_note() { # NAME PID
    printf '%s %s %s\n' "$2" "$(process_began "$2")" "$(boot)" >"$state/run/$1.process"
}

process_pid() { # NAME; prints its number, if it lives and is the process of the record
    local pid began boot_id
    read -r pid began boot_id 2>/dev/null <"$state/run/$1.process" || return 1
    [[ $boot_id == "$(boot)" && $(process_began "$pid") == "$began" ]] || return 1
    printf '%s\n' "$pid"
}

# The processes that a killed leader left behind: workers of nginx, responders of multiwatch.  Both lead a session.
# Another session may have the same number since; the working folder shows which processes are ours.
process_orphans() { # NAME
    local session began boot_id pid
    read -r session began boot_id 2>/dev/null <"$state/run/$1.process" || return 0
    [[ $boot_id == "$(boot)" ]] || return 0
    for pid in $(ps -o pid= --sid "$session" 2>/dev/null); do
        [[ $pid == "$session" || $(readlink "/proc/$pid/cwd")/ != "$state"/* ]] || say "$pid"
    done
}

process_stop() { # NAME; removes the record when all its processes are gone
    local pids signal=TERM deadline=$((SECONDS + 10))
    while pids=$(process_pid "$1" || process_orphans "$1") && [[ -n $pids ]]; do
        ((SECONDS < deadline)) || signal=KILL
        kill -$signal $pids 2>/dev/null || true
        process_wait $pids
    done
    rm -f "$state/run/$1.process"
}

process_wait() { # PID…: until they are gone, for 10 s at most
    local pid deadline=$((SECONDS + 10))
    for pid; do
        while process_began "$pid" >/dev/null && ((SECONDS < deadline)); do sleep 0.05; done
    done
}

# Did the text change since the last call?
stamp_changed() { # NAME, text on stdin
    local now
    now=$(sha256sum)
    [[ $now != "$(cat "$state/run/$1.stamp" 2>/dev/null)" ]] || return 1
    printf '%s\n' "$now" >"$state/run/$1.stamp"
}

# --- Responders ---------------------------------------------------------------------------------------------

responders_stamp() {
    sha256sum "$program"
    env | grep '^CASECAST_' | grep -Ev '^CASECAST_(BUILD|NAMES|PORT|STATE|URL)=' | sort
}

responders_start() {
    if responders_stamp | stamp_changed responders; then
        responders_stop
    fi
    process_pid responders >/dev/null || responders_spawn
}

# spawn-fcgi opens the socket and forks.  It points stderr at /dev/null, so sh points it at the log again.  multiwatch
# restarts a responder that dies.  The name of the socket is relative, because it has a maximum length.  Without the
# tunable each responder would start itself again to set it.
responders_spawn() {
    process_stop responders
    # shellcheck disable=SC2016
    (cd "$state/run" && GLIBC_TUNABLES=glibc.malloc.hugetlb=1 quietly spawn-fcgi -s casecast.sock -M 0600 -b 4096 -P responders.pid -- \
        /bin/sh -c 'exec 2>>"$1"; shift; exec "$@"' responders "$state/log/casecast.log" \
        /usr/bin/multiwatch -f "${CASECAST_PROCESSES:-1}" -r 1000 -t 100 -s TERM -- "$program" serve) ||
        fail "spawn-fcgi could not start the responders"
    process_note responders "$(cat "$state/run/responders.pid")"
}

responders_stop() { process_stop responders; }

# --- nginx --------------------------------------------------------------------------------------------------

# By casecast itself: the responders may be another program.
nginx_print() {
    "$(program_in "${CASECAST_BUILD:-$root/build}")" nginx "$@" --log=off --media=media --pages=run/casecast/pages
}

nginx_site_make() {
    mkdir -p "$state/run/site"
    nginx_print routes >"$state/run/site/routes.conf" && nginx_print pages >"$state/run/site/pages.conf" ||
        fail "casecast can't print the configuration of nginx (see above)"
}

# The files of nginx, of which this site has its own editors.conf: who is on this machine may write cases.
nginx_link() {
    local folder=${nginx_folder:-$root/nginx} address # a test may have its own
    rm -rf "$state/run/casecast"
    mkdir "$state/run/casecast"
    ln -s "$folder"/* "$state/run/casecast/"
    rm -f "$state/run/casecast/editors.conf"
    for address in ${nginx_editors-127.0.0.0/8 ::1}; do printf '%s 1;\n' "$address"; done >"$state/run/casecast/editors.conf"
}

nginx_configure() {
    local user='' names=${CASECAST_NAMES-}
    ((EUID != 0)) || user='user root;' # the workers must enter the folders of the user who called the script
    [[ $names =~ ^[A-Za-z0-9.*\ -]*$ ]] ||
        fail "CASECAST_NAMES=$names: must be host names with spaces between them"
    nginx_link
    nginx_site_make
    sed -e "s/@PORT@/$port/" -e "s/@USER@/$user/" -e "s/@NAMES@/$names/" "$root/nginx/dev.conf" >"$state/run/nginx.conf"
}

# nginx keeps the memory of ended streams for the next ones, which open a seventh faster, in place of giving it back to
# the system page by page.
nginx_command() {
    (cd "$state" && GLIBC_TUNABLES=glibc.malloc.trim_threshold=268435456 quietly nginx -p "$state/" -e log/nginx-error.log -c run/nginx.conf "$@")
}

nginx_start() {
    nginx_configure
    nginx_command -t || fail "nginx refuses its configuration (see above)"
    if ! process_pid nginx >/dev/null; then
        process_stop nginx
        nginx_command || fail "nginx did not start (see above)"
        process_note nginx "$(cat "$state/run/nginx.pid")"
        nginx_stamp | stamp_changed nginx || true
    elif nginx_stamp | stamp_changed nginx; then
        kill -HUP "$(process_pid nginx)"
    fi
}

nginx_stamp() { cat "$state"/run/nginx.conf "$state"/run/{casecast,site}/*.conf; }

nginx_stop() { process_stop nginx; }

port_is_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

port_is_ours() {
    process_pid nginx >/dev/null && grep -q "listen 127.0.0.1:$port " "$state/run/nginx.conf"
}

port_check() {
    port_is_ours || ! port_is_taken "$port" ||
        fail "port $port is taken by another program.  Choose another port: CASECAST_PORT=$((port + 1)) $0"
}
