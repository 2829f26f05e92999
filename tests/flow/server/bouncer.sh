#!/usr/bin/env bash
# bouncer.sh - jobs through pgbouncer in transaction mode: its sessions can't be told of news, so the processes ask for
# it; viewers get the same events.
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

private_stack_prepare CASECAST_PROCESSES=3 CASECAST_SLOTS=2 CASECAST_LEASE_MS=1000 CASECAST_RETRY_MS=100
photos_make
bouncer=$private/bouncer
pg_bouncer_start "$bouncer" casecast 2 || exit 1
export CASECAST_DB="postgresql://casecast@/casecast?host=$bouncer&port=6432"
stack_start

load_start one two three
load_facts 'through pgbouncer' one two three
fact 'three processes need no more than the two connections of the pool' test "$(pg_sql "SELECT count(*) FROM pg_stat_activity WHERE usename = 'casecast' AND backend_type = 'client backend' AND pid <> pg_backend_pid()")" -le 2
fact 'the log says that a pooler is in between' grep -q 'a pooler is in between' "$state/log/casecast.log"
fact 'casecast check says so, too' holds 'pgbouncer|pooler' "$("$program" check 2>&1)"
load_seconds=3 load_start four five
kill -KILL "$(process_pid bouncer)"
process_wait "$(cut -d' ' -f1 "$state/run/bouncer.process")"
sleep 1
pg_bouncer_start "$bouncer" casecast 2
load_facts 'pgbouncer was killed and started again' four five
fact 'no process ended' same 3 "$(grep -c ' ready: ' "$state/log/casecast.log")"
fact 'no responder reports a fault' no_fault
facts_end
