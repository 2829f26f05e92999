# net.sh - a network of its own for one test: a host is a set of namespaces (network, mounts, processes, host name), and
# a bridge joins the hosts.  Each process in a host dies with the host, and all hosts die with the test, even if the
# test is killed: the kernel then removes links, mounts and namespaces.
# shellcheck shell=bash disable=SC2154
#
#     net_make                          # the bridge, and the folder /srv that all hosts share
#     host_make m1 1                    # a host called m1 with the address 10.77.0.1
#     host_run m1 COMMAND…              # a command in it
#     link_cut m1 silent                # also: carrier, deaf, dumb
#     link_heal m1
#     host_kill m1                      # kill -9 of all its processes at once
#
# None of these may be called in a subshell: the hosts die with the process that made them.

NET=10.77.0
declare -A host_holder=() # NAME: the first process of its namespaces, as the test sees it
declare -A host_number=()

# Why no namespaces can be made here, or nothing.
net_impossible() {
    local missing
    ((EUID == 0)) || { printf 'it needs root\n'; return; }
    for missing in ip nft nsenter unshare setpriv; do
        command -v "$missing" >/dev/null || { printf 'there is no %s\n' "$missing"; return; }
    done
    # shellcheck disable=SC2016
    unshare --net --mount --uts --pid --fork --mount-proc -- \
        sh -c 'ip link add br0 type bridge && ip link add p1 type veth peer name p2' 2>&1 | head -n 1
}

# Starts the first process of a host, which reaps all others, and prints nothing: $holder is its number.
holder_start() { # COMMAND-PREFIX… (with `unshare` and its options as the last words)
    local parent deadline=$((SECONDS + 10))
    setpriv --pdeathsig KILL "$@" --fork --kill-child --mount-proc --propagation private -- \
        bash -c 'while :; do sleep 1000; done' </dev/null >/dev/null 2>&1 &
    parent=$!
    disown "$parent" # else bash reports its death
    until holder=$(pgrep -P "$parent") && [[ -r /proc/$holder/ns/pid ]]; do
        ((SECONDS < deadline)) || fail "no namespaces: $* did not start"
        sleep 0.01
    done
}

# The bridge stands in a host of its own.  Its /srv is a file system in memory, as a server of files would export it.
net_make() { # [SIZE OF /srv]
    holder_start unshare --net --mount --pid
    switch=$holder
    nsenter -t "$switch" -n -m -- sh -ec "
        mount -t tmpfs -o size=${1:-256m},mode=755 shared /srv
        ip link set lo up
        ip link add br0 type bridge
        ip link set br0 up"
}

shared() { printf '/proc/%s/root/srv\n' "$switch"; } # /srv, as a process outside the hosts reaches it

host_make() { # NAME NUMBER
    holder_start nsenter -t "$switch" -m -- unshare --net --mount --uts --pid
    host_holder[$1]=$holder
    host_number[$1]=$2
    # The same hardware address after each start: the others remember it.
    ip link add "p$2" netns "$switch" type veth peer name eth0 netns "$holder" \
        address "$(printf '02:00:00:00:00:%02x' "$2")"
    nsenter -t "$switch" -n -- ip link set "p$2" master br0 up
    host_run "$1" sh -ec "
        hostname $1
        ip link set lo up
        ip addr add $(host_address "$1")/24 dev eth0
        ip link set eth0 up"
}

host_address() { printf '%s.%s\n' "$NET" "${host_number[$1]}"; }
host_lives() { [[ -n ${host_holder[$1]-} && -d /proc/${host_holder[$1]} ]]; }

# A prefix, not a function, so that a background process has the number in $!:  "${in_host[@]}" COMMAND… &
host_prefix() { in_host=(nsenter -t "${host_holder[$1]}" -n -m -u -p --); } # NAME

host_run() { # NAME COMMAND…
    nsenter -t "${host_holder[$1]}" -n -m -u -p -- "${@:2}"
}

# The death of the first process takes all others with it.  The link goes with its namespace, later.
host_kill() { # NAME
    host_lives "$1" || return 0
    kill -KILL "${host_holder[$1]}"
    while host_lives "$1"; do sleep 0.01; done
    nsenter -t "$switch" -n -- ip link del "p${host_number[$1]}" 2>/dev/null || true
}

# All its processes are stopped, or go on.  Twice, because one may have forked meanwhile.
host_signal() { # NAME SIGNAL
    local pids
    for _ in 1 2; do
        pids=$(pgrep --ns "${host_holder[$1]}" --nslist pid) || return 0
        # shellcheck disable=SC2086
        kill -"$2" $pids 2>/dev/null || true
    done
}

host_pause() { host_signal "$1" STOP; }
host_wake() { host_signal "$1" CONT; }

# silent   the switch forwards nothing any more; both ends believe the cable is there
# carrier  the cable is pulled
# deaf     nothing reaches the host, but what it sends arrives
# dumb     the reverse
link_cut() { # NAME HOW
    local port=p${host_number[$1]}
    case $2 in
        silent) nsenter -t "$switch" -n -- ip link set "$port" nomaster ;;
        carrier) nsenter -t "$switch" -n -- ip link set "$port" down ;;
        deaf) link_drop "$1" oifname "$port" ;;
        dumb) link_drop "$1" iifname "$port" ;;
        *) fail "link_cut: $2: must be silent, carrier, deaf or dumb" ;;
    esac
}

link_drop() { # NAME DIRECTION PORT
    nsenter -t "$switch" -n -- nft "
        add table bridge cut_$1
        add chain bridge cut_$1 forward { type filter hook forward priority 0; }
        add rule bridge cut_$1 forward $2 $3 drop"
}

link_heal() { # NAME
    host_lives "$1" || return 0
    nsenter -t "$switch" -n -- ip link set "p${host_number[$1]}" master br0 up
    nsenter -t "$switch" -n -- nft delete table bridge "cut_$1" 2>/dev/null || true
}

# What the host opens below this path from now on, it may only read.  Files that are open stay open.
folder_forbid() { host_run "$1" mount --bind -o ro "$2" "$2"; } # NAME PATH
folder_allow() { ! host_lives "$1" || host_run "$1" umount -l "$2" 2>/dev/null || true; }

# The shared folder has no room left, for all hosts.
shared_fill() { dd if=/dev/zero of="$(shared)/filler" bs=1M status=none 2>/dev/null || true; }
shared_empty() { rm -f "$(shared)/filler"; }

net_end() {
    local pid
    for pid in "${host_holder[@]}" ${switch-}; do kill -KILL "$pid" 2>/dev/null || true; done
}
