#!/usr/bin/env bash
# peers.sh - FastCGI peers as nobody should be, straight on the responders' socket: they hold no thread for longer than
# five seconds, cost no memory, and everybody else is served.
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/spawned.sh
. "$(dirname "$0")/../../kit/spawned.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

# A sanitizer keeps what was freed for a while; less of it, so that memory can be measured there, too.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=2
private_stack CASECAST_RESPONDERS=4

peers() { # KIND [CONNECTIONS]: what became of them
    node "$kit/fcgi_peer.mjs" "$state/run/casecast.sock" "$@" | grep -v '^open$'
}

peers_start() { # KIND CONNECTIONS: in the background
    node "$kit/fcgi_peer.mjs" "$state/run/casecast.sock" "$1" "$2" >"$private/$1.peers" &
}

peers_stand() { wait_for 10 grep -qs '^open$' "$private/$1.peers"; }
peers_wait() { wait_for 30 grep -qs '^{' "$private/$1.peers"; }

answers_at_once() { same '200 true' "$(curl -s -o /dev/null -w '%{http_code} %{time_total}' --max-time 10 "$url/api/health/live" |
    awk '{ print $1, ($2 < 1 ? "true" : $2) }')"; }
answers() { same 200 "$(status "$url/api/health/live")"; }
rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/${pids[0]}/status"; }

let_go() { # RESULT MOST-MS: the responder closed each connection within that
    jq -e --argjson ms "$2" '.closed == .n and .longestMs <= $ms' <<<"$1" >/dev/null || { printf '%s\n' "$1"; return 1; }
}

at_once() {
    local kind
    fact 'a peer that speaks FastCGI is answered' jq -e '.answered == 1 and .closed == 1' <<<"$(peers whole)"
    for kind in version hugeName shortParam role filter abort unknownType noise endlessParams babble hangUp; do
        fact "$kind: let go at once" let_go "$(peers "$kind" 3)" 2000
        fact "$kind: others are answered" answers
    done
}

# Many more than there are threads: they hold descriptors, no thread.
within_five_seconds() { # KIND KIND KIND
    local kind
    for kind; do peers_start "$kind" 100; done
    for kind; do peers_stand "$kind"; done
    fact "100 × $*: meanwhile others are answered at once" answers_at_once
    for kind; do
        fact "$kind: let go within five seconds" gone_within_five_seconds "$kind"
    done
}
gone_within_five_seconds() { peers_wait "$1" && let_go "$(tail -n 1 "$private/$1.peers")" 6500; }

many() {
    local before after got
    peers whole 200 >/dev/null
    before=$(rss_kb)
    got=$(peers whole 2000)
    fact '2,000 peers at once: all are answered' jq -e '.answered == 2000 and .closed == 2000' <<<"$got"
    got=$(peers hangUp 1000)
    fact '1,000 that open a stream and hang up: all are let go' let_go "$got" 20000
    for _ in {1..3}; do peers noise 500 >/dev/null; peers version 500 >/dev/null; done
    after=$(rss_kb)
    fact "memory stays: $before KB before, $after KB after" test "$after" -lt $((before + 8192 + before / 2))
    fact 'none of their descriptors is left' wait_for 10 few_descriptors
    fact 'and others are answered' answers
}
# Ten thousand that hold their connections, and two thousand that are let go at once: each costs a descriptor, no thread.
ten_thousand() {
    local kind before lines
    local -A held=([silent]=4000 [half]=3000 [slow]=3000) quick=([version]=500 [hugeValue]=500 [role]=500 [abort]=500)
    before=$(rss_kb)
    lines=$(log_lines)
    for kind in "${!held[@]}"; do peers_start "$kind" "${held[$kind]}"; done
    for kind in "${!quick[@]}"; do peers_start "$kind" "${quick[$kind]}"; done
    fact '10,000 peers that bring no request: all come in' all_stand "${!held[@]}"
    fact '… meanwhile others are answered' answers
    for kind in "${!held[@]}"; do fact "… $kind: all are let go" many_gone "$kind" 20000; done
    for kind in "${!quick[@]}"; do fact "… $kind: let go" many_gone "$kind" 20000; done
    fact '… others are answered at once' answers_at_once
    fact "… the log names them $(($(log_lines) - lines)) times" test $(($(log_lines) - lines)) -lt 80
    fact '… none of their descriptors is left' wait_for 10 few_descriptors
    fact "… memory stays: $before KB before, $(rss_kb) KB after" test "$(rss_kb)" -lt $((before + 8192 + before / 2))
}
all_stand() { local kind; for kind; do peers_stand "$kind" || return 1; done; }
# Counted from connect(): with so many at once most wait in the backlog first, and their own process is slow to notice.
many_gone() { peers_wait "$1" && let_go "$(tail -n 1 "$private/$1.peers")" "$2"; }

descriptors() { find "/proc/${pids[0]}/fd" -lname "socket:*" 2>/dev/null | wc -l; }
few_descriptors() { (($(descriptors) < 20)); }

log_lines() { grep -c 'brought no complete FastCGI request' "$state/log/casecast.log"; }

at_once
within_five_seconds silent half slow
within_five_seconds halfParams hugeValue noBody
many
ten_thousand
fact 'the log names them' holds 'warning [0-9]+ connections closed that brought no complete FastCGI request' "$(cat "$state/log/casecast.log")"
fact "… at most twice a second ($(log_lines) lines for more than 3,000 of them)" test "$(log_lines)" -lt 200
fact 'the responder is the one that was started' responder_lives "${pids[0]}"
facts_end
