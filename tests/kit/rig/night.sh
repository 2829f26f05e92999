# night.sh - blows of ./scripts/soak nights, beside those of blows.sh.  Sourced after blows.sh.
# shellcheck shell=bash disable=SC2034,SC2154

# --- processes --------------------------------------------------------------------------------------------------

blow_killed_twice() { machine_again "$1"; }
heal_killed_twice() { machine_again "$1"; }

# From now on the machine has one to four processes.
blow_other_processes() {
    host_processes[$1]=$((1 + $2 % 4))
    machine_again "$1"
}

# As systemd restarts a unit.
blow_restarted() { machine_ask_to_stop "$1"; }
heal_restarted() {
    wait_for 5 machine_has_stopped "$1"
    machine_run "$1" RIG_ONLY=responders
}

blow_nginx_reloaded() { machine_nginx "$1" -s reload; }
blow_nginx_restarted() { machine_nginx "$1" -s stop; }
heal_nginx_restarted() {
    wait_for 5 machine_has_no_nginx "$1"
    machine_nginx "$1"
}

# The clock is right when the machine starts, and steps by an hour while it runs.
blow_clock_steps() {
    printf '+0\n' >"$private/$1/clock"
    machine_again "$1" "RIG_CLOCK_FILE=$private/$1/clock"
}
heal_clock_steps() { if (($2 % 2)); then echo +1h; else echo -1h; fi >"$private/$1/clock"; }
late_clock_steps() { machine_again "$1"; }

# What is open stays open; two more can be opened.
blow_no_descriptors() {
    local pid
    for pid in $(machine_processes "$1"); do
        prlimit --pid "$pid" --nofile="$(($(find "/proc/$pid/fd" -type l 2>/dev/null | wc -l) + 2)):" 2>/dev/null
    done
}
heal_no_descriptors() {
    local pid
    for pid in $(machine_processes "$1"); do
        prlimit --pid "$pid" --nofile="$(prlimit --pid "$pid" --nofile --noheadings -o HARD | tr -d ' '):" 2>/dev/null
    done
}

# --- disks ------------------------------------------------------------------------------------------------------

cache_files() { find "$(shared)/casecast/cache" -type f ! -name lock "$@"; }
blow_cache_gone() { cache_files -delete; }
blow_cache_flipped() { cache_files -print0 | flip "$2"; }

# One bit of each file that stdin names changes.
flip() { # NUMBER
    perl -0 -e '
        srand shift;
        while (my $name = <STDIN>) {
            chomp $name;
            open my $file, "+<", $name or next;
            binmode $file;
            my $at = int(rand(-s $file || 1));
            seek $file, $at, 0;
            read $file, my $byte, 1 or next;
            seek $file, $at, 0;
            print $file chr(ord($byte) ^ (1 << int(rand 8)));
        }' "$1"
}

# The database of SQLite has a disk of its own, which all machines see.
DISK_SIZE=48m
disk_make() {
    on_sqlite || return 0
    database_folder=$private/db
    mkdir "$database_folder"
    mount -t tmpfs -o "size=$DISK_SIZE,mode=755" database "$database_folder" || fail 'no disk for the database'
}

blow_disk_full() { dd if=/dev/zero of="$database_folder/filler" bs=1M status=none 2>/dev/null || true; }
heal_disk_full() { rm -f "$database_folder/filler"; }

# Processes that are there have it open; a new one meets it.
blow_disk_read_only() {
    folder_forbid "$1" "$database_folder"
    machine_kill_responder "$1" "$2"
}
heal_disk_read_only() { folder_allow "$1" "$database_folder"; }

BLOWS+=(killed_twice killed_twice other_processes restarted restarted nginx_reloaded nginx_restarted no_descriptors
    cache_gone cache_flipped)
! on_sqlite || BLOWS+=(disk_full disk_read_only)
[[ -n ${ASAN_OPTIONS-} ]] || BLOWS+=(clock_steps)
LETHAL+=' killed_twice killed_twice other_processes disk_read_only clock_steps '
SPOILING+=' disk_full no_descriptors '
AWAY+=' killed_twice other_processes restarted nginx_restarted no_descriptors disk_read_only clock_steps '

# --- a database that was damaged ----------------------------------------------------------------------------------
#
# After each wave a copy of the database is damaged, and read: by commands, and by a machine of its own.  SQLite keeps no
# sum of a page, so a letter of a text may be another one.  All else is read right, or refused with a message.

DAMAGES=(file_flipped log_flipped log_cut)
damage_file_flipped() { printf '%s\0' "$1" | flip "$2"; }
damage_log_flipped() { printf '%s\0' "$1-wal" | flip "$2"; }
damage_log_cut() { truncate -s $(($2 * 32768 % ($(stat -c %s "$1-wal") + 1))) "$1-wal"; }

damage() { # NUMBER OF ROUND
    local how=${DAMAGES[RANDOM % ${#DAMAGES[@]}]} number=$RANDOM copy=$private/damaged
    rm -rf "$copy" && mkdir "$copy"
    cp "$CASECAST_DB"* "$copy/" && rm -f "$copy/casecast.db-shm"
    [[ $how == file_flipped || -s $copy/casecast.db-wal ]] || how=file_flipped
    say "# round $1: $how, number $number"
    "damage_$how" "$copy/casecast.db" "$number"
    fact "round $1, $how: each command reads it, or says why not" commands_answer "$copy/casecast.db"
    fact "round $1, $how: a server answers, or its log says why not" server_answers "$copy/casecast.db"
    host_kill damaged
    rm -rf "$(shared)/damaged"
}

commands_answer() { # DATABASE
    local line status
    for line in cases 'cases --json' export 'show voices' jobs 'jobs --json' hooks machines check; do
        # shellcheck disable=SC2086
        env "${rig_settings[@]}" "CASECAST_DB=$1" timeout -k 1 60 "$program" $line >"$private/damaged/out" 2>&1 </dev/null
        status=$?
        if ((status >= 124)) || { ((status)) && [[ ! -s $private/damaged/out ]]; }; then
            printf '%s: status %d: %s\n' "$line" "$status" "$(head -c 600 "$private/damaged/out")"
            return 1
        fi
    done
}

# A machine that shares nothing with the others.
server_answers() { # DATABASE
    local path status log=$private/damaged/log/casecast.log
    mkdir -p "$(shared)/damaged/media"
    machine_up damaged 5 RIG_WAIT=no "CASECAST_DB=$1" CASECAST_OUTPUT=/srv/damaged/media CASECAST_CACHE=/srv/damaged/cache || return
    wait_for 5 server_is_there || { holds 'error .*casecast\.db' "$(cat "$log")"; return; }
    for path in /api/health/ready /api/cases /api/cases/voices /api/jobs /api/metrics '/create/video?caseId=pictures'; do
        status=$(rig_curl -o /dev/null -w '%{http_code}' 2>/dev/null "$(machine_url damaged)$path")
        [[ $status =~ ^(200|404|409|422|500|503)$ ]] || { printf '%s: status %s\n' "$path" "$status"; return 1; }
    done
    lacks 'AddressSanitizer|runtime error|assert|core dumped|signal' "$(cat "$log")"
}
server_is_there() { [[ $(rig_curl --max-time 3 -o /dev/null -w '%{http_code}' "$(machine_url damaged)/api/health/live") =~ ^(200|503)$ ]]; }
