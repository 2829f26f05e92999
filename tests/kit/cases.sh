# cases.sh - writes small cases into the database, as another program would, and reads the state of their jobs.
# shellcheck shell=bash disable=SC2154

# Creates the media root of this test, with one small photo.
photos_make() {
    export CASECAST_MEDIA_ROOT=$private/photos
    mkdir -p "$CASECAST_MEDIA_ROOT"
    ffmpeg -v error -f lavfi -i testsrc2=size=640x360:duration=1 -frames:v 1 -q:v 3 "$CASECAST_MEDIA_ROOT/photo.jpg" </dev/null
}

# Writes a case with a scene of SECONDS for each image (default: photo.jpg).  No two cases share a scene, so that the
# cached frames of one save the other no work.
case_put() { # ID SECONDS [IMAGE…]
    local id=$1 seconds=$2 image n=0
    shift 2
    (($#)) || set -- photo.jpg
    {
        printf "BEGIN; DELETE FROM scenes WHERE case_id = '%s'; DELETE FROM cases WHERE id = '%s';\n" "$id" "$id"
        printf "INSERT INTO cases(id, title) VALUES ('%s', 'Case %s');\n" "$id" "$id"
        for image; do
            n=$((n + 1))
            printf "INSERT INTO scenes(case_id, position, image, caption, seconds) VALUES ('%s', %d, '%s', '%s, scene %d', %s);\n" \
                "$id" "$n" "$image" "$id" "$n" "$seconds"
        done
        printf 'COMMIT;\n'
    } | sql
}

# Changes the texts of a case, so that it needs another job and new frames.
case_rename() { # ID TITLE
    sql "UPDATE cases SET title = '$2' WHERE id = '$1'; UPDATE scenes SET caption = caption || ', $2' WHERE case_id = '$1'"
}

jobs_of() { sql "SELECT count(*) FROM casecast_jobs WHERE subject = '$1'"; } # CASE

job_make() { # CASE: prints the id of its job, which may be an existing one
    curl -sS -H 'Content-Type: application/json' -d "{\"caseId\":\"$1\"}" "$url/api/jobs" | jq -r .id
}

job_state() { curl -sS "$url/api/jobs/$1" | jq -r .state; }
job_is() { [[ $(job_state "$1") == "$2" ]]; }
job_error() { curl -sS "$url/api/jobs/$1" | jq -r .error; }
job_cancel() { curl -sS -X POST "$url/api/jobs/$1/cancel${2:+?viewer=$2}"; } # JOB [VIEWER]

job_has_ended() { [[ $(job_state "$1") =~ ^(done|failed|canceled)$ ]]; }

# --- jobs under load --------------------------------------------------------------------------------------------
#
#     load_start one two                   # a case, a job and two viewers each, of streams.sh
#     load_facts 'a restart' one two       # what holds after whatever was done meanwhile

load_start() { # NAME…
    local name
    for name; do
        case_put "$name" "${load_seconds:-2}"
        viewers_start "$name" --n 2 --ms 90000 "$url/create/video?caseId=$name"
    done
    for name; do wait_for 20 viewers_saw_now "$name" 'any(.[]; .event == "job")'; done
}

load_over() { # NAME…: all viewers have ended
    local name
    for name; do viewers_wait "$name" || return; done
}

# No viewer has a gap or an event twice, whatever connections it had.
load_complete() { # NAME…
    local name
    for name; do complete_for_all "$name" 2 && load_is_done "$name" || { printf 'case %s\n' "$name"; return 1; }; done
}

load_is_done() { same 'done' "$(jq -rs '[.[] | select(.event | IN("done", "failed", "canceled")) | .event] | unique | join(" ")' "$private/$1.jsonl")"; }

# One done job of each key, and no event after a job's end.
load_made_once() {
    same '' "$(sql "SELECT kind, key, count(*) FROM casecast_jobs WHERE state = 'done' GROUP BY kind, key HAVING count(*) > 1")" &&
        same '' "$(sql "SELECT id FROM casecast_jobs j WHERE last_seq <> (SELECT count(*) FROM casecast_events e WHERE e.job_id = j.id)
            OR last_seq <> (SELECT max(seq) FROM casecast_events e WHERE e.job_id = j.id)")" &&
        same '' "$(sql "SELECT job_id FROM casecast_events WHERE name IN ('done', 'failed', 'canceled') GROUP BY job_id HAVING count(*) > 1")"
}

load_facts() { # WORDS NAME…
    local words=$1
    shift
    fact "$words: all viewers come to the end" load_over "$@"
    fact "$words: each viewer has every event once, and each video is made" load_complete "$@"
    fact "$words: the database has one done job a key, and one end a job" load_made_once
    fact "$words: no partial file stays" same '' "$(find "$CASECAST_OUTPUT" -name '.*' -type f)"
}

no_fault() { lacks 'AddressSanitizer|runtime error|assert' "$(cat "$state/log/casecast.log")"; }
