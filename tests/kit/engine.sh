# engine.sh - the database of a test: an SQLite file, or a PostgreSQL server of the test's own.  Sourced by stack.sh.
# shellcheck shell=bash disable=SC1091,SC2154
#
#     CASECAST_TEST_ENGINE=postgres tests/flow/run kills
#
# SQL of tests is one text for both, with the names that SQLite has: casecast_jobs, and its column deaths.

. "$(dirname "${BASH_SOURCE[0]}")/postgres.sh"

on_sqlite() { [[ ${CASECAST_TEST_ENGINE:-sqlite} == sqlite ]]; }

# Before the program is known: sets CASECAST_DB, unless the test has done so.
engine_start() {
    on_sqlite && return
    [[ -z ${CASECAST_DB-} ]] || return 0
    pg_start || fail "PostgreSQL did not start: $(tail -n 5 "$private"/pg/log "$private/initdb.log" 2>&1)"
    pg_sql 'CREATE ROLE casecast LOGIN'
    CASECAST_DB=$(pg_address casecast)
    export CASECAST_DB CASECAST_RUN=${CASECAST_RUN-$private/own}
}

# Makes the tables, as a role that may; the responders use one that may not.
engine_prepare() {
    on_sqlite || [[ ! -d ${pg_folder-} ]] || CASECAST_DB=$(pg_address owner) "$program" init --role casecast >"$private/init.log" 2>&1 ||
        fail "$(cat "$private/init.log")"
}

sqlite() { sqlite3 -cmd '.timeout 8000' "$@"; }

# Runs the statements of its argument, or of stdin.
sql() {
    local text=${1-$(cat)}
    if on_sqlite; then
        sqlite "$CASECAST_DB" "$text"
    else
        text=${text//casecast_/casecast.}
        pg_sql "SET search_path = casecast; ${text//deaths/'cardinality(dead)'}"
    fi
}

# A part of a test that only SQLite has.
sqlite_only() { # REASON COMMAND…
    local reason=$1
    shift
    if on_sqlite; then "$@"; else printf '# skipped on PostgreSQL: %s (%s)\n' "$1" "$reason"; fi
}

# Keeps others from writing to the jobs; they may read.  What is started meanwhile must not inherit descriptor 7.
database_lock() {
    mkfifo "$private/lock"
    if on_sqlite; then
        sqlite "$CASECAST_DB" <"$private/lock" >"$private/locked" 2>&1 &
    else
        psql -qAtX -h "$pg_folder" -U owner -d casecast <"$private/lock" >"$private/locked" 2>&1 &
    fi
    exec 7>"$private/lock"
    if on_sqlite; then
        printf "BEGIN EXCLUSIVE; UPDATE casecast_jobs SET deaths = deaths;\nSELECT 'locked';\n" >&7
    else
        printf "BEGIN; LOCK TABLE casecast.jobs IN EXCLUSIVE MODE;\nSELECT 'locked';\n" >&7
    fi
    wait_for 20 grep -q locked "$private/locked"
}

database_is_locked() { holds 'database is locked' "$(sqlite3 "$CASECAST_DB" 'BEGIN IMMEDIATE' 2>&1)"; } # of SQLite

database_unlock() {
    exec 7>&-
    rm -f "$private/lock" "$private/locked"
}

# Takes the database away from all who use it, for good.
database_take_away() {
    if on_sqlite; then
        mkdir "$private/aside" && mv "$CASECAST_DB"* "$private/aside"
    else
        pg_stop
    fi
}

engine_end() {
    [[ ! -d $private/pg ]] || pg_end
}
