#!/usr/bin/env bash
# fairness.sh - whom a machine works for: its own jobs before those of others, and of these the one that has the least
# left.
# (PostgreSQL only: no machine helps another with an SQLite file.)
set -uo pipefail
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

private_stack_prepare CASECAST_MACHINE=m1 CASECAST_SLOTS=1
photos_make
mkdir -p "$private/m1"
export CASECAST_RUN=$private/m1
stack_start

has_plan() { (($(sql "SELECT count(*) FROM casecast_plans WHERE job_id = '$1'") == 1)); } # JOB

# The job that the machine claimed a part of first; nothing: it has claimed none.
helped_first() { # MACHINE
    sql "SELECT q.job_id FROM casecast_parts p JOIN casecast_plans q ON q.number = p.plan JOIN casecast_members m ON m.name = p.member
        WHERE m.machine = '$1' ORDER BY p.claimed_ms LIMIT 1"
}
helps() { [[ $(helped_first "$1") ]]; } # MACHINE

short_jobs_first() {
    local short
    long=$(job_make long)
    fact 'a long video has a plan' wait_for 60 has_plan "$long"
    machine_start m3
    short=$(job_make short)
    fact 'so has a short one, on another machine' wait_for 60 has_plan "$short"
    fact 'which is not the same' is_owned_by "$short" m3
    machine_start m2
    fact 'a third machine helps' wait_for 60 helps m2
    fact 'with the short one first, though that is younger' same "$short" "$(helped_first m2)"
    fact 'the short one is done' wait_for 60 job_has_ended "$short"
    machine_stop m3
}

# Of the long job, how many parts the machine has made; and how many the other job has still to begin.
made_and_free() { # JOB MACHINE OTHER_JOB
    sql "SELECT (SELECT count(*) FROM casecast_parts p JOIN casecast_plans q ON q.number = p.plan JOIN casecast_members m ON m.name = p.member
            WHERE q.job_id = '$1' AND m.machine = '$2' AND made_key IS NOT NULL),
        (SELECT count(*) FROM casecast_parts p JOIN casecast_plans q ON q.number = p.plan WHERE q.job_id = '$3' AND p.member IS NULL)"
}

# While its own job is read, and when all parts of that are begun, its cores may be spare.  A part may be nearly done.
own_jobs_first() {
    local own before after made free
    fact 'then it helps with the long one' wait_for 60 has_claims "$long" m2
    own=$(job_make own)
    fact 'a job of its own begins meanwhile' wait_for 60 has_plan "$own"
    fact 'which it runs itself' is_owned_by "$own" m2
    IFS='|' read -r before free <<<"$(made_and_free "$long" m2 "$own")"
    after=$before
    while ((free)); do
        IFS='|' read -r made free <<<"$(made_and_free "$long" m2 "$own")"
        ((!free)) || after=$made
    done
    fact 'while that has parts to begin, it makes no more of the long one' test $((after - before)) -le 1
    fact 'which is still made' job_is "$long" running
    fact 'its own is done' wait_for 60 job_has_ended "$own"
}

case_put long 8 photo.jpg{,,,,,,,}
case_put short 6 photo.jpg
case_put own 24 photo.jpg
sql "UPDATE cases SET size = 720; UPDATE cases SET quality = 'draft' WHERE id = 'own'"
short_jobs_first
own_jobs_first
job_cancel "$long" >/dev/null
facts_end
