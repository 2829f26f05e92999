# machines.sh - several machines in a network of their own (net.sh), each with nginx and responders, a shared folder of
# videos, and one database.  Sourced after net.sh.
# shellcheck shell=bash disable=SC2034,SC2154
#
#     rig_make; machine_up m1 1; machine_up m2 2      # then http://10.77.0.1/ from inside the network
#
# Files outside the network:
#
#     $private/photos/        the media root
#     $private/NAME/log/      logs of a machine
#     $(shared)/casecast/     media and cache of all machines

RIG_VIEWERS=200 # the number of the viewers' host

rig_make() { # [NAME=VALUE…]: settings of all machines
    local name
    for name in $(compgen -e CASECAST_); do
        [[ $name == CASECAST_BUILD || $name == CASECAST_TEST_* ]] || unset "$name"
    done
    private=$(mktemp -d "${TMPDIR:-/tmp}/casecast-machines.XXXXXX")
    chmod 711 "$private"
    trap rig_end EXIT
    trap 'exit 130' INT TERM HUP
    program=$(program_in "$(realpath "${CASECAST_BUILD:-$root/build}")")
    rig_settings=(CASECAST_OUTPUT=/srv/casecast/media CASECAST_CACHE=/srv/casecast/cache CASECAST_LOG=stderr
        "CASECAST_MEDIA_ROOT=$private/photos" "$@")
    ! declare -F disk_make >/dev/null || disk_make # before the hosts, so that they have it
    net_make
    mkdir -p "$(shared)/casecast/media" "$(shared)/casecast/cache"
    host_make viewers "$RIG_VIEWERS"
}

# What a failed test leaves to read goes to $CASECAST_BUILD/machines.
rig_end() {
    local status=$? kept
    background_end
    net_end
    if ((status)) && [[ -d ${private-} ]]; then
        kept=${CASECAST_BUILD:-$root/build}/machines
        rm -rf "$kept" && mkdir -p "$kept"
        cp -r "$private"/* "$kept/" 2>/dev/null
        say "logs, databases and the viewers' events are in $kept"
    fi
    [[ -z ${database_folder-} ]] || umount -l "$database_folder" 2>/dev/null
    rm -rf "${private:-/nowhere}"
    exit "$status"
}

declare -A host_processes=() # NAME: how many responders, if it isn't as many as the others

# Every machine has the same settings, as in nginx/README.md, and its host name.
machine_up() { # NAME NUMBER [NAME=VALUE…]
    host_make "$1" "$2"
    mkdir -p "$private/$1"
    machine_responder "$1" "${@:3}"
    machine_run "$1" "${@:3}" || fail "machine $1 did not start"
}

machine_run() { # NAME [NAME=VALUE…]
    host_run "$1" env "${rig_settings[@]}" ${host_processes[$1]+"CASECAST_PROCESSES=${host_processes[$1]}"} "${@:2}" \
        "$root/tests/kit/rig/machine.sh" "$private/$1" "$private/$1/responder"
}

machine_nginx() { # NAME [ARGUMENT…]
    host_run "$1" env -C "$private/$1" nginx -p "$private/$1/" -e log/nginx-error.log -c run/nginx.conf "${@:2}" >/dev/null 2>&1
}
machine_has_no_nginx() { ! pgrep --ns "${host_holder[$1]}" --nslist pid -x nginx >/dev/null; }

# As a unit's stop: multiwatch tells its responders, and starts none again.
machine_ask_to_stop() { pkill -TERM --ns "${host_holder[$1]}" --nslist pid -x multiwatch || true; }
machine_has_stopped() { [[ -z $(machine_responders "$1") ]]; }

# The clock and the fonts are those of the responders alone: the program gets them from a script.
#
# RIG_CLOCK=+1h   the wall clock is an hour fast.  Times of files are not changed, nor is the monotonic clock
# RIG_CLOCK_FILE=…   the same by the text of this file, which is read again each second
# RIG_FONTS=…     the folder of the machine's fonts: another engine
machine_responder() { # NAME [NAME=VALUE…]
    local setting fonts='' clock='' preload
    preload=$(printf 'export LD_PRELOAD=%s FAKETIME_DONT_FAKE_MONOTONIC=1 NO_FAKE_STAT=1' /usr/lib/*/faketime/libfaketimeMT.so.1)
    for setting in "${@:2}"; do
        case $setting in
            RIG_CLOCK=*) clock=FAKETIME=${setting#*=} ;;
            RIG_CLOCK_FILE=*) clock="FAKETIME_TIMESTAMP_FILE=${setting#*=} FAKETIME_CACHE_DURATION=1" ;;
            RIG_FONTS=*) fonts=${setting#*=} ;;
        esac
    done
    {
        printf '#!/bin/sh\n'
        [[ -z $clock ]] || printf '%s %s\n' "$preload" "$clock"
        [[ -z $fonts ]] || printf 'export FONTCONFIG_FILE=%s\n' "$(machine_fonts "$fonts")"
        printf 'exec %q "$@"\n' "$program"
    } >"$private/$1/responder"
    chmod 755 "$private/$1/responder"
}

