#!/usr/bin/env bash
# kills.sh - a responder, nginx's workers or a viewer's connection dies at a random moment, again and again.  In each
# case each viewer gets every durable event exactly once, and each video is made once and complete.
#
#     tests/flow/job/kills.sh                     30 rounds
#     KILLS_SEED=4711 tests/flow/job/kills.sh     repeats a run: the same victims at the same times after the start
#     KILLS_ROUNDS=300 …                          more rounds; scripts/soak repeats the test for hours
#
# Three rounds run at a time on the same processes, each with its own case, two viewers and one kill.
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

rounds=${KILLS_ROUNDS:-30}
seed=${KILLS_SEED:-$SRANDOM}
AT_ONCE=3
MOST_MS=1500 # after the viewers' start: the latest moment of a kill

# --- kills ---------------------------------------------------------------------------------------------------

child_of() { # PID NUMBER: one of its children, for any number
    local pids
    mapfile -t pids < <(ps -o pid= --ppid "$1" | tr -d ' ')
    ((${#pids[@]} == 0)) || printf '%s\n' "${pids[$2 % ${#pids[@]}]}"
}

strike() { # SIGNAL PID: a victim that is not there counts as hit
    [[ -z $2 ]] || kill -"$1" "$2" 2>/dev/null || true
}

blow_responder_killed() { strike KILL "$(child_of "$(process_pid responders)" "$2")"; }
blow_responder_asked_to_stop() { strike TERM "$(child_of "$(process_pid responders)" "$2")"; }
blow_nginx_reloaded() { kill -HUP "$(process_pid nginx)"; }
blow_nginx_worker_killed() { strike KILL "$(child_of "$(process_pid nginx)" "$2")"; }
blow_viewer_cut() { strike USR2 "${viewers[$1]}"; }

BLOWS=(responder_killed responder_asked_to_stop nginx_reloaded nginx_worker_killed viewer_cut)

# --- rounds --------------------------------------------------------------------------------------------------

# A job whose process died three times fails.  So at most two of the three kills of a wave hit a responder.
draw() { # sets $blow, $moment and $victim, from the seed alone
    while blow=${BLOWS[RANDOM % ${#BLOWS[@]}]}; do
        [[ $blow == responder_killed ]] || break
        ((++n_killed <= AT_ONCE - 1)) && break
    done
    moment=$((RANDOM % MOST_MS))
    victim=$RANDOM
}

round_start() { # NUMBER
    case_put "round$1" 1
    viewers_start "round$1" --n 2 --ms 90000 "$url/create/video?caseId=round$1"
    wait_for 20 test -s "$private/round$1.jsonl"
}

# Does the kills of these rounds, each at its moment.
blows_fall() { # FIRST LAST
    local number began plan=() blow moment victim n_killed=0
    for ((number = $1; number <= $2; number++)); do
        draw
        printf '# round %d: %s after %d ms\n' "$number" "${blow//_/ }" "$moment"
        plan+=("$moment $blow round$number $victim")
    done
    began=$(date +%s%3N)
    while read -r moment blow name victim; do
        sleep "$(jq -n "[$began + $moment - $(date +%s%3N), 0] | max / 1000")"
        "blow_$blow" "$name" "$victim"
    done < <(printf '%s\n' "${plan[@]}" | sort -n)
}

# Each viewer has the ids from 1 without a gap, one end, then 204; and all viewers have the same.  An event that was
# cut when its writer died is not counted.
each_event_once() { # NAME
    jq -es '
        def ends: map(select(.event | IN("done", "failed", "canceled")));
        [.[] | select(.viewer != null)] | group_by(.viewer) | map(
            map(select(.id)) as $durable | ($durable[0].id | split(":")[0]) as $job | {
                viewer: .[0].viewer,
                bad: [.[] | select(.bad and (.bad | startswith("the end comes inside") | not))],
                gap: ([$durable[].id] != [range(1; ($durable | length) + 1) | "\($job):\(.)"]),
                ends: (ends | map(.event)),
                last: map(select(.open))[-1].open,
                durable: [$durable[] | [.id, .event, .data]]})
        | length == 2 and .[0].durable == .[1].durable
            and all(.bad == [] and (.gap | not) and .ends == ["done"] and .last == 204)
    ' "$private/$1.jsonl" >/dev/null || { grep -v progress "$private/$1.jsonl"; return 1; }
}

frames_in() {
    ffprobe -v error -count_frames -select_streams v -show_entries stream=nb_read_frames -of csv=p=0 "$1"
}

made_once() { # NAME
    local told video frames
    same 'done' "$(sql "SELECT state FROM casecast_jobs WHERE subject = '$1'")" || return
    told=$(sql "SELECT result FROM casecast_jobs WHERE subject = '$1'")
    video=$CASECAST_OUTPUT/$(jq -r '.video | split("/")[-2:] | join("/")' <<<"$told")
    frames=$(frames_in "$video" 2>&1)
    same "$(jq -r .frames <<<"$told")" "$frames"
}

nothing_partial() { same '' "$(find "$CASECAST_OUTPUT" -name '.*' -type f)"; }

wave() { # FIRST LAST
    local number
    for ((number = $1; number <= $2; number++)); do round_start "$number"; done
    blows_fall "$1" "$2"
    for ((number = $1; number <= $2; number++)); do
        viewers_wait "round$number"
        fact "round $number: each viewer has every durable event once, and one end" each_event_once "round$number"
        fact "round $number: the video was made once, and is complete" made_once "round$number"
    done
    fact "rounds $1 to $2: no partial file stays" nothing_partial
}

private_stack_prepare CASECAST_PROCESSES=3 CASECAST_LEASE_MS=1000 CASECAST_RETRY_MS=100
photos_make
stack_start
say "# KILLS_SEED=$seed KILLS_ROUNDS=$rounds $0"
RANDOM=$((seed % 32768))
for ((round = 1; round <= rounds; round += AT_ONCE)); do
    wave "$round" $((round + AT_ONCE - 1 < rounds ? round + AT_ONCE - 1 : rounds))
done
facts_end
