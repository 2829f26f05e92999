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
