#!/usr/bin/env bash
# jobs.sh - while many jobs pass, each with lines and a file, the folder of videos and the database stay as large as they
# became in the first quarter.  CASECAST_KEEP is short, so what a job has left goes soon after its end.  (Started by
# scripts/soak.)
#
#     tests/soak/jobs.sh [JOBS]      5000 jobs
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../kit/streams.sh"

n_jobs=${1:-5000}
at_once=$((n_jobs / 20)) # jobs that are queued together

private_stack_prepare CASECAST_SLOTS=8 CASECAST_KEEP=3s CASECAST_MAX_QUEUED=10000 CASECAST_MAX_QUEUED_CLIENT=0 \
    CASECAST_MAX_QUEUED_KIND=0
export CASECAST_KINDS=$private/kinds
mkdir "$CASECAST_KINDS"
printf '%s\n' '[Kind]' Subject=leaveId 'Command=sh -c "seq 20; head -c 65536 /dev/zero >$CASECAST_OUT/file"' Files=yes \
    >"$CASECAST_KINDS/leave.kind"
stack_start

post() { # FROM TO
    local n
    for ((n = $1; n <= $2; n++)); do
        ((n == $1)) || echo next
        printf '%s\n' "url = $url/api/jobs" 'header = "Content-Type: application/json"' 'output = /dev/null' fail silent \
            "data = \"{\\\"leaveId\\\":\\\"$n\\\"}\""
    done | curl --config -
}
has_no_live() { [[ $(sql "SELECT count(*) FROM casecast_jobs WHERE state IN ('queued', 'running')") == 0 ]]; }
# Files go meanwhile.
folder_kib() { du -sk "$CASECAST_OUTPUT" 2>/dev/null | cut -f1; }
database_kib() { if on_sqlite; then du -ck "$CASECAST_DB"* | tail -n 1 | cut -f1; else pg_sql "SELECT pg_database_size('casecast') / 1024"; fi; }
larger() { echo $(($1 > $2 ? $1 : $2)); }

early=(0 0) late=(0 0)
for ((from = 1; from <= n_jobs; from += at_once)); do
    post "$from" $((from + at_once - 1)) || break
    wait_for 600 has_no_live || break
    now=("$(folder_kib)" "$(database_kib)")
    for i in 0 1; do
        if ((from <= n_jobs / 4)); then early[i]=$(larger "${early[i]}" "${now[i]}"); else late[i]=$(larger "${late[i]}" "${now[i]}"); fi
    done
done
printf '# at most: folder %d KiB, then %d; database %d KiB, then %d; jobs left %s\n' "${early[0]}" "${late[0]}" "${early[1]}" "${late[1]}" \
    "$(sql 'SELECT count(*) FROM casecast_jobs')"
fact 'all jobs passed' test "$from" -gt "$n_jobs"
fact 'the folder stays bounded' test "${late[0]}" -le $((early[0] * 3 / 2 + 64 * at_once))
fact 'so does the database' test "${late[1]}" -le $((early[1] * 3 / 2 + 4096)) # of which 4 MiB may be the log of SQLite
has_no_job() { [[ $(sql 'SELECT count(*) FROM casecast_jobs') == 0 ]]; }
fact 'all are forgotten' wait_for 60 has_no_job
fact 'with their events' same 0 "$(sql 'SELECT count(*) FROM casecast_events')"
fact 'and their files' same '' "$(find "$CASECAST_OUTPUT" -type f -name file)"
facts_end
