#!/usr/bin/env bash
# gallery.sh - what a page of all cases learns from the API: their pictures before there is a video, what is being
# made of them, and how long what waits will wait.
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
cp "$CASECAST_MEDIA_ROOT/photo.jpg" "$CASECAST_MEDIA_ROOT/other.jpg"
head -c 9000 "$CASECAST_MEDIA_ROOT/photo.jpg" >"$CASECAST_MEDIA_ROOT/torn.jpg"
cp "$CASECAST_MEDIA_ROOT/photo.jpg" "$private/outside.jpg"
stack_start
posters=$CASECAST_OUTPUT/posters

of() { curl -sS "$url/api/cases" | jq -r --arg id "$1" ".cases[] | select(.id == \$id) | $2"; } # CASE FILTER
poster() { status "$url/api/cases/$1/poster"; }
poster_is() { [[ $(poster "$1") == "$2" ]]; }
poster_at() { curl -sS -o /dev/null -w '%{redirect_url}' "$url/api/cases/$1/poster"; }
size_at() { curl -sS "$1" | ffprobe -v error -show_entries stream=width,height -of csv=p=0 -; }

pictures() {
    local first
    case_put wide 3
    case_put tall 3 other.jpg
    sql "UPDATE cases SET shape = '9:16' WHERE id = 'tall'"
    case_put gone 3 nowhere.jpg
    case_put torn 3 torn.jpg
    case_put outside 3 ../outside.jpg
    sql "INSERT INTO cases(id) VALUES ('empty')"
    fact 'the list names where a case'\''s picture is' same /api/cases/wide/poster "$(of wide .poster)"
    fact 'of a case without scenes there is none' same null "$(of empty .poster)"
    fact 'HEAD makes nothing' same '204 no' "$(status -I "$url/api/cases/wide/poster") $([[ -e $posters ]] && echo yes || echo no)"
    fact 'the first asking is told to come again' holds '^Retry-After: 1' "$(headers "$url/api/cases/wide/poster")"
    fact 'then it is there' wait_for 20 poster_is wide 302
    first=$(poster_at wide)
    fact 'a JPEG beneath /media/, to be kept for good' holds 'immutable' "$(headers "$first" | tr '\n' ' ')"
    fact 'in the case'\''s shape' same 640,360 "$(size_at "$first")"
    fact 'upright, too' wait_for 20 poster_is tall 302
    fact '… in its shape' same 360,640 "$(size_at "$(poster_at tall)")"
    touch -d '1 hour ago' "$CASECAST_MEDIA_ROOT/photo.jpg"
    fact 'a photo that changed has another' wait_for 20 poster_is wide 302
    fact '… by another name' lacks "$first" "$(poster_at wide)"
    fact 'a photo that is not there: 404, and which' problem 404 'nowhere\.jpg' "$url/api/cases/gone/poster"
    fact 'a damaged one, too' wait_for 20 poster_is torn 404
    fact '… and which' problem 404 'torn\.jpg' "$url/api/cases/torn/poster"
    fact '… and is not tried at each visit' same 1 "$(grep -c 'poster of case torn' "$state/log/casecast.log")"
    fact 'nothing outside the media root is read' problem 404 'outside\.jpg' "$url/api/cases/outside/poster"
    fact 'no such case: 404' problem 404 'not found' "$url/api/cases/nobody/poster"
    fact 'no scenes: 404' problem 404 'no scenes' "$url/api/cases/empty/poster"
    fact 'no file is left half' same '' "$(find "$posters" -name '.*.part')"
}

# Another process of this machine has its turn.
one_at_a_time() {
    local n
    case_put turn 3
    case_put turn2 3 other.jpg
    touch -d '2 hours ago' "$CASECAST_MEDIA_ROOT/photo.jpg" "$CASECAST_MEDIA_ROOT/other.jpg"
    exec {turn}<"$posters"
    flock "$turn"
    for n in {1..20}; do poster turn >/dev/null; poster turn2 >/dev/null; done
    fact 'while another makes one, who asks is told so' same 204 "$(poster turn)"
    fact '… and everybody is answered' same 200 "$(status "$url/api/cases")"
    flock -u "$turn"
    fact 'then it is made' wait_for 20 poster_is turn 302
    fact '… and the next' wait_for 20 poster_is turn2 302
    flock "$turn"
    touch -d '3 hours ago' "$CASECAST_MEDIA_ROOT/photo.jpg"
    fact 'one is waited for' same 204 "$(poster turn)"
    responders_stop
    fact 'a stop does not wait for it' holds '(stopped)$' "$(tail -n 1 "$state/log/casecast.log")"
    exec {turn}<&-
    responders_start
    stack_wait
    fact 'and it is made after the start' wait_for 20 poster_is turn 302
}

state_is() { [[ $(of "$1" .job.state) == "$2" ]]; }
# By one list: what is known of waits changes from one to the next.
waits_longer() { # CASE THAN-CASE
    curl -sS "$url/api/cases" | jq -e --arg one "$1" --arg other "$2" \
        '[.cases[] | {(.id): .job.waitMs}] | add | .[$one] != null and .[$other] != null and .[$one] > .[$other]'
}
knows_wait() { [[ $(of "$1" .job.waitMs) =~ ^[0-9]+$ ]]; }

jobs() {
    local first second third
    fact 'a case of which nothing is made has no job' same null "$(of wide .job)"
    case_put long 200
    case_put second 30
    case_put third 30
    first=$(job_make long)
    second=$(job_make second)
    third=$(job_make third)
    fact 'one is made' wait_for 20 state_is long running
    fact '… by the job that was answered' same "$first" "$(of long .job.id)"
    fact '… its share is told' jq -e '. >= 0 and . <= 100' <<<"$(of long .job.percent)"
    fact 'two wait, in their places' same "queued 1 $second queued 2 $third" \
        "$(of second '.job | "\(.state) \(.position) \(.id)"') $(of third '.job | "\(.state) \(.position) \(.id)"')"
    fact 'how long the first of them waits is known from the job before it' wait_for 30 knows_wait second
    fact '… and the second waits longer' wait_for 20 waits_longer third second
    job_cancel "$first" >/dev/null
    fact 'a canceled one is no more' wait_for 20 state_is long null
    fact 'the next is made' wait_for 60 job_is "$second" 'done'
    fact 'and is no job but a video now' same 'null true' "$(of second '"\(.job) \(.video != null)"')"
    job_cancel "$third" >/dev/null
    case_rename long 'once more'
    first=$(job_make long)
    case_rename third 'once more'
    case_rename second 'once more'
    job_make third >/dev/null
    job_make second >/dev/null
    fact 'now it is known' wait_for 30 knows_wait second
    fact '… and later than the one before' wait_for 20 waits_longer second third
    for job in $(sql "SELECT id FROM casecast_jobs WHERE state IN ('queued', 'running')"); do job_cancel "$job" >/dev/null; done
}

secrets() {
    stack_stop
    export CASECAST_SECRET_KEY='a key for these tests only'
    stack_start
    fact 'with secrets on, no picture is named' same null "$(of wide .poster)"
    fact '… and none is shown' problem 403 'pictures' "$url/api/cases/wide/poster"
    job_make wide >/dev/null
    fact '… nor is a job' same null "$(of wide .job)"
}

pictures
one_at_a_time
jobs
secrets
facts_end