machine_fonts() { # FOLDER: prints a configuration of fontconfig that knows this folder alone
    local file=$private/fonts.conf # one file for all machines, as its path and its time are part of the engine
    [[ -e $file ]] ||
        printf '<?xml version="1.0"?><fontconfig><dir>%s</dir><cachedir>%s</cachedir></fontconfig>\n' "$1" "$private/fonts" >"$file"
    printf '%s\n' "$file"
}

machine_url() { printf 'http://%s' "$(host_address "$1")"; }

# One responder of the machine, for any number; multiwatch starts another.
machine_responders() { pgrep --ns "${host_holder[$1]}" --nslist pid -f '/casecast serve$'; } # with multiwatch
machine_processes() { # NAME
    local pid
    for pid in $(machine_responders "$1"); do
        [[ $(cat "/proc/$pid/comm" 2>/dev/null) != casecast ]] || printf '%s\n' "$pid"
    done
}
machine_kill_responder() { # NAME NUMBER
    local pids
    mapfile -t pids < <(machine_processes "$1")
    ((${#pids[@]} == 0)) || kill -KILL "${pids[$2 % ${#pids[@]}]}" 2>/dev/null || true
}

# A client's request from inside the network.
rig_curl() { host_run viewers curl -sS --max-time 10 "$@"; }

# --- PostgreSQL ---------------------------------------------------------------------------------------------------

PG_NUMBER=100
PG_STANDBY_NUMBER=101
pg_host=db # where the server is now
PG_SLOW_PORT=5499
PG_SLOW_MS=40 # each way

# A server in a host of its own, which listens to the network; this test reaches it over its socket, too.
pg_host_make() {
    local password=$SRANDOM$SRANDOM name
    host_make db "$PG_NUMBER"
    host_prefix db
    host_make standby "$PG_STANDBY_NUMBER"
    pg_user=("${pg_as[@]}")
    pg_as=("${in_host[@]}" "${pg_user[@]}")
    pg_start || fail "PostgreSQL did not start: $(tail -n 5 "$private"/pg/log "$private/initdb.log" 2>&1)"
    printf 'host all all %s.0/24 scram-sha-256\n' "$NET" >>"$pg_folder/data/pg_hba.conf"
    printf "listen_addresses = '*'\n" >>"$pg_folder/data/postgresql.conf"
    pg_sql "CREATE ROLE casecast LOGIN PASSWORD '$password'"
    (umask 077 && printf '*:*:*:casecast:%s\n' "$password" >"$private/pgpass")
    pg_restart
    printf '%s\n' "$pg_folder" >"$private/pg-now"
    for name in db standby; do
        host_prefix "$name"
        "${in_host[@]}" node "$root/tests/kit/rig/slow.mjs" "$PG_SLOW_PORT" 5432 "$PG_SLOW_MS" </dev/null >"$private/slow-$name.log" 2>&1 &
    done
}

# The functions of postgres.sh go on with the server of this host.
pg_use() { # db|standby
    pg_host=$1
    pg_folder=$private/pg
    [[ $1 == db ]] || pg_folder=$private/pg-$1
    host_prefix "$1"
    pg_as=("${in_host[@]}" "${pg_user[@]}")
    printf '%s\n' "$pg_folder" >"$private/pg-now"
}
pg_other() { [[ $pg_host == db ]] && echo standby || echo db; }

# A synchronous standby on the other host, so that a fail-over loses nothing.
pg_standby_make() {
    local was=$pg_host other source=$pg_folder
    other=$(pg_other)
    pg_use "$other"
    pg_ctl -m immediate stop 2>/dev/null || true
    rm -rf "$pg_folder"
    pg_folder_make "$pg_folder" &&
        "${pg_as[@]}" "$pg_bin/pg_basebackup" -d "host=$source user=owner" -D "$pg_folder/data" -R -X stream -c fast --no-sync &&
        pg_again "cluster_name=standby" || fail "no standby: $(tail -n 5 "$pg_folder/log")"
    pg_use "$was"
    pg_sql "ALTER SYSTEM SET synchronous_standby_names = 'standby'" 'SELECT pg_reload_conf()' >/dev/null
    wait_for 20 pg_is_synchronous || fail 'the standby does not follow'
}
pg_is_synchronous() { [[ $(pg_sql "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1 ]]; }

# The server dies at once, and its standby takes its place.
pg_fail_over() {
    local pids
    pids=$(pgrep --ns "${host_holder[$pg_host]}" --nslist pid -x postgres)
    # shellcheck disable=SC2086
    kill -KILL $pids
    rm -f "$pg_folder/data/postmaster.pid"
    pg_use "$(pg_other)"
    pg_ctl -w promote
}

# New connections of the machines go the slow way, or do not any more.
pg_way_slow() {
    nsenter -t "${host_holder[$pg_host]}" -n -- nft "
        add table ip slow
        add chain ip slow prerouting { type nat hook prerouting priority -100; }
        add rule ip slow prerouting tcp dport 5432 redirect to :$PG_SLOW_PORT"
}
pg_way_fast() { nsenter -t "${host_holder[$pg_host]}" -n -- nft delete table ip slow; }
