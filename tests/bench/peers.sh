# peers.sh - casecast and the peers it is compared with: how each is installed, started and requested.
# Sourced by streams after tests/kit/stack.sh; uses its nginx and process records.
# shellcheck shell=bash disable=SC2154
#
#     peers                 in the order of the tables; casecast-aligned is casecast with the messages of all streams
#                           due at the same instant, as a broadcast's are
#     peer_install PEER     installs what it needs; false if that fails
#     peer_start PEER       starts it behind a fresh nginx on $port
#     peer_path PEER N      prints the path of a stream of N messages, one a second
#     peer_is_broadcast PEER            true: one message goes to all streams (else each stream has its own)
#     peer_publish PEER N   publishes N messages, one a second, if the peer does not do so itself
#     peer_version PEER
#     peer_stop

peers=(casecast casecast-aligned nchan better-sse pushpin tutorial)
peers_home=$root/var/bench/peers # what npm installs

peer_install() {
    case $1 in
    casecast*) ;;
    nchan) packages_install bench-nchan ;;
    better-sse) packages_install bench-node && better_sse_install ;;
    pushpin) packages_install bench-pushpin ;;
    tutorial) packages_install bench-flask ;;
    esac
}

better_sse_install() {
    mkdir -p "$peers_home"
    cp "$bench"/peers/{package.json,package-lock.json,better-sse.js} "$peers_home/"
    (cd "$peers_home" && quietly npm ci --ignore-scripts --no-audit --no-fund)
}

peer_version() {
    case $1 in
    casecast*) git -C "$root" describe --always --dirty 2>/dev/null || echo 0.1.0 ;;
    nchan) package_version libnginx-mod-nchan ;;
    better-sse) say "$(jq -r .version "$peers_home/node_modules/better-sse/package.json"), Node $(node --version)" ;;
    pushpin) package_version pushpin ;;
    tutorial) say "Flask $(package_version python3-flask), $(/usr/bin/python3 --version)" ;;
    esac
}

package_version() { dpkg-query -W -f '${Version}' "$1" 2>/dev/null; }

peer_is_broadcast() { [[ $1 =~ ^(nchan|pushpin|tutorial)$ ]]; }

peer_path() {
    case $1 in
    nchan | pushpin) say /api/events ;;
    casecast-aligned) say "/api/events?count=$2&stamp=1&align=1" ;;
    *) say "/api/events?count=$2&stamp=1" ;;
    esac
}

peer_publish() {
    case $1 in
    nchan) publisher raw "$(stack_url)/publish" "$2" ;;
    pushpin) publisher grip "http://127.0.0.1:$control_port/publish/" "$2" ;;
    esac
}

publisher() { /usr/bin/python3 "$bench/peers/publish.py" "$1" "$2" "$3" 1; }

# --- Starting and stopping ----------------------------------------------------------------------------------

peer_start() {
    peer=$1
    if [[ $peer == casecast* ]]; then
        stack_start
        return
    fi
    rm -f "$state/run/app.sock"
    app_port=$(free_port)
    case $peer in
    better-sse) app_start app node "$peers_home/better-sse.js" "$state/run/app.sock" ;;
    pushpin) pushpin_start ;;
    tutorial) app_start app /usr/bin/python3 "$bench/peers/tutorial.py" "$app_port" ;;
    esac
    nginx_start
    peer_wait
}

peer_stop() {
    nginx_stop
    responders_stop
    app_stop app
    app_stop zurl
}

# Starts an application in a session of its own, as it may be several processes.
app_start() { # NAME COMMAND…
    local name=$1
    shift
    (cd "$state/run" && exec setsid "$@" >>"$state/log/$name.log" 2>&1 </dev/null) &
    sleep 0.3
    process_note "$name" $!
}

# Ends the application; kills processes of its session that have not ended after 5 s.
app_stop() { # NAME
    local pid family deadline=$((SECONDS + 5))
    pid=$(process_pid "$1") || return 0
    family=$(app_family "$1")
    process_stop "$1"
    while family=$(ps -o pid= -s "$pid") && [[ -n $family ]]; do
        ((SECONDS < deadline)) || xargs -r kill -KILL <<<"$family" 2>/dev/null
        sleep 0.1
    done
}

