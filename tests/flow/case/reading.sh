#!/usr/bin/env bash
# reading.sh - the commands that read change no byte of the database and of its folder, in each state of the database.
# (It measures no time, and runs side by side with others.)
# (SQLite only: it compares the bytes of the database's file.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_DB=
photos_make
folder=$private/database
mkdir "$folder"
export CASECAST_DB=$folder/some.db

# Readers change bytes of the WAL index, and encoders change bytes of the turns file.  Only the existence of both files
# is compared.
folder_now() { (cd "$folder" && ls -A && find . -type f ! -name '*-shm' ! -name '*-cores' -exec sha256sum {} + | sort -k 2); }

cli() { "$program" "$@" 2>&1; }

untouched() { # COMMAND…: the exit status may be any
    local before
    before=$(folder_now)
    cli "$@" >"$private/said"
    same "$before" "$(folder_now)"
}

all_untouched() { # STATE: checks each command in this state
    fact "$1: cases changes nothing" untouched cases
    fact "$1: jobs changes nothing" untouched jobs
    fact "$1: check changes nothing" untouched check
    fact "$1: create changes nothing" untouched create --force 1 -o "$private/film.mp4"
}

said() { holds "$1" "$(cat "$private/said")"; } # REGULAR EXPRESSION

missing_database() {
    all_untouched 'no database'
    fact 'no command makes a database' same '' "$(ls -A "$folder")"
    fact 'an error without a database names the command that makes one' holds 'no database here; `casecast import FILE` makes one' "$(cli cases)"
}

somebody_elses() {
    sql "CREATE TABLE people(name); INSERT INTO people VALUES ('Ada'); PRAGMA user_version = 3"
    all_untouched "somebody else's file"
    fact 'an error without tables names the command that makes them' holds 'some\.db: no cases in it: .*`casecast init` makes them' "$(cli cases)"
    fact 'jobs names the missing table, too' holds 'some\.db: no jobs in it' "$(cli jobs)"
    sql 'PRAGMA journal_mode = WAL' >/dev/null
    all_untouched "somebody else's file in WAL mode"
    fact 'init makes the tables of casecast' holds 'some\.db: ready; cases are read from casecast_cases' "$(cli init)"
    fact 'init changes no other table and no schema version' same 'people 3 Ada' "$(sql \
        "SELECT group_concat(name), (SELECT user_version FROM pragma_user_version), (SELECT name FROM people)
        FROM sqlite_schema WHERE name NOT LIKE 'casecast\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'" | tr '|' ' ')"
    fact 'the new table of cases is empty' holds 'No cases yet' "$(cli cases)"
    rm -f "$folder"/*
}

ours() {
    printf '{"cases": [{"id": "1", "title": "One", "scenes": [{"image": "photo.jpg", "seconds": 1}]}]}' >"$private/cases.json"
    fact 'import makes the database' cli import "$private/cases.json"
    all_untouched 'closed'
    fact 'create made a video' test -s "$private/film.mp4"
    sql 'PRAGMA journal_mode = DELETE' >/dev/null
    all_untouched 'in rollback mode'
    chmod 0444 "$CASECAST_DB"
    chmod 0555 "$folder"
    all_untouched 'read-only'
    (unprivileged && "$program" check 2>&1) >"$private/said"
    fact 'check reports a database that can'\''t be written' said 'MISSING *database *.*some\.db or its folder can.t be written'
    chmod 0755 "$folder"
    chmod 0644 "$CASECAST_DB"
}

# The responders' latest commits are in the WAL only.
live() {
    stack_start
    sql "UPDATE cases SET title = 'Two' WHERE id = '1'"
    fact 'cases shows commits that are in the WAL only' holds '^1 .*Two$' "$(cli cases)"
    job_make 1 >"$private/job"
    fact 'jobs shows commits that are in the WAL only' holds "^$(cat "$private/job") " "$(cli jobs)"
    stack_stop
    all_untouched 'after the responders'
}

# `watch` begins while no program has the file open.
watched() {
    local id watching
    id=$(printf '%026d' 7)
    sql "INSERT INTO casecast_jobs(id, kind, subject, key, state, created_ms, last_seq)
             VALUES ('$id', 'video', '1', 'watched', 'queued', 1, 1)"
    "$program" watch "$id" >"$private/said" 2>&1 &
    watching=$!
    sleep 1 # some of its looks
    sql "UPDATE casecast_jobs SET state = 'done' WHERE id = '$id'"
    fact 'watch sees what others write after it began' wait_for 5 has_ended "$watching"
    ! kill "$watching" 2>/dev/null
    wait "$watching"
    fact 'and tells how the job ended' said "job $id: done"
}
has_ended() { ! kill -0 "$1" 2>/dev/null; } # PID

missing_database
somebody_elses
ours
live
watched
facts_end
