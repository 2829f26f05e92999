# rounds.sh - waves of blows from a seed, and what must hold after each.  Sourced after blows.sh.
# shellcheck shell=bash disable=SC2034,SC2154

n_runs=0      # take-overs so far
n_moves=0     # streams that were opened again, each on the next machine
AT_ONCE=4     # blows a wave
MOST_MS=2500  # the latest moment of a blow, from when the jobs run; of one wave in four, from the viewers' start
CASES=(voices pictures)

# --- the database -----------------------------------------------------------------------------------------------

# SQLite: one file, which the machines share because one kernel carries them all.  PostgreSQL: a server in a host of its
# own, which the machines reach over the network, with a password.
database_make() {
    export CASECAST_DB
    if on_sqlite; then
        CASECAST_DB=${database_folder:-$private}/casecast.db
        rig_settings+=("CASECAST_DB=$CASECAST_DB")
        casecast init >"$private/init.log" || fail 'casecast init failed (see above)'
    else
        pg_host_make
        CASECAST_DB=$(pg_address owner) # of this test, over the server's socket
        rig_settings+=("CASECAST_DB=postgresql://casecast@$(host_address db),$(host_address standby)/casecast?target_session_attrs=read-write" "PGPASSFILE=$private/pgpass")
        casecast init --role casecast >"$private/init.log" || fail 'casecast init failed (see above)'
        BLOWS+=("${DATABASE_BLOWS[@]}")
    fi
}

# A command of casecast, by the owner of the database, outside the network.
casecast() { env "${rig_settings[@]}" "CASECAST_DB=$CASECAST_DB" "$program" "$@"; }

# --- cases, and what one quiet machine makes of them ---------------------------------------------------------------

cases_make() {
    mkdir -p "$private/photos"
    ffmpeg -v error -f lavfi -i testsrc2=size=1280x720:duration=1 -frames:v 1 -q:v 3 "$private/photos/photo.jpg" </dev/null
    jq -n '
        def scene($i): {image: "photo.jpg", caption: "Scene \($i): a caption of two lines, as most captions are long enough for them"};
        {cases: [
            {id: "voices", size: "720p", quality: "draft", fps: 24, titleCard: true, scenes: [
                range(3) | scene(.) + {narration: "This is what the voice says about picture number \(.).", seconds: 4}]},
            {id: "pictures", size: "720p", quality: "draft", fps: 30, fades: true, credits: true, scenes: [
                range(4) | scene(.) + {credit: "Nobody", seconds: 3, transition: (["fade", "slide", "wipe", "black"][.])}]}]}
    ' >"$private/cases.json"
    casecast import "$private/cases.json" >/dev/null || fail 'the cases could not be imported'
}

media() { printf '%s/casecast/media\n' "$(shared)"; }

wipe() {
    find "$(media)" -mindepth 1 -maxdepth 1 -exec rm -rf {} +
    find "$(shared)/casecast/cache" -type f ! -name lock -delete
}

