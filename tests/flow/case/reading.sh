#!/usr/bin/env bash
# reading.sh - the commands that read change not one byte of the database nor of its folder, whatever state it is in.
# (It measures no time, and runs side by side with others.)
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

# The index of the log says who reads what, and the file of turns who encodes: their bytes may change, not their being
# there.
folder_now() { (cd "$folder" && ls -A && find . -type f ! -name '*-shm' ! -name '*-cores' -exec sha256sum {} + | sort -k 2); }

cli() { "$program" "$@" 2>&1; }

untouched() { # COMMAND…: whatever it answers
    local before
    before=$(folder_now)
    cli "$@" >"$private/said"
    same "$before" "$(folder_now)"
}

all_untouched() { # STATE: what is said of each command
    fact "$1: cases changes nothing" untouched cases
    fact "$1: jobs changes nothing" untouched jobs
    fact "$1: check changes nothing" untouched check
    fact "$1: create changes nothing" untouched create 1 -o "$private/film.mp4"
}

said() { holds "$1" "$(cat "$private/said")"; } # REGULAR EXPRESSION

missing_database() {
    all_untouched 'no database'
    fact '… and none is made' same '' "$(ls -A "$folder")"
    fact '… and it is told who makes one' holds 'no database here; `casecast import FILE` makes one' "$(cli cases)"
}

somebody_elses() {
    sql "CREATE TABLE people(name); INSERT INTO people VALUES ('Ada'); PRAGMA user_version = 3"
    all_untouched "somebody else's file"
    fact '… and what is missing is told' holds 'some\.db: no cases in it: .*`casecast init` makes them' "$(cli cases)"
    fact '… of jobs, too' holds 'some\.db: no jobs in it' "$(cli jobs)"
    sql 'PRAGMA journal_mode = WAL' >/dev/null
    all_untouched "somebody else's file in WAL mode"
    fact 'init prepares it' holds 'some\.db: ready; cases are read from casecast_cases' "$(cli init)"
    fact '… and leaves its tables and version alone' same 'people 3 Ada' "$(sql \
        "SELECT group_concat(name), (SELECT user_version FROM pragma_user_version), (SELECT name FROM people)
        FROM sqlite_schema WHERE name NOT LIKE 'casecast\\_%' ESCAPE '\\' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'" | tr '|' ' ')"
    fact '… so that there are no cases yet' holds 'No cases yet' "$(cli cases)"
    rm -f "$folder"/*
}

ours() {
    printf '{"cases": [{"id": "1", "title": "One", "scenes": [{"image": "photo.jpg", "seconds": 1}]}]}' >"$private/cases.json"
    fact 'import makes the database' cli import "$private/cases.json"
    all_untouched 'closed'
    fact '… and a film was made' test -s "$private/film.mp4"
    sql 'PRAGMA journal_mode = DELETE' >/dev/null
    all_untouched 'in rollback mode'
    chmod 0444 "$CASECAST_DB"
    chmod 0555 "$folder"
    all_untouched 'read-only'
    (unprivileged && "$program" check 2>&1) >"$private/said"
    fact '… and check says that nobody may write' said 'MISSING *database *.*some\.db or its folder can.t be written'
    chmod 0755 "$folder"
    chmod 0644 "$CASECAST_DB"
}

# What the responders have committed lies in their log.
live() {
    stack_start
    sql "UPDATE cases SET title = 'Two' WHERE id = '1'"
    fact 'live: cases shows what was committed' holds '^1 .*Two$' "$(cli cases)"
    job_make 1 >"$private/job"
    fact 'live: jobs shows what was committed' holds "^$(cat "$private/job") " "$(cli jobs)"
    stack_stop
    all_untouched 'after the responders'
}

missing_database
somebody_elses
ours
live
facts_end
