#!/usr/bin/env bash
# blows.sh - four machines with one database and one shared folder are struck at random while they make videos.
# (It measures no time, and runs side by side with others.)
# (SQLite only: blows_postgres.sh does it on PostgreSQL.)
#
#     tests/flow/machines/blows.sh                  32 rounds, or as many as begin within MOST_SECONDS
#     tests/flow/machines/blows.sh 300 4711         300 rounds from this seed: the same blows at the same moments
#     BLOWS_ONLY='paused cut_silent' …              only these blows
#     CASECAST_TEST_ENGINE=postgres …               with PostgreSQL in place of SQLite
#     BLOWS_NIGHT=yes …                             as ./scripts/soak nights: with more blows, and programs and webhooks
#
# Each machine is a set of namespaces.  A wave is four rounds: four blows while two videos are made, each with three
# viewers and a player.  Whatever happens, each viewer gets every event once, whichever machine it moves to; each video
# is made once, and is byte for byte that of one quiet machine.  tests/README.md lists the blows and what is checked.
set -uo pipefail
is_night() { [[ -n ${BLOWS_NIGHT-} ]]; }
if is_night && [[ $(readlink "/proc/$PPID/ns/mnt") == "$(readlink /proc/self/ns/mnt)" ]]; then
    exec unshare --mount --propagation private setpriv --pdeathsig TERM bash "$0" "$@" # its disks go with it
fi
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../../scripts/lib.sh"
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/rig/net.sh
. "$(dirname "$0")/../../kit/rig/net.sh"
# shellcheck source=tests/kit/rig/machines.sh
. "$(dirname "$0")/../../kit/rig/machines.sh"
# shellcheck source=tests/kit/rig/blows.sh
. "$(dirname "$0")/../../kit/rig/blows.sh"
# shellcheck source=tests/kit/rig/rounds.sh
. "$(dirname "$0")/../../kit/rig/rounds.sh"
if is_night; then
    # shellcheck source=tests/kit/rig/night.sh
    . "$(dirname "$0")/../../kit/rig/night.sh"
    # shellcheck source=tests/kit/rig/errands.sh
    . "$(dirname "$0")/../../kit/rig/errands.sh"
fi

# On a busy machine a wave takes a minute, and a flow has seven of them (tests/flow/run).
MOST_SECONDS=$([[ -n ${1-} ]] && echo 1000000 || echo 90)
rounds=${1:-$([[ -n ${ASAN_OPTIONS-} ]] && echo 8 || echo 32)}
seed=${2:-$SRANDOM}
machines=(m1 m2 m3 m4)

reason=$(net_impossible)
if [[ -n $reason && -n ${BLOWS_NO_NET-} ]]; then
    say "# skipped, as BLOWS_NO_NET is set: $reason"
    fact 'without namespaces there is nothing to test' true
    facts_end
    exit
fi
[[ -z $reason ]] || fail "no network namespaces: $reason.  BLOWS_NO_NET=1 leaves this test out"

say "# CASECAST_TEST_ENGINE=${CASECAST_TEST_ENGINE:-sqlite} ${BLOWS_NIGHT:+BLOWS_NIGHT=yes }${BLOWS_ONLY:+BLOWS_ONLY='$BLOWS_ONLY' }$0 $rounds $seed"
rig_make CASECAST_PROCESSES=2 CASECAST_SLOTS=1 CASECAST_LEASE_MS=$LEASE_MS CASECAST_RETRY_MS=100 CASECAST_HEARTBEAT_MS=500
! is_night || errands_make
database_make
cases_make
wanted_make
RANDOM=$((seed % 32768))
first_wave=$SECONDS
for ((round = 1; round <= rounds && tap_failed == 0 && SECONDS - first_wave < MOST_SECONDS; round += AT_ONCE)); do
    wave "$round" $((round + AT_ONCE - 1 < rounds ? round + AT_ONCE - 1 : rounds))
done
say "# $((round - 1)) rounds; $n_runs take-overs; viewers went on to another machine $n_moves times"
facts_end
