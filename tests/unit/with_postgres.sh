#!/usr/bin/env bash
# with_postgres.sh - runs a program while a PostgreSQL server runs that is its own; CASECAST_TEST_DB is the address of
# an empty database on it, and CASECAST_TEST_CRASH a script that ends the server at once and starts it again.
#
#     with_postgres.sh PROGRAM [ARGUMENT…]
set -u

here=$(dirname "${BASH_SOURCE[0]}")
# shellcheck source=tests/kit/postgres.sh
. "$here/../kit/postgres.sh"

private=$(mktemp -d)
trap 'pg_end; rm -rf "$private"' EXIT
pg_start || { cat "$private"/initdb.log "$private"/pg/log >&2; exit 1; }
CASECAST_TEST_DB=$(pg_address owner)
CASECAST_TEST_CRASH=$private/crash
printf '%q ' "${pg_as[@]}" "$pg_bin/pg_ctl" -s -w -D "$pg_folder/data" -l "$pg_folder/log" -m immediate restart >"$CASECAST_TEST_CRASH"
chmod 755 "$CASECAST_TEST_CRASH"
export CASECAST_TEST_DB CASECAST_TEST_CRASH
"$@"
