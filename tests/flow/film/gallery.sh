#!/usr/bin/env bash
# gallery.sh - what the API tells a page of all cases: a poster of each case before it has a video, the jobs of the
# cases, and the expected wait of queued jobs.
# (Any engine: its subject is posters and waits, lists are read on both engines by unit tests.)
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
    fact 'the list of cases names the poster of a case' same /api/cases/wide/poster "$(of wide .poster)"
    fact 'a case without scenes has no poster' same null "$(of empty .poster)"
    fact 'HEAD makes no poster' same '204 no' "$(status -I "$url/api/cases/wide/poster") $([[ -e $posters ]] && echo yes || echo no)"
    fact 'the first request for a poster gets Retry-After' holds '^Retry-After: 1' "$(headers "$url/api/cases/wide/poster")"
    fact 'a later request is redirected to the poster' wait_for 20 poster_is wide 302
    first=$(poster_at wide)
    fact 'a poster is a JPEG below /media/ and may be cached forever' holds 'immutable' "$(headers "$first" | tr '\n' ' ')"
    fact 'the poster has the shape of the case' same 640,360 "$(size_at "$first")"
    fact 'a poster of an upright case is made' wait_for 20 poster_is tall 302
    fact 'the poster of an upright case is upright' same 360,640 "$(size_at "$(poster_at tall)")"
    touch -d '1 hour ago' "$CASECAST_MEDIA_ROOT/photo.jpg"
    fact 'a changed photo gets a new poster' wait_for 20 poster_is wide 302
    fact 'the new poster has a new name' lacks "$first" "$(poster_at wide)"
    fact 'a missing photo is 404, and the error names it' problem 404 'nowhere\.jpg' "$url/api/cases/gone/poster"
    fact 'a damaged photo is 404' wait_for 20 poster_is torn 404
    fact 'the error names the damaged photo' problem 404 'torn\.jpg' "$url/api/cases/torn/poster"
    fact 'a damaged photo is tried once only' same 1 "$(grep -c 'poster of case torn' "$state/log/casecast.log")"
    fact 'a photo outside the media root is not read' problem 404 'outside\.jpg' "$url/api/cases/outside/poster"
    fact 'the poster of an unknown case is 404' problem 404 'not found' "$url/api/cases/nobody/poster"
    fact 'the poster of a case without scenes is 404' problem 404 'no scenes' "$url/api/cases/empty/poster"
    fact 'no partial poster stays' same '' "$(find "$posters" -name '.*.part')"
}

# Another process of this machine holds the turn to draw.
one_at_a_time() {
    local n lock
    case_put turn 3
    case_put turn2 3 other.jpg
    touch -d '2 hours ago' "$CASECAST_MEDIA_ROOT/photo.jpg" "$CASECAST_MEDIA_ROOT/other.jpg"
    if on_sqlite; then lock=$posters/.lock; else lock=$CASECAST_RUN/posters; fi
    exec {turn}<"$lock"
    flock "$turn"
    for n in {1..20}; do poster turn >/dev/null; poster turn2 >/dev/null; done
    fact 'a poster that waits for its turn is 204' same 204 "$(poster turn)"
    fact 'other requests are answered meanwhile' same 200 "$(status "$url/api/cases")"
    flock -u "$turn"
    fact 'the poster is made in its turn' wait_for 20 poster_is turn 302
    fact 'the next poster is made, too' wait_for 20 poster_is turn2 302
    flock "$turn"
    touch -d '3 hours ago' "$CASECAST_MEDIA_ROOT/photo.jpg"
    fact 'a poster waits again for its turn' same 204 "$(poster turn)"
    responders_stop
    fact 'a stop does not wait for the poster' holds '(stopped)$' "$(tail -n 1 "$state/log/casecast.log")"
    exec {turn}<&-
    responders_start
    stack_wait
    fact 'the poster is made after the restart' wait_for 20 poster_is turn 302
}

state_is() { [[ $(of "$1" .job.state) == "$2" ]]; }
# Compares both waits in one list, as the forecast changes between two lists.
waits_longer() { # CASE THAN-CASE
    curl -sS "$url/api/cases" | jq -e --arg one "$1" --arg other "$2" \
        '[.cases[] | {(.id): .job.waitMs}] | add | .[$one] != null and .[$other] != null and .[$one] > .[$other]'
}
knows_wait() { [[ $(of "$1" .job.waitMs) =~ ^[0-9]+$ ]]; }

jobs_in_list() {
    local first second third
    fact 'a case without a job has none in the list' same null "$(of wide .job)"
    case_put long 200
    case_put second 30
    case_put third 30
    first=$(job_make long)
    second=$(job_make second)
    third=$(job_make third)
    fact 'the list shows a running job' wait_for 20 state_is long running
    fact 'the list has the id of that job' same "$first" "$(of long .job.id)"
    fact 'the list has the job'\''s percentage' jq -e '. >= 0 and . <= 100' <<<"$(of long .job.percent)"
    fact 'the list has the positions of two queued jobs' same "queued 1 $second queued 2 $third" \
        "$(of second '.job | "\(.state) \(.position) \(.id)"') $(of third '.job | "\(.state) \(.position) \(.id)"')"
    fact 'the wait of the first queued job is estimated from the running job' wait_for 30 knows_wait second
    fact 'the second queued job waits longer' wait_for 20 waits_longer third second
    job_cancel "$first" >/dev/null
    fact 'a canceled job is no longer in the list' wait_for 20 state_is long null
    fact 'the next job is done' wait_for 60 job_is "$second" 'done'
    fact 'a finished case has a video and no job' same 'null true' "$(of second '"\(.job) \(.video != null)"')"
    job_cancel "$third" >/dev/null
    case_rename long 'once more'
    first=$(job_make long)
    case_rename third 'once more'
    case_rename second 'once more'
    job_make third >/dev/null
    job_make second >/dev/null
    fact 'the wait of the queued job is known again' wait_for 30 knows_wait second
    fact 'the job queued after it has a later estimate' wait_for 20 waits_longer second third
    for job in $(sql "SELECT id FROM casecast_jobs WHERE state IN ('queued', 'running')"); do job_cancel "$job" >/dev/null; done
}

secrets() {
    stack_stop
    export CASECAST_SECRET_KEY='a key for these tests only'
    stack_start
    fact 'with secrets on, the list names no poster' same null "$(of wide .poster)"
    fact 'with secrets on, a poster is 403' problem 403 'pictures' "$url/api/cases/wide/poster"
    job_make wide >/dev/null
    fact 'with secrets on, the list names no job' same null "$(of wide .job)"
}

pictures
one_at_a_time
jobs_in_list
secrets
facts_end
