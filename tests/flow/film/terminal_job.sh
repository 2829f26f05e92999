#!/usr/bin/env bash
# terminal_job.sh - `casecast create --job`: a video of the terminal is a job like any other.  It is made once whoever asks,
# waits for a slot, goes on elsewhere when the terminal dies, and ends with it if nobody else waits.
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

private_stack_prepare CASECAST_SLOTS=1
photos_make
on_sqlite && "$program" init >/dev/null
kit=$(cd "$kit" && pwd)
mkdir "$private/films" && cd "$private/films" || exit 1

id_of() { sql "SELECT id FROM casecast_jobs WHERE subject = '$1' ORDER BY number DESC LIMIT 1"; } # CASE
key_of() { sql "SELECT key FROM casecast_jobs WHERE subject = '$1' ORDER BY number DESC LIMIT 1"; } # CASE
is_in() { [[ $(sql "SELECT state FROM casecast_jobs WHERE subject = '$1' ORDER BY number DESC LIMIT 1") == "$2" ]]; } # CASE STATE
is_drawn() { [[ $(sql "SELECT count(*) FROM casecast_jobs WHERE subject = '$1' AND progress LIKE '%encoding%'") == 1 ]]; } # CASE
is_watched_by_two() { [[ $(sql "SELECT sum(n) FROM casecast_audiences WHERE job_id = '$(id_of "$1")'") == 2 ]]; } # CASE
says() { grep -qE -- "$1" "$2"; } # REGULAR EXPRESSION FILE
create() { # CASE [NAME]: begins in the background; $terminal is its process
    "$program" create --job "$1" -o "${2-$1}.mp4" >"${2-$1}.said" 2>&1 &
    terminal=$!
}
ended() { # PROCESS: sets $status, in this shell
    wait "$1" 2>/dev/null
    status=$?
}

case_put killed 4
create killed
fact 'without a responder the terminal makes the video' wait_for 30 is_drawn killed
killed=$(id_of killed)
fact '`casecast jobs` shows it' holds "^$killed +running +killed" "$("$program" jobs)"
kill -KILL "$terminal"
ended "$terminal"

stack_start
fact 'the terminal was killed, and a responder makes the video' wait_for 60 is_in killed 'done'
fact 'in one job' same 1 "$(jobs_of killed)"
fact 'which the gallery shows' holds "/$(key_of killed)/final.mp4" "$(curl -sS "$url/api/cases" | jq -r '.cases[] | select(.id == "killed").video.file')"
fact 'a viewer has its stream to the end' same done "$(stream "$url/api/jobs/$killed/events" | jq -r 'select(.event == "end").data' | jq -r .state)"
fact 'a terminal that asks for it gets a copy' "$program" create -q --job killed --with captions,chapters -o again.mp4
fact 'of the same bytes' cmp again.mp4 "$CASECAST_OUTPUT/$(key_of killed)/final.mp4"
fact 'and what is wanted beside it' test -s again.vtt -a -s again.chapters.vtt
fact 'a file that is there stays' holds 'again.mp4: is there already' "$("$program" create --job killed -o again.mp4 2>&1)"

case_put busy 60
busy=$(job_make busy)
wait_for 20 is_in busy running
case_put shared 4
create shared
first=$terminal
fact 'a terminal waits for a slot of the machine' wait_for 20 says queued shared.said
fact 'its job is queued' is_in shared queued
create shared joined
second=$terminal
fact 'another terminal waits with it' wait_for 20 is_watched_by_two shared
kill -INT "$first"
ended "$first"
fact 'Ctrl-C ends the first' same 130 "$status"
fact 'the job goes on, as somebody waits for it' holds 'goes on without this command' "$(cat shared.said)"
"$program" cancel "$busy" >/dev/null
ended "$second"
fact 'the other terminal gets the video' same 0 "$status"
fact 'it has joined the job' says "job $(id_of shared) makes this video already" joined.said
fact 'the video is whole' cmp joined.mp4 "$CASECAST_OUTPUT/$(key_of shared)/final.mp4"
fact 'of one job' same 1 "$(jobs_of shared)"

case_put left 60
create left
fact 'a third video is made' wait_for 30 is_drawn left
kill -INT "$terminal"
ended "$terminal"
fact 'Ctrl-C ends it' same 130 "$status"
fact 'as nobody else waits, its job is canceled' wait_for 20 is_in left canceled
fact 'nothing is left of it' same '' "$(find . -mindepth 1 -name '*left*' ! -name left.said)"

if ((EUID == 0)); then
    chown nobody "$CASECAST_OUTPUT"
    fact 'root makes no files in the folder of another user' holds "belongs to the user $(id -u nobody)" \
        "$("$program" create --job killed -o root.mp4 2>&1)"
fi
fact 'a file is no case of the database' holds 'case .* must be' "$("$program" create --job ./photos 2>&1)"
facts_end
