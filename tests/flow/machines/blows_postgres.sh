#!/usr/bin/env bash
# blows_postgres.sh - blows.sh with PostgreSQL, which is struck, too.
# (PostgreSQL only: blows.sh does it on SQLite.)
# (It measures no time, and runs side by side with others.)
CASECAST_TEST_ENGINE=postgres exec "$(dirname "$0")/blows.sh" "$@"
