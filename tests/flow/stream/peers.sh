#!/usr/bin/env bash
# peers.sh - hostile FastCGI peers, connected to the responders' socket without nginx: none holds a thread for longer
# than five seconds, they cost no memory, and other clients are answered.
# (Any engine: its subject is the socket.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/spawned.sh
. "$(dirname "$0")/../../kit/spawned.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"

# A sanitizer keeps freed memory for a while.  A smaller quarantine lets the test measure memory there, too.
export ASAN_OPTIONS=${ASAN_OPTIONS-}:quarantine_size_mb=2
private_stack CASECAST_RESPONDERS=4

peers() { # KIND [CONNECTIONS]: prints what happened to them
    node "$kit/fcgi_peer.mjs" "$state/run/casecast.sock" "$@" | grep -v '^open$'
}

peers_start() { # KIND CONNECTIONS: in the background
    node "$kit/fcgi_peer.mjs" "$state/run/casecast.sock" "$1" "$2" >"$private/$1.peers" &
}

peers_stand() { wait_for 10 grep -qs '^open$' "$private/$1.peers"; }
peers_wait() { wait_for 30 grep -qs '^{' "$private/$1.peers"; }

answers_at_once() { same '200 true' "$(curl -s -o /dev/null -w '%{http_code} %{time_total}' --max-time 10 "$url/api/health/live" |
    awk '{ print $1, ($2 < 5 ? "true" : $2) }')"; }
answers() { same 200 "$(status "$url/api/health/live")"; }
rss_kb() { awk '/^VmRSS/ { print $2 }' "/proc/${pids[0]}/status"; }

let_go() { # RESULT MOST-MS: the responder closed each connection within MOST-MS
    jq -e --argjson ms "$2" '.closed == .n and .longestMs <= $ms' <<<"$1" >/dev/null || { printf '%s\n' "$1"; return 1; }
}

at_once() {
    local kind
    fact 'a valid FastCGI peer is answered' jq -e '.answered == 1 and .closed == 1' <<<"$(peers whole)"
    for kind in version hugeName shortParam role filter abort unknownType noise endlessParams babble hangUp; do
        fact "$kind: the connection is closed at once" let_go "$(peers "$kind" 3)" 6000
        fact "$kind: other clients are answered" answers
    done
}

# Many more peers than threads: each costs a descriptor, no thread.
within_seconds() { # KIND KIND KIND
    local kind
    for kind; do peers_start "$kind" 100; done
    for kind; do peers_stand "$kind"; done
    fact "100 × $*: other clients are answered at once" answers_at_once
    for kind; do
        fact "$kind: the connections are closed within seconds" gone_within_seconds "$kind"
    done
}
gone_within_seconds() { peers_wait "$1" && let_go "$(tail -n 1 "$private/$1.peers")" 20000; }

many() {
    local before after got
    peers whole 200 >/dev/null
    before=$(rss_kb)
    got=$(peers whole 2000)
    fact '2,000 peers at once are all answered' jq -e '.answered == 2000 and .closed == 2000' <<<"$got"
    got=$(peers hangUp 1000)
    fact '1,000 peers that open a stream and hang up are all closed' let_go "$got" 20000
    for _ in {1..3}; do peers noise 500 >/dev/null; peers version 500 >/dev/null; done
    after=$(rss_kb)
    fact "memory does not grow: $before KB before, $after KB after" test "$after" -lt $((before + 8192 + before / 2))
    fact 'no descriptor of theirs stays open' wait_for 10 few_descriptors
    fact 'other clients are answered afterwards' answers
}
# 10,000 peers hold their connections, and 2,000 are closed at once: each costs a descriptor, no thread.
ten_thousand() {
    local kind before lines
    local -A held=([silent]=4000 [half]=3000 [slow]=3000) quick=([version]=500 [hugeValue]=500 [role]=500 [abort]=500)
    before=$(rss_kb)
    lines=$(log_lines)
    for kind in "${!held[@]}"; do peers_start "$kind" "${held[$kind]}"; done
    for kind in "${!quick[@]}"; do peers_start "$kind" "${quick[$kind]}"; done
    fact '10,000 peers without a complete request are all accepted' all_stand "${!held[@]}"
    fact 'other clients are answered during 10,000 connections' answers
    for kind in "${!held[@]}"; do fact "10,000 connections: all of $kind are closed" many_gone "$kind" 20000; done
    for kind in "${!quick[@]}"; do fact "2,000 more connections: all of $kind are closed" many_gone "$kind" 20000; done
    fact 'after 10,000 connections, other clients are answered at once' answers_at_once
    fact "after 10,000 connections, the log has $(($(log_lines) - lines)) lines about them" test $(($(log_lines) - lines)) -lt 80
    fact 'after 10,000 connections, no descriptor of theirs stays open' wait_for 10 few_descriptors
    fact "after 10,000 connections, memory has not grown: $before KB before, $(rss_kb) KB after" test "$(rss_kb)" -lt $((before + 8192 + before / 2))
}
all_stand() { local kind; for kind; do peers_stand "$kind" || return 1; done; }
# The time counts from connect(): most of so many peers first wait in the backlog, and node notices the end late.
many_gone() { peers_wait "$1" && let_go "$(tail -n 1 "$private/$1.peers")" "$2"; }

descriptors() { find "/proc/${pids[0]}/fd" -lname "socket:*" 2>/dev/null | wc -l; }
few_descriptors() { (($(descriptors) < 20)); }

log_lines() { grep -c 'brought no complete FastCGI request' "$state/log/casecast.log"; }

at_once
within_seconds silent half slow
within_seconds halfParams hugeValue noBody
many
ten_thousand
fact 'the log counts these connections' holds 'warning [0-9]+ connections closed that brought no complete FastCGI request' "$(cat "$state/log/casecast.log")"
fact "the log has at most two lines a second about them ($(log_lines) lines for more than 3,000)" test "$(log_lines)" -lt 200
fact 'the responder that was started still runs' responder_lives "${pids[0]}"
facts_end
