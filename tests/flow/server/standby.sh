#!/usr/bin/env bash
# standby.sh - the PostgreSQL server dies under load and its standby is promoted: with a synchronous standby nothing
# that was acknowledged is lost; with an asynchronous one the end of the history may be, and nothing before it.
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

MANY=400 # cases to make jobs of

# --- what was acknowledged ---------------------------------------------------------------------------------------

# Makes a job of one case after the other until the file NAME.stop is there; writes each id that was answered, and what
# refusals say.
post_until_stopped() { # NAME
    local n id answer
    for ((n = 1; n <= MANY; n++)); do
        [[ ! -e $private/$1.stop ]] || break
        answer=$(curl -sS --max-time 20 -H 'Content-Type: application/json' -d "{\"caseId\":\"$1$n\"}" "$url/api/jobs" 2>/dev/null)
        id=$(jq -r '.id // empty' <<<"$answer" 2>/dev/null)
        [[ -z $id ]] || printf '%s\n' "$id" >>"$private/$1.made"
        jq -r '.detail // empty' <<<"$answer" >>"$private/$1.refused" 2>/dev/null
    done
}

made() { wc -l <"$private/$1.made"; }
made_more_than() { (($(made "$1") > $2)); }

# The ids that were answered and are not in the database, in the order of their answers.
lost() { # NAME
    sql "SELECT id FROM casecast_jobs" | sort >"$private/there"
    grep -vxFf "$private/there" "$private/$1.made"
}

# Nothing older than a lost one is lost, except what came after the fail-over: the lost ones stand together.
lost_is_one_piece() { # NAME
    local first last n
    n=$(lost "$1" | wc -l)
    ((n > 0)) || return 0
    first=$(grep -nxF "$(lost "$1" | head -n 1)" "$private/$1.made" | cut -d: -f1)
    last=$(grep -nxF "$(lost "$1" | tail -n 1)" "$private/$1.made" | cut -d: -f1)
    same "$n" $((last - first + 1))
}

# Each event that a viewer got is in the database as the viewer got it.
seen_is_there() { # NAME
    local id got=0
    while IFS=$'\t' read -r id _; do
        got=$((got + 1))
        same 1 "$(sql "SELECT count(*) FROM casecast_events WHERE job_id = '${id%%:*}' AND seq = ${id##*:}")" || return
    done < <(jq -r 'select(.id) | [.id, .event] | @tsv' "$private/$1.jsonl" | sort -u)
    ((got > 0))
}

# --- the fail-over -----------------------------------------------------------------------------------------------

cases_put() { # NAME
    local n
    sql "$(for ((n = 1; n <= MANY; n++)); do
        printf "INSERT INTO cases(id, title) VALUES ('%s%d', 'x'); INSERT INTO scenes(case_id, position, image, seconds) VALUES ('%s%d', 1, 'photo.jpg', 1);\n" "$1" "$n" "$1" "$n"
    done)"
}

streams_to() { [[ $(pg_sql "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'") == 1 ]]; }
streams_nowhere() { [[ $(pg_sql 'SELECT count(*) FROM pg_stat_replication') == 0 ]]; }
is_synchronous() { [[ $(pg_sql "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") == 1 ]]; }
is_ready() { [[ $(status --max-time 10 "$url/api/health/ready") == 200 ]]; }

# The server whose folder is $pg_folder dies; NEXT takes its place.
fail_over() { # NAME NEXT [cut: NEXT gets nothing of the last moments]
    local poster
    cases_put "$1"
    load_seconds=8 load_start "$1"
    : >"$private/$1.made"
    post_until_stopped "$1" &
    poster=$!
    wait_for 30 made_more_than "$1" 20
    if [[ ${3-} == cut ]]; then
        pg_on "$2" pg_sql "ALTER SYSTEM SET primary_conninfo = ''" 'SELECT pg_reload_conf()'
        wait_for 20 streams_nowhere
        wait_for 30 made_more_than "$1" $(($(made "$1") + 3))
    fi
    pg_kill
    jq -c 'select(.id)' "$private/$1.jsonl" >"$private/$1-before.jsonl"
    pg_on "$2" pg_ctl -w promote
    pg_folder=$private/pg-$2
    fact "$1: after the fail-over the processes are ready" wait_for 40 is_ready
    n_before=$(made "$1")
    wait_for 30 made_more_than "$1" $((n_before + 5))
    touch "$private/$1.stop"
    wait "$poster"
    fact "$1: no request is refused because another server answers now" lacks 'replaced' "$(sort -u "$private/$1.refused")"
}

private_stack_prepare CASECAST_PROCESSES=2 CASECAST_SLOTS=1 CASECAST_LEASE_MS=1000 CASECAST_RETRY_MS=100 CASECAST_MAX_QUEUED=10000
photos_make
pg_standby_start second || exit 1
CASECAST_DB="postgresql://casecast@/casecast?host=$private/pg,$private/pg-second,$private/pg-third&target_session_attrs=read-write"
stack_start

# --- asynchronous ------------------------------------------------------------------------------------------------

wait_for 20 streams_to
fail_over late second cut
n=$(lost late | wc -l)
say "# asynchronous, and the link to the standby was cut before the end: $n of $(made late) acknowledged jobs are lost"
fact 'asynchronous: what the standby did not get is lost' test "$n" -gt 2
fact 'asynchronous: what is lost was acknowledged in the last moments before the end' lost_is_one_piece late
fact 'asynchronous: a lost job is not found' wait_for 30 problem 404 'not found' "$url/api/jobs/$(lost late | head -n 1)"
fact 'asynchronous: the viewers come to the end of the video' load_over late
fact 'asynchronous: the video is made' load_is_done late
fact 'asynchronous: the database has one done job a key, and one end a job' load_made_once

# --- synchronous -------------------------------------------------------------------------------------------------

pg_standby_start third || exit 1
wait_for 20 streams_to
pg_sql "ALTER SYSTEM SET synchronous_standby_names = 'third'"
pg_ctl reload
wait_for 20 is_synchronous
sql "UPDATE casecast_jobs SET state = 'canceled', owner = NULL WHERE state = 'queued'" # they would run before the next
fail_over safe third
say "# synchronous: $(lost safe | wc -l) of $(made safe) acknowledged jobs are lost"
fact 'synchronous: no acknowledged job is lost' same '' "$(lost safe)"
fact 'synchronous: no event that a viewer got is lost' seen_is_there safe-before
fact 'synchronous: the viewers come to the end' load_over safe
fact 'synchronous: each viewer has every event once, and the video is made' load_complete safe
fact 'synchronous: the database has one done job a key, and one end a job' load_made_once
fact 'no process ended' same 2 "$(grep -c ' ready: ' "$state/log/casecast.log")"
fact 'no responder reports a fault' no_fault
facts_end
