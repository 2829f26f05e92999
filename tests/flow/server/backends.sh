#!/usr/bin/env bash
# backends.sh - connections to the PostgreSQL server are cut at random while jobs run in three processes and viewers
# read, and there are fewer connections than the processes want.  Every event comes once.
# (It measures no time, and runs side by side with others.)
# (PostgreSQL only: its subject is the server.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_PROCESSES=3 CASECAST_SLOTS=3 CASECAST_LEASE_MS=1000 CASECAST_RETRY_MS=100
photos_make
stack_start

OURS="FROM pg_stat_activity WHERE application_name = 'casecast'"

# Cuts a random one of casecast's connections again and again; prints how many were cut.
cut_until() { # FILE
    local n=0
    until [[ -e $1 ]]; do
        n=$((n + $(pg_sql "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid $OURS ORDER BY random() LIMIT 1) AS p")))
        sleep 0.02
    done
    printf '%d\n' "$n"
}

cut_at_random() {
    local n names=(one two three four five six)
    cut_until "$private/enough" >"$private/cuts" &
    load_seconds=1 load_start "${names[@]}"
    load_over "${names[@]}"
    touch "$private/enough"
    wait_for 20 test -s "$private/cuts"
    n=$(cat "$private/cuts")
    fact "connections were cut ($n times)" test "$n" -gt 5 # a quick machine is soon done
    load_facts "$n connections cut" "${names[@]}"
}

# Other programs take all connections, for some seconds: those that are one too many are refused at once.
too_few_connections() {
    local others=()
    pg_restart max_connections=20
    load_start seven eight nine
    for _ in {1..20}; do
        "${others_sleep[@]}" >/dev/null 2>&1 &
        others+=($!)
    done
    fact 'a new connection is refused' wait_for 20 is_full
    wait "${others[@]}"
    load_facts 'out of connections' seven eight nine
}

is_full() { holds 'too many|reserved' "$(pg_sql 'SELECT 1' 2>&1)"; }

# After all of that: many requests at once, and then none.
idle() {
    local n asked=()
    for _ in {1..40}; do
        curl -sS -o /dev/null "$url/api/jobs" &
        asked+=($!)
    done
    wait "${asked[@]}"
    n=$(pg_sql "SELECT count(*) $OURS")
    fact "with requests three processes hold more than a connection each ($n)" test "$n" -gt 3
    fact 'without requests and jobs each keeps one' wait_for 60 is_one_each
    fact 'and answers a request' same 200 "$(status "$url/api/jobs")"
}
is_one_each() { [[ $(pg_sql "SELECT count(*) $OURS") == 3 ]]; }

cut_at_random
others_sleep=(psql -qAtX -h "$private/pg" -U owner -d casecast -c 'SELECT pg_sleep(6)')
too_few_connections
idle
fact 'no process ended' same 3 "$(grep -c ' ready: ' "$state/log/casecast.log")"
fact 'no responder reports a fault' no_fault
facts_end