# Each engine's digests go to $private/wanted/FOLDER; a video's folder is named by its key, which holds the engine.
wanted_make() {
    mkdir -p "$private/wanted"
    wanted_of m1 "RIG_FONTS=$OTHER_FONTS"
    wanted_of m1
    local i
    for ((i = 1; i < ${#machines[@]}; i++)); do machine_up "${machines[i]}" $((i + 1)); done
}

wanted_of() { # MACHINE [NAME=VALUE…]
    local case folder
    host_kill "$1"
    machine_up "$1" 1 "${@:2}"
    for case in "${CASES[@]}"; do
        rig_curl -N --max-time 120 "$(machine_url "$1")/create/video?caseId=$case" | grep '^event: done' >/dev/null ||
            fail "one quiet machine could not make the video of $case: see $1/log/casecast.log"
    done
    for folder in "$(media)"/*; do digests_of "$folder" >"$private/wanted/${folder##*/}"; done
    wipe
}

# --- a wave -----------------------------------------------------------------------------------------------------

# From the seed alone: $plan has a line for each blow and its end: MOMENT blow|heal BLOW ROUND AIM NUMBER.  Half of the
# blows aim at a machine that runs a job then, the others at any.
draw() { # FIRST LAST
    local round blow moment lasts aim deaths n_lethal=0 n_database=0 n_away=0 all=("${BLOWS[@]}")
    [[ -z ${BLOWS_ONLY-} ]] || read -ra all <<<"$BLOWS_ONLY"
    plan=() late=() may_fail='' early=$((RANDOM % 4 == 0))
    for ((round = $1; round <= $2; round++)); do
        blow=${all[RANDOM % ${#all[@]}]}
        deaths=$(deaths_of "$blow")
        if ((n_lethal + deaths <= 2)); then n_lethal=$((n_lethal + deaths)); else blow=viewer_cut; fi
        [[ " ${DATABASE_BLOWS[*]} " != *" $blow "* ]] || ((++n_database <= 1)) || blow=viewer_cut # the database gets well first
        [[ $AWAY != *" $blow "* ]] || ((++n_away < ${#machines[@]})) || blow=viewer_cut
        aim=any
        ((RANDOM % 2)) || aim=owner # not in a subshell, which has numbers of its own
        moment=$((RANDOM % MOST_MS))
        lasts=$((LEASE_MS / 4 + RANDOM % (3 * LEASE_MS)))
        say "# round $round: $blow, at ${aim/owner/an owner}, after $moment ms, for $lasts ms"
        plan+=("$moment blow $blow $round $aim $RANDOM")
        ! declare -F "heal_$blow" >/dev/null || plan+=("$((moment + lasts)) heal $blow $round - $RANDOM")
        [[ $SPOILING != *" $blow "* ]] || may_fail=yes
    done
}

# How many processes of a job a blow may kill, one after the other.
deaths_of() { tr ' ' '\n' <<<"$LETHAL" | grep -cx "$1"; } # BLOW

# A machine that is not struck yet: one that runs a job, as the last sample says, if that is wanted and there is one.
target() { # owner|any NUMBER
    local name owner free=() owners=()
    [[ $1 == any ]] || mapfile -t owners < <(tail -n 5 "$private/samples" | awk -F '|' '$3 == "running" { print $7 }' | tac)
    for name in "${machines[@]}"; do
        [[ " ${struck[*]} " == *" $name "* ]] || free+=("$name")
    done
    for owner in ${owners[@]+"${owners[@]}"}; do
        [[ " ${free[*]} " != *" $owner "* ]] || { printf '%s\n' "$owner"; return; }
    done
    printf '%s\n' "${free[$2 % ${#free[@]}]}"
}

# On a busy machine a blow may else be over before there is anything to strike.
all_run() { # or have run
    local n
    n=$(sql "SELECT count(*) FROM casecast_jobs WHERE number > $last_number AND started_ms > 0 AND kind = 'video'")
    ((n == ${#CASES[@]}))
}

urls_of() { local name; for name in "${machines[@]}"; do printf '%s%s\n' "$(machine_url "$name")" "$1"; done; } # PATH

# Three viewers, who begin on different machines.
watch() { # NAME PATH; writes their events to $private/NAME.jsonl
    local urls
    mapfile -t urls < <(urls_of "$2")
    host_prefix viewers
    : >"$private/$1.jsonl"
    "${in_host[@]}" node "$root/tests/kit/viewers.mjs" --n 3 --roam --silent 2500 --ms 240000 "${urls[@]}" >>"$private/$1.jsonl" 2>&1 &
    viewers[$1]=$!
}

# Viewers and a player of each video.
audience_start() {
    local case urls folder
    for case in "${CASES[@]}"; do watch "$case" "/create/video?caseId=$case"; done
    host_prefix viewers
    players=()
    for folder in "$private"/wanted/*; do
        mapfile -t urls < <(urls_of "/media/${folder##*/}")
        "${in_host[@]}" node "$root/tests/kit/playlists.mjs" "/srv/casecast/media/${folder##*/}" "${urls[@]}" >"$private/player-${folder##*/}.jsonl" 2>&1 &
        players+=($!)
    done
}

children_signal() { # SIGNAL PID…: `nsenter -p` forks: its child is the program
    local pid
    for pid in "${@:2}"; do pkill -"$1" -P "$pid"; done
}

# What the database says of jobs and members, ten times a second.
samples_start() {
    while :; do
        on_sqlite || pg_folder=$(<"$private/pg-now") # of another server, after a fail-over
        sql "SELECT 'job', j.id, j.state, j.run, j.last_seq, coalesce(m.name, '-'), coalesce(m.machine, '-'), coalesce(m.slots, 0),
            coalesce(m.leased_until_ms, 0) FROM casecast_jobs j LEFT JOIN casecast_members m ON m.name = j.owner WHERE j.number > $last_number"
        printf 'now|%s\n' "$EPOCHREALTIME"
        sleep 0.1
    done >>"$private/samples" 2>>"$private/samples.err" &
    sampler=$!
}

# How many jobs each machine works on, as its own processes say.
works_start() {
    local name n
    while :; do
        for name in "${machines[@]}"; do
            n=$(rig_curl --max-time 1 "$(machine_url "$name")/api/metrics" 2>/dev/null | awk '/^casecast_jobs_running_here[ {]/ { n += $NF; any = 1 } END { if (any) print n }')
            [[ -z $n ]] || printf 'works|%s|%s|%s\n' "$name" "$n" "$EPOCHREALTIME" >>"$private/samples"
        done
        sleep 0.2
    done &
    worker=$!
}

blows_fall() {
    local began moment what blow round aim number
    local -A struck=()
    began=$(date +%s%3N)
    while read -r moment what blow round aim number; do
        sleep "$(jq -n "[$began + $moment - $(date +%s%3N), 0] | max / 1000")"
        [[ $what == heal ]] || struck[$round]=$(target "$aim" "$number")
        printf '%s %s %s %s\n' "$(date +%T.%3N)" "$what" "$blow" "${struck[$round]}" >>"$private/blows.log"
        "${what}_$blow" "${struck[$round]}" "$number"
        if declare -F "late_$blow" >/dev/null; then late+=("late_$blow ${struck[$round]}"); fi
    done < <(printf '%s\n' "${plan[@]}" | sort -sn)
}

wave() { # FIRST LAST
    local case name began=$SECONDS made
    wipe
    last_number=$(sql 'SELECT coalesce(max(number), 0) FROM casecast_jobs')
    draw "$1" "$2"
    printf '# rounds %s to %s\n' "$1" "$2" >>"$private/blows.log"
    [[ ${plan[*]} != *database_fails_over* ]] || pg_standby_make
    : >"$private/samples"
    samples_start
    works_start
    audience_start
    for case in "${CASES[@]}"; do wait_for 20 test -s "$private/$case.jsonl"; done
    ((early)) || wait_for 30 all_run
    ! is_night || errands_start "$1"
    blows_fall
    for case in "${CASES[@]}"; do
        fact "rounds $1 to $2, $case: the viewers come to an end" viewers_are_over "$case"
    done
    made=$((SECONDS - began))
    for name in ${late[@]+"${late[@]}"}; do $name; done
    n_runs=$((n_runs + $(sql "SELECT sum(run) - count(*) FROM casecast_jobs WHERE number > $last_number")))
    n_moves=$((n_moves + $(cat "$private"/{voices,pictures}.jsonl | jq -c 'select(.open == 200 and .run > 0)' | wc -l)))
    sleep "$(jq -n "$LEASE_MS * 1.5 / 1000")" # whoever slept has learned what it missed
    children_signal TERM "${players[@]}"
    wait "${players[@]}" 2>/dev/null
    kill "$sampler" "$worker"
    wait "$sampler" "$worker" 2>/dev/null
    for case in "${CASES[@]}"; do
        fact "rounds $1 to $2, $case: each viewer has every event once, and one end" each_event_once "$case"
        [[ -z $may_fail ]] || again_done "$case"
    done
    ! is_night || errands_are_right "$1"
    fact "rounds $1 to $2: one job a key is done, its events are complete, and nobody holds a claim" jobs_are_right
    fact "rounds $1 to $2: runs and events only grew, no slot was used twice" samples_are_right
    fact "rounds $1 to $2: nobody who lives holds a claim and does not work on it" claims_are_worked_on
    fact "rounds $1 to $2: every file is that of one quiet machine" files_are_right
    [[ -n $may_fail ]] || # a failed job takes its pieces away
        fact "rounds $1 to $2: no playlist shrank, and every name in it opened" players_are_content
    children_signal TERM "${viewers[@]}"
    say "# rounds $1 to $2 took $((SECONDS - began)) s, $made of them until the viewers' end"
    ! is_night || ! on_sqlite || damage "$1"
    ((tap_failed == 0)) || machines_tell
}

# --- what must hold ---------------------------------------------------------------------------------------------

viewers_are_over() { wait_for 150 grep -qs '^{"all":"over"}' "$private/$1.jsonl"; }

# As each_event_once of kills.sh, but a job may have failed where a disk was spoiled.
# A viewer that had no event yet when the job failed asks for a new one.
each_event_once() { # CASE
    jq -es --arg may_fail "$may_fail" '
        def ends: map(select(.event | IN("done", "failed", "canceled")));
        [.[] | select(.viewer != null)] | group_by(.viewer) | map(
            map(select(.id)) as $durable | ($durable[0].id | split(":")[0]) as $job | {
                viewer: .[0].viewer,
                job: $job,
                bad: [.[] | select(.bad and (.bad | startswith("the end comes inside") | not))],
                gap: ([$durable[].id] != [range(1; ($durable | length) + 1) | "\($job):\(.)"]),
                ends: (ends | map(.event)),
                last: map(select(.open))[-1].open,
                durable: [$durable[] | [.id, .event, .data]]}) as $all
        | ([$all[] | select(.bad != [] or .gap or .last != 204
                or (.ends != ["done"] and ($may_fail == "" or .ends != ["failed"]))) | del(.durable)] | map(tostring))
            + (if ($all | length) == 3 and all($all | group_by(.job)[]; . as $of | all($of[]; .durable == $of[0].durable))
                then [] else ["viewers differ"] end)
            + (if $may_fail != "" or ($all | map(.job) | unique | length) == 1 then [] else ["viewers saw several jobs"] end)
        | if . == [] then true else (.[] | halt_error) end
    ' "$private/$1.jsonl" >/dev/null || { grep -v '"progress"' "$private/$1.jsonl" | tail -n 60; return 1; }
}

# A job that failed with a disk is made when the disk is well.
again_done() { # CASE
    fact "$1: with the disks well again, the video is there or can be made" wait_for 40 is_made "$1"
}
is_made() { # a POST makes a failed job anew, which a viewer who was told of the failure does not
    rig_curl -H 'Content-Type: application/json' -d "{\"caseId\":\"$1\"}" "$(machine_url m1)/api/jobs" | jq -e '.state == "done"' >/dev/null ||
        { sleep 0.2; false; }
}

jobs_are_right() {
    local faults
    faults=$(
        sql "SELECT 'key', key, 'has done jobs:', sum(CASE state WHEN 'done' THEN 1 ELSE 0 END) FROM casecast_jobs WHERE number > $last_number
            GROUP BY key HAVING sum(CASE state WHEN 'done' THEN 1 ELSE 0 END) <> 1"
        sql "SELECT 'job', id, 'is', state, error FROM casecast_jobs WHERE number > $last_number AND state <> 'done'
            $([[ -z $may_fail ]] || printf "AND NOT (state = 'failed' AND (error LIKE '%%Read-only%%' OR error LIKE '%%No space%%' OR error LIKE '%%full%%' OR error LIKE '%%Too many open files%%'))")"
        sql "SELECT 'job', j.id, 'says', j.last_seq, 'events and has', count(*), min(e.seq), max(e.seq) FROM casecast_jobs j JOIN casecast_events e ON e.job_id = j.id
            WHERE number > $last_number GROUP BY j.id, j.last_seq HAVING count(*) <> j.last_seq OR min(e.seq) <> 1 OR max(e.seq) <> j.last_seq"
        on_sqlite || sql "SELECT 'job', id, 'has ended and has claims of parts' FROM casecast_jobs JOIN casecast_plans ON job_id = id
            WHERE state IN ('done', 'failed', 'canceled')"
        sql "SELECT 'job', job_id, 'has ends:', count(*) FROM casecast_events JOIN casecast_jobs ON id = job_id WHERE number > $last_number
            AND name IN ('done', 'failed', 'canceled') GROUP BY job_id HAVING count(*) <> 1"
        sql "SELECT 'job', job_id, 'goes on after its end with', name FROM casecast_events AS e JOIN casecast_jobs ON id = job_id WHERE number > $last_number
            AND seq > (SELECT min(seq) FROM casecast_events x WHERE x.job_id = e.job_id AND x.name IN ('done', 'failed', 'canceled'))
            AND coalesce(name, 'message') NOT IN ('message', 'end')"
    )
    same '' "$faults"
}

# Two passes: an owner counts as alive at a moment if it renews its lease later.
samples_are_right() {
    local faults
    faults=$(awk -F '|' '
        NR == FNR { if ($1 == "job" && $9 > most[$6]) most[$6] = $9; next }
        $1 == "now" { for (m in n) if (n[m] > slots[m]) print $2, m, "runs", n[m], "jobs in", slots[m], "slots"; split("", n); next }
        {
            if ($4 < run[$2]) print "job", $2, "went from run", run[$2], "to", $4
            if ($5 < seq[$2]) print "job", $2, "went from event", seq[$2], "to", $5
            if (state[$2] ~ /^(done|failed|canceled)$/ && (state[$2] != $3 || seq[$2] != $5)) print "job", $2, "ended as", state[$2], "and is", $3, $5
            run[$2] = $4; seq[$2] = $5; state[$2] = $3
            if ($3 == "running" && most[$6] > $9) { n[$7]++; slots[$7] = $8 }
        }' "$private/samples" "$private/samples" | sort | uniq -c | head)
    same '' "$faults" && test "$(grep -c '^now' "$private/samples")" -gt 5
}

# A machine has claims under good leases and says that it works on fewer, from one answer to the next, for longer than two
# leases.  (One process may answer for all of its machine, or each for itself: then this sees less.)
claims_are_worked_on() {
    local faults
    faults=$(awk -F '|' -v most=$((2 * LEASE_MS)) '
        NR == FNR { if ($1 == "job" && $9 > best[$6]) best[$6] = $9; next }
        $1 == "job" && $3 == "running" && best[$6] > $9 { n[$7]++; ids[$7] = $2 }
        $1 == "now" { split("", claims); for (m in n) claims[m] = n[m]; split("", n) }
        $1 == "works" {
            if (claims[$2] <= $3) since[$2] = 0
            else if (!since[$2]) since[$2] = $4
            else if (($4 - since[$2]) * 1000 > most) print $2, "has", claims[$2], "claims and works on", $3, "of them:", ids[$2]
        }' "$private/samples" "$private/samples" | sort | uniq -c | head)
    same '' "$faults" && grep -q '^works' "$private/samples"
}

# The pieces of a done video go when its length and ten minutes have passed, by the clock of the database.  With SQLite
# that is the clock of each machine: one that is an hour off takes them away at once, all of them.
live_may_be_gone() { # FOLDER
    on_sqlite && [[ ${plan[*]} == *clock_* && -z $(compgen -G "$1/live*") ]]
}

files_are_right() {
    local folder name faults='' gone
    for folder in "$(media)"/*; do
        name=${folder##*/} gone='^$'
        ! live_may_be_gone "$folder" || gone=' \./live[^/]*$'
        faults+=$(diff <(grep -v "$gone" "$private/wanted/$name") <(digests_of "$folder") | sed "s/^/${name:0:8}: /")
    done
    faults+=$(find "$(media)" -name '.*' -type f -printf 'partial file %f\n')
    same '' "$faults" && test "$(find "$(media)" -mindepth 1 -maxdepth 1 | wc -l)" -ge "${#CASES[@]}"
}

# A player may have looked for pieces that went so.
players_fault() {
    local folder ignored='^\{"looks"'
    for folder in "$(media)"/*; do
        ! live_may_be_gone "$folder" || ignored+="|/media/${folder##*/}\",\"fault\":\"status 404 for live"
    done
    cat "$private"/player-*.jsonl | grep -Ev "$ignored" | head -n 20
}

players_are_content() {
    same '' "$(players_fault)" &&
        test "$(jq -s 'map(.looks // 0) | add' "$private"/player-*.jsonl)" -gt 5
}

# What went on, for who reads the output of a failed test.
machines_tell() {
    local name
    say "# the blows of this wave:"
    awk '/^# rounds/ { text = "" } { text = text "#   " $0 "\n" } END { printf "%s", text }' "$private/blows.log"
    for name in "${machines[@]}"; do
        say "# the end of the log of $name:"
        tail -n 15 "$private/$name/log/casecast.log" | sed 's/^/#   /'
    done
}
