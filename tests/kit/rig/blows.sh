# blows.sh - what can happen to a machine, and how it gets well again.  Sourced after machines.sh.
# shellcheck shell=bash disable=SC2034,SC2154
#
# blow_X NAME NUMBER does it, heal_X NAME ends it.  A blow without a heal_X ends by itself.  NUMBER: any.

LEASE_MS=1000

blow_killed() { host_kill "$1"; }
heal_killed() { machine_again "$1"; }

blow_paused() { host_pause "$1"; }
heal_paused() { host_wake "$1"; }

blow_cut_silent() { link_cut "$1" silent; }
heal_cut_silent() { link_heal "$1"; }

blow_cut_carrier() { link_cut "$1" carrier; }
heal_cut_carrier() { link_heal "$1"; }

blow_cut_deaf() { link_cut "$1" deaf; }
heal_cut_deaf() { link_heal "$1"; }

blow_cut_dumb() { link_cut "$1" dumb; }
heal_cut_dumb() { link_heal "$1"; }

blow_responder_killed() { machine_kill_responder "$1" "$2"; }

blow_folder_read_only() { folder_forbid "$1" /srv/casecast; }
heal_folder_read_only() { folder_allow "$1" /srv/casecast; }

blow_folder_full() { shared_fill; }
heal_folder_full() { shared_empty; }

# The clock and the engine change while the machine is down, and stay so until the wave is over.
blow_clock_fast() { machine_again "$1" RIG_CLOCK=+1h; }
late_clock_fast() { machine_again "$1"; }
blow_clock_slow() { machine_again "$1" RIG_CLOCK=-1h; }
late_clock_slow() { machine_again "$1"; }
blow_other_engine() { machine_again "$1" "RIG_FONTS=$OTHER_FONTS"; }
late_other_engine() { machine_again "$1"; }

blow_viewer_cut() { children_signal USR2 "${viewers[${CASES[$2 % ${#CASES[@]}]}]}"; }

OTHER_FONTS=/usr/share/fonts/truetype/dejavu

# Some stand here twice, as they make another machine take a job over.
BLOWS=(killed killed paused paused responder_killed
    cut_silent cut_carrier cut_deaf cut_dumb viewer_cut folder_read_only folder_full other_engine)
[[ -n ${ASAN_OPTIONS-} ]] || BLOWS+=(clock_fast clock_slow) # libfaketime and the sanitizer both want to be loaded first
LETHAL=' killed responder_killed clock_fast clock_slow other_engine ' # a job whose process died three times fails
SPOILING=' folder_full '                                           # a job may fail, and says why
# One of four machines stays well: it makes what another that can't write leaves to it, and has the engine of the jobs.
AWAY=" $LETHAL paused cut_silent cut_carrier cut_deaf cut_dumb folder_read_only "

# --- PostgreSQL -------------------------------------------------------------------------------------------------
#
# These strike the database, whichever machine is named.

DATABASE_BLOWS=(database_stopped database_paused database_cut database_slow database_full database_fails_over
    backends_killed)

blow_database_stopped() { pg_stop; }
heal_database_stopped() { database_lives || pg_again; }

blow_database_paused() { host_pause "$pg_host"; }
heal_database_paused() { host_wake "$pg_host"; }

blow_database_cut() { link_cut "$pg_host" silent; }
heal_database_cut() { link_heal "$pg_host"; }

# Its wave begins with a synchronous standby.
blow_database_fails_over() { pg_fail_over; }

# An answer takes 80 ms longer.
blow_database_slow() {
    pg_way_slow
    blow_backends_killed
}
heal_database_slow() {
    pg_way_fast
    blow_backends_killed
}

# All connections of the machines are ended, and none is free.
blow_database_full() {
    pg_sql 'ALTER ROLE casecast CONNECTION LIMIT 0'
    blow_backends_killed
}
heal_database_full() { pg_sql 'ALTER ROLE casecast CONNECTION LIMIT -1'; }

blow_backends_killed() {
    pg_sql "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'casecast'" >/dev/null
}

database_lives() { pg_ctl status >/dev/null 2>&1; }

# Nobody waits until it is ready: the database may be away, and the next blow has its time.
machine_again() { # NAME [NAME=VALUE…]
    host_kill "$1"
    machine_up "$1" "${host_number[$1]}" RIG_WAIT=no "${@:2}"
}
