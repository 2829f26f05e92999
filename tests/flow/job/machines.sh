#!/usr/bin/env bash
# machines.sh - three machines on one PostgreSQL database, with one folder of videos and one cache: a video is made by
# all of them, and is byte for byte what one makes alone, whoever dies or sleeps meanwhile.  A machine with another
# engine does not help.  (Here a machine is a process with a name, cores and a folder of its own.)
# (It measures no time, and runs side by side with others.)
set -uo pipefail
export CASECAST_TEST_ENGINE=postgres
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"
# shellcheck source=tests/kit/members.sh
. "$(dirname "$0")/../../kit/members.sh"

LEASE_MS=1500

private_stack_prepare CASECAST_MACHINE=m1 CASECAST_SLOTS=1 CASECAST_LEASE_MS=$LEASE_MS
photos_make
mkdir -p "$private/m1"
export CASECAST_RUN=$private/m1
stack_start

# What viewers get, by name: the video, its pieces and playlist, its captions.
digests() { # JOB
    local folder
    folder=$CASECAST_OUTPUT/$(sql "SELECT key FROM casecast_jobs WHERE id = '$1'")
    digests_of "$folder" | grep -E '/(final.mp4|live.*|captions.vtt|sprites.vtt|poster.jpg|scene-.*.jpg)$'
}

# Forgets videos and segments: the next one is made from nothing.
forget() { rm -rf "${CASECAST_OUTPUT:?}"/* "${CASECAST_CACHE:?}"/*; }

is_shared() { # JOB: it runs on more than one machine
    (($(sql "SELECT count(DISTINCT p.member) FROM casecast_parts p JOIN casecast_plans q ON q.number = p.plan WHERE q.job_id = '$1'") > 1))
}
all_help() { has_claims "$1" m1 && has_claims "$1" m2 && has_claims "$1" m3; }
has_ended_done() { wait_for 120 job_has_ended "$1" && same done "$(job_state "$1")"; }
parts_shared() { curl -sS "$url/api/metrics" | awk '/^casecast_parts_/ { n += $2 } END { print n }'; }
most_machines() { # JOB
    local most=1 now
    while ! job_has_ended "$1"; do
        now=$(curl -sS "$url/api/jobs/$1" | jq '.progress.machines // 1')
        ((now <= most)) || most=$now
        sleep 0.1
    done
    printf '%s\n' "$most"
}

make_alone() {
    local job
    job=$(job_make film)
    has_ended_done "$job" && digests "$job" >"$private/alone" && (($(wc -l <"$private/alone") > 8))
}
is_the_same() { diff "$private/alone" <(digests "$1"); } # JOB

together() {
    local job
    forget
    machine_start m2
    machine_start m3
    job=$(job_make film)
    fact 'the owner and both helpers claim parts' wait_for 60 all_help "$job"
    fact 'progress tells how many machines make it' same 3 "$(most_machines "$job")"
    fact 'it is done' has_ended_done "$job"
    fact 'it is what one machine makes alone' is_the_same "$job"
    # any of the three may own it; and on a busy machine every part may be late
    fact 'the metrics count parts that were left to, or made for, another machine' test "$(parts_shared)" -gt 0
    fact 'nothing of its plan is left' same '0|0' "$(sql 'SELECT (SELECT count(*) FROM casecast_plans), (SELECT count(*) FROM casecast_parts)')"
}

a_helper_is_killed() {
    local job
    forget
    job=$(job_make film)
    fact 'a helper claims parts' wait_for 60 has_claims "$job" m2
    machine_stop m2 KILL
    fact 'it is done though a helper was killed in the middle' has_ended_done "$job"
    fact 'it is the same' is_the_same "$job"
    machine_start m2
}

a_helper_sleeps() {
    local job
    forget
    job=$(job_make film)
    fact 'a helper claims parts' wait_for 60 has_claims "$job" m2
    kill -STOP "${pid_of[m2]}"
    fact 'it is done though a helper sleeps' has_ended_done "$job"
    kill -CONT "${pid_of[m2]}"
    fact 'it is the same when the helper has woken' is_the_same "$job"
}

# The responder that multiwatch starts anew is another process: it may get the job, or any of the others.
the_owner_is_killed() {
    local job owner
    forget
    job=$(job_make film)
    fact 'the owner has help' wait_for 60 is_shared "$job"
    owner=$(owner_of "$job")
    # shellcheck disable=SC2046
    if [[ $owner == m1 ]]; then kill -KILL $(responder_pids); else machine_stop "$owner" KILL; fi
    fact 'it is done though its owner was killed in the middle' has_ended_done "$job"
    fact 'another process went on with it' test "$(sql "SELECT run FROM casecast_jobs WHERE id = '$job'")" -gt 1
    fact 'it is the same' is_the_same "$job"
    [[ $owner == m1 ]] || machine_start "$owner"
    stack_wait
}
responder_pids() { pgrep -s "$(cut -d ' ' -f 1 "$state/run/responders.process")" -x casecast; }

# The machine is asked through the nginx of the test: for a moment its socket stands where that of the responders was.
metrics_of() { # MACHINE
    mv "$state/run/casecast.sock" "$private/aside.sock"
    ln -s "$private/$1/socket" "$state/run/casecast.sock"
    curl -sS "$url/api/metrics"
    mv "$private/aside.sock" "$state/run/casecast.sock"
}

# Other fonts are another engine.
another_engine() {
    local job engine
    machine_stop m2
    machine_stop m3
    printf '<?xml version="1.0"?><fontconfig><dir>%s</dir></fontconfig>\n' "$private/photos" >"$private/fonts.conf"
    machine_start m4 "FONTCONFIG_FILE=$private/fonts.conf"
    forget
    case_rename film 'other words'
    job=$(job_make film)
    fact 'it is done beside a machine with another engine' has_ended_done "$job"
    fact 'that machine says that it did not help' grep -q 'jobs of engine .* are not helped with' "$private/m4/log"
    engine=$(sql "SELECT engine FROM casecast_members WHERE machine = 'm1' LIMIT 1")
    fact 'its metric counts one job that it did not help with' same "$engine 1" \
        "$(metrics_of m4 | sed -nE 's/^casecast_helpers_refused_total\{engine="([^"]*)",.*\} /\1 /p')"
    fact 'it has helped with nothing' same 0 "$(grep -c 'parts' "$private/m4/log")"
    "$program" check >"$private/check" 2>&1
    fact '`casecast check` names it' grep -Eq 'engine +m4 has another engine' "$private/check"
    machine_stop m4
}

case_put film 4 photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg
sql "UPDATE cases SET size = 720, quality = 'draft' WHERE id = 'film'"
fact 'one machine makes it alone' make_alone
together
a_helper_is_killed
a_helper_sleeps
the_owner_is_killed
another_engine
facts_end
