#!/usr/bin/env bash
# with_postgres.sh - runs a program while a PostgreSQL server runs that is its own; CASECAST_TEST_DB is the address of
# an empty database on it.
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
export CASECAST_TEST_DB
"$@"
