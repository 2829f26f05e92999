# postgres.sh - starts a PostgreSQL server for one test, on a socket in the test's folder.
# shellcheck shell=bash disable=SC2154
#
# CASECAST_TEST_TEMPLATE names a folder that pg_template_make made: its copy takes a tenth of initdb's time.

pg_bin=$(printf '%s\n' /usr/lib/postgresql/*/bin | tail -n 1)

# The server refuses to run as root.  Debian's package has a user for it.
pg_as=()
((EUID != 0)) || pg_as=(setpriv --reuid postgres --regid postgres --clear-groups --)

pg_ctl() { "${pg_as[@]}" "$pg_bin/pg_ctl" -s -D "$pg_folder/data" "$@"; }

# A folder of the server's user.
pg_folder_make() { # FOLDER
    chmod 711 "$(dirname "$1")" && mkdir "$1" || return
    ((EUID != 0)) || chown postgres "$1"
}

# A cluster with an empty database called casecast.  The segments of its log are small, as they are copied.
pg_cluster_make() {
    "${pg_as[@]}" "$pg_bin/initdb" -D "$pg_folder/data" -U owner -A trust -E UTF8 --locale=C.UTF-8 --wal-segsize=1 --no-sync \
        >"$(dirname "$pg_folder")/initdb.log" || return
    printf '%s\n' "listen_addresses = ''" 'fsync = off' 'shared_buffers = 16MB' 'min_wal_size = 2MB' >>"$pg_folder/data/postgresql.conf"
    pg_again && pg_sql -d postgres 'CREATE DATABASE casecast'
}

pg_template_make() { # FOLDER
    local pg_folder=$1
    pg_folder_make "$1" && pg_cluster_make && pg_ctl -w -m fast stop
}

# Starts a server with a database called casecast, open to all who reach the socket in $pg_folder.
pg_start() {
    pg_folder=$private/pg
    pg_folder_make "$pg_folder" || return
    if [[ -d ${CASECAST_TEST_TEMPLATE-} ]]; then
        cp -a "$CASECAST_TEST_TEMPLATE/data" "$pg_folder/data" && pg_again
    else
        pg_cluster_make
    fi
}

pg_launch() { # start|restart [SETTING=VALUE…]
    local setting options="-k $pg_folder"
    for setting in "${@:2}"; do options+=" -c $setting"; done
    pg_ctl -w -m immediate -l "$pg_folder/log" -o "$options" "$1"
}

pg_again() { pg_launch start "$@"; } # [SETTING=VALUE…]
pg_restart() { pg_launch restart "$@"; }

# Runs a command for another server of this test, such as: pg_on standby pg_again
pg_on() { # NAME COMMAND…
    local pg_folder=$private/pg-$1
    shift
    "$@"
}

# Makes and starts a standby of the server, with a folder of its own.
pg_standby_start() { # NAME
    pg_folder_make "$private/pg-$1" &&
        "${pg_as[@]}" "$pg_bin/pg_basebackup" -d "host=$pg_folder user=owner" -D "$private/pg-$1/data" -R -X stream -c fast --no-sync &&
        pg_on "$1" pg_again "cluster_name=$1"
}

pg_kill() { # the whole server, as if its machine lost power
    # shellcheck disable=SC2046
    kill -KILL $(pg_pids)
    rm -f "$pg_folder/data/postmaster.pid"
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

# pgbouncer in front of the server: a pool of SIZE connections, a transaction each.  It listens on FOLDER's socket, port
# 6432, and ends with the test.
pg_bouncer_start() { # FOLDER ROLE SIZE [PASSWORD]
    mkdir -p "$1" && chmod 777 "$1" && rm -f "$1/.s.PGSQL.6432"
    printf '%s\n' '[databases]' "casecast = host=$pg_folder" '[pgbouncer]' "unix_socket_dir = $1" 'listen_addr =' 'listen_port = 6432' \
        'auth_type = trust' "auth_file = $1/users" 'pool_mode = transaction' "default_pool_size = $3" "logfile = $1/log" >"$1/ini"
    printf '"%s" "%s"\n' "$2" "${4-}" >"$1/users"
    "${pg_as[@]}" /usr/sbin/pgbouncer -q "$1/ini" &
    process_note bouncer $!
    wait_for 10 test -S "$1/.s.PGSQL.6432"
}

# Prints the server's processes, for kill -STOP.
pg_pids() { local first; first=$(head -n 1 "$pg_folder/data/postmaster.pid") && printf '%s\n' "$first" && pgrep -P "$first"; }

# All servers of this test.  pg_start may have run in a subshell, so $pg_folder may be unset.
pg_end() {
    local pg_folder
    for pg_folder in "$private"/pg "$private"/pg-*; do
        [[ ! -s $pg_folder/data/postmaster.pid ]] || pg_stop
    done
}
