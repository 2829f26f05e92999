#!/usr/bin/env bash
# up.sh - the two commands a newcomer types, in a folder of their own.
# (It measures no time, and runs side by side with others.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"

private_stack_prepare
unset CASECAST_CACHE CASECAST_DB CASECAST_OUTPUT CASECAST_MEDIA_ROOT
export CASECAST_STATE=$state CASECAST_PORT=$port

up() { "$root/scripts/up" 2>&1; }

running() { cat "$state"/run/*.process; }

fact 'a port that is none is refused' holds 'CASECAST_PORT=80a: must be a whole number' "$(CASECAST_PORT=80a up)"
fact 'a port over 65535 is refused' holds 'CASECAST_PORT=70000: must be' "$(CASECAST_PORT=70000 up)"

first=$(up)
fact 'up ends well' same 0 $?
fact 'up shows the frames of a video being made' holds '^data: processing_video' "$first"
fact 'up shows progress' holds '^event: progress' "$first"
fact 'up shows the end' holds '^event: done' "$first"
fact 'up says where to look' holds "gallery +$url/" "$first"
fact 'the gallery is there' holds '<title>casecast' "$(curl -sS "$url/")"

before=$(running)
started=$SECONDS
second=$(up)
fact 'up again ends well' same 0 $?
fact 'up again replays the video' holds '^event: done' "$second"
fact 'up again does not make it again' test $((SECONDS - started)) -lt 10
fact 'up again restarts nothing' same "$before" "$(running)"

fact 'down ends well' "$root/scripts/down"
fact 'nothing is left of it' same '' "$(process_pid nginx; process_pid responders)"
fact 'the port is free again' lacks taken "$(port_is_taken "$port" && say taken)"
fact 'down again is harmless' "$root/scripts/down"
facts_end