app_family() { # NAME: prints its processes
    local pid
    pid=$(process_pid "$1") || return 0
    ps -o pid= -s "$pid"
}

peer_wait() {
    local deadline=$((SECONDS + 20)) got
    until got=$(curl -sS -o /dev/null -w '%{http_code}' --max-time 0.3 -H 'Accept: text/event-stream' \
        "$(stack_url)$(peer_path "$peer" 1)" 2>/dev/null) || [[ $got == 200 ]]; do
        ((SECONDS < deadline)) || return 1
        sleep 0.2
    done
}

pushpin_start() {
    local run=$state/run
    control_port=$(free_port)
    sed -e "s:/var/run/zurl:$run:g" /usr/lib/pushpin/internal.conf >"$run/pushpin-internal.conf"
    sed -e "s:^include=.*:include=$run/pushpin-internal.conf:" -e "s:^rundir=.*:rundir=$run:" \
        -e "s:^http_port=.*:http_port=127.0.0.1\:$app_port:" -e "s:^logdir=.*:logdir=$state/log:" \
        -e "s:^routesfile=.*:routesfile=$run/pushpin-routes:" \
        -e "s:^push_in_spec=.*:push_in_spec=ipc\://$run/push-in:" \
        -e "s:^push_in_sub_specs=.*:push_in_sub_specs=ipc\://$run/push-in-sub:" \
        -e "s:^command_spec=.*:command_spec=ipc\://$run/command:" \
        -e "s:^push_in_http_port=.*:push_in_http_port=$control_port:" \
        -e 's:^message_rate=.*:message_rate=100000:' -e 's:^message_hwm=.*:message_hwm=100000:' \
        /usr/share/pushpin/pushpin.conf.condure >"$run/pushpin.conf"
    say "*,path_beg=/api,replace_beg=/origin/api 127.0.0.1:$port" >"$run/pushpin-routes"
    sed -e "s:/var/run/zurl:$run:g" -e 's:^deny=.*:deny=:' /etc/zurl.conf >"$run/zurl.conf"
    app_start zurl zurl --config="$run/zurl.conf"
    app_start app pushpin --config="$run/pushpin.conf"
}

# --- The measured processes ---------------------------------------------------------------------------------

peer_nginx_pids() { ps -o pid= --ppid "$(process_pid nginx)"; }

peer_app_pids() {
    if [[ $peer == casecast* ]]; then
        ps -o pid= -s "$(process_pid responders)"
    else
        app_family app
        app_family zurl
    fi
}

peer_watches() { # prints the load client's options for these processes
    local nginx app
    nginx=$(peer_nginx_pids | xargs | tr ' ' ,)
    app=$(peer_app_pids | xargs | tr ' ' ,)
    printf "%s\n" --watch "nginx=$nginx"
    [[ -z $app ]] || printf "%s\n" --watch "app=$app"
}

# nginx/dev.conf with the peer's locations, and with the module that nchan needs.
nginx_configure() {
    local user='' conf=$state/run/nginx.conf
    ((EUID != 0)) || user='user root;'
    ln -sfn "$root/nginx" "$state/run/casecast"
    nginx_site_make
    sed -e "s:@PORT@:$port:" -e "s:@USER@:$user:" -e "s:@NAMES@::" "$root/nginx/dev.conf" >"$conf"
    [[ $peer != casecast* ]] || return 0
    mkdir -p "$state/run/peers"
    cp "$bench/peers/tuned.conf" "$state/run/peers/"
    sed -e "s:@APP_PORT@:${app_port-}:" "$bench/peers/$peer.conf" >"$state/run/peers/peer.conf"
    sed -i 's:include site/\*.conf;:include peers/peer.conf;:' "$conf"
    [[ $peer != nchan ]] ||
        sed -i '1i load_module /usr/lib/nginx/modules/ngx_nchan_module.so;' "$conf"
}
