#!/usr/bin/env bash
# up.sh - scripts/up and scripts/down, in a folder of the test.
# (It measures no time, and runs side by side with others.)
# (SQLite only: its subject is the scripts.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"

private_stack_prepare
unset CASECAST_CACHE CASECAST_DB CASECAST_OUTPUT CASECAST_MEDIA_ROOT
export CASECAST_STATE=$state CASECAST_PORT=$port

up() { "$root/scripts/up" 2>&1; }

job_in() { grep -A 3 '^event: job' <<<"$1" | grep -m 1 -oE '\b[a-z0-9]{26}\b' | head -n 1 || echo "no job in $1"; } # OUTPUT: its ID
running() { cat "$state"/run/*.process; }

fact 'a port that is no number is refused' holds 'CASECAST_PORT=80a: must be a whole number' "$(CASECAST_PORT=80a up)"
fact 'a port over 65535 is refused' holds 'CASECAST_PORT=70000: must be' "$(CASECAST_PORT=70000 up)"

first=$(up)
fact 'up exits with status 0' same 0 $?
fact 'up shows the frames of a video being made' holds '^data: processing_video' "$first"
fact 'up shows progress' holds '^event: progress' "$first"
fact 'up shows the done event' holds '^event: done' "$first"
fact 'up prints the URL of the gallery' holds "gallery +$url/" "$first"
fact 'a picture that is sent lies with the site, not in the folder of Debian' test -e "$state/photos/.files/$(
    curl -sS --data-binary @/usr/share/backgrounds/seeding_by_Clements_Engelhardt.jpg "$url/api/files" | jq -r '.file | ltrimstr("file:")')"
fact 'the gallery is served' holds '<title>casecast' "$(curl -sS "$url/")"

before=$(running)
second=$(up)
fact 'a second up exits with status 0' same 0 $?
fact 'a second up shows the replay' holds '^event: done' "$second"
fact 'a second up makes no video' same "$(job_in "$first")" "$(job_in "$second")"
fact 'a second up restarts nothing' same "$before" "$(running)"

fact 'down exits with status 0' "$root/scripts/down"
fact 'after down nothing runs' same '' "$(process_pid nginx; process_pid responders)"
fact 'after down the port is free' lacks taken "$(port_is_taken "$port" && say taken)"
fact 'a second down exits with status 0' "$root/scripts/down"
facts_end
