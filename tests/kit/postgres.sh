# postgres.sh - starts a PostgreSQL server for one test, on a socket in the test's folder.
# shellcheck shell=bash disable=SC2154

pg_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)

# The server refuses to run as root.  Debian's package has a user for it.
pg_as=()
((EUID != 0)) || pg_as=(setpriv --reuid postgres --regid postgres --clear-groups --)

pg_ctl() { "${pg_as[@]}" "$pg_bin/pg_ctl" -s -D "$pg_folder/data" "$@"; }

# Starts a server with a database called casecast, open to all who reach the socket in $pg_folder.
pg_start() {
    pg_folder=$private/pg
    chmod 711 "$private"
    mkdir "$pg_folder"
    ((EUID != 0)) || chown postgres "$pg_folder"
    "${pg_as[@]}" "$pg_bin/initdb" -D "$pg_folder/data" -U owner -A trust -E UTF8 --locale=C.UTF-8 --no-sync >"$private/initdb.log" &&
        pg_again && pg_sql -d postgres 'CREATE DATABASE casecast'
}

pg_again() {
    pg_ctl -w -l "$pg_folder/log" -o "-k $pg_folder -c listen_addresses='' -c fsync=off" start
}

pg_stop() { pg_ctl -m immediate stop; }

pg_sql() { # [-d DATABASE] SQL…
    local database=casecast sql
    [[ $1 != -d ]] || { database=$2; shift 2; }
    for sql; do
        PGOPTIONS=-cclient_min_messages=warning psql -qAtX -v ON_ERROR_STOP=1 -h "$pg_folder" -U owner -d "$database" -c "$sql" || return 1
    done
}

pg_address() { printf 'postgresql://%s@/casecast?host=%s\n' "$1" "$pg_folder"; } # ROLE

# Prints the server's processes, for kill -STOP.
pg_pids() { local first; first=$(head -n 1 "$pg_folder/data/postmaster.pid") && printf '%s\n' "$first" && pgrep -P "$first"; }

# pg_start may have run in a subshell, so $pg_folder may be unset.
pg_end() {
    pg_folder=$private/pg
    [[ ! -s $pg_folder/data/postmaster.pid ]] || pg_stop
}
