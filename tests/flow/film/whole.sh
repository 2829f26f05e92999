#!/usr/bin/env bash
# whole.sh - a done job is returned only while its files are unchanged; otherwise the video is made again.  The key of a
# video is the digest of the files that were read for it, even if they change during the job.  The pieces from which a
# video was played while it was made are no part of it, and go.
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

private_stack_prepare CASECAST_RETRY_MS=100 CASECAST_SLOTS=1
photos_make
stack_start

made() { # CASE: prints the job's id when it is done
    stream "$url/create/video?caseId=$1" | jq -r 'select(.event == "job") | .data | fromjson | .id' | tail -n 1
}

folder_of() { printf '%s/%s\n' "$CASECAST_OUTPUT" "$(sql "SELECT key FROM casecast_jobs WHERE id = '$1'")"; }

# --- damaged files ----------------------------------------------------------------------------------------------

made_again_without() { # NAME COMMAND…, which gets the folder
    local name=$1 before after
    shift
    before=$(made kept)
    fact "$name: the job is returned while its files are whole" same "$before" "$(made kept)"
    "$@" "$(folder_of "$before")"
    after=$(made kept)
    fact "$name: a new job makes the video again" lacks "$before" "$after"
    fact 'the new job is done' same 'done' "$(job_state "$after")"
}

cut() { truncate -s "$1" "$3/$2"; } # SIZE FILE FOLDER
halve() { truncate -s $(($(stat -c %s "$2/$1") / 2)) "$2/$1"; } # FILE FOLDER
remove() { rm "$2/$1"; }
forget_lengths() {
    local without="json_remove(result, '\$.bytes')"
    on_sqlite || without="(result::jsonb - 'bytes')::text"
    sql "UPDATE casecast_jobs SET result = $without WHERE subject = 'kept' AND state = 'done'"
}

what_is_left() {
    case_put kept 1
    made_again_without 'a film of no bytes' cut 0 final.mp4
    made_again_without 'half a film' halve final.mp4
    made_again_without 'a film without captions' remove captions.vtt
    made_again_without 'a film with half a picture of sprites' halve sprites.jpg
    made_again_without 'a film that has grown' cut +1 final.mp4
    made kept >/dev/null
    forget_lengths
    made_again_without 'of an older version, half a film' halve final.mp4
    forget_lengths
    made_again_without 'of an older version, no poster' remove poster.jpg
    fact 'the list of cases shows the video' jq -e '.cases[] | select(.id == "kept") | .video' <<<"$(curl -sS "$url/api/cases")"
    halve final.mp4 "$(folder_of "$(made kept)")"
    fact 'the list of cases does not show a damaged video' jq -e '.cases[] | select(.id == "kept") | .video == null' <<<"$(curl -sS "$url/api/cases")"
}

# --- files that change during the job ---------------------------------------------------------------------------

files_make() {
    (
        cd "$CASECAST_MEDIA_ROOT" || exit
        cp -p photo.jpg a.jpg
        ffmpeg -v error -f lavfi -i mandelbrot=size=320x200 -frames:v 1 b.jpg </dev/null
        ffmpeg -v error -f lavfi -i sine=frequency=300:duration=1 a.wav </dev/null
        ffmpeg -v error -f lavfi -i sine=frequency=900:duration=2 b.wav </dev/null
    )
}

put() { cp -p "$CASECAST_MEDIA_ROOT/$1" "$CASECAST_MEDIA_ROOT/$2"; } # keeps its modification time

film() { sha256sum <"$(folder_of "$1")/final.mp4"; } # JOB

block() {
    blocker=$(job_make blocker)
    wait_for 20 job_is "$blocker" running
}
unblock() { job_cancel "$blocker" >/dev/null; }

replaced_while_it_waits() { # KIND EXTENSION (of the file that the case "swap-KIND" names)
    local kind=$1 file=swap-$1.$2 waited first other
    put "a.$2" "$file"
    block
    waited=$(job_make "swap-$kind")
    put "b.$2" "$file"
    unblock
    fact "$kind: a file is replaced while its job waits, and the job is done" wait_for 60 job_is "$waited" 'done'
    other=$(film "$waited")
    fact 'the job is returned while the second file is there' same "$waited" "$(made "swap-$kind")"
    put "a.$2" "$file"
    first=$(made "swap-$kind")
    fact 'with the first file again, another job makes its video' lacks "$waited" "$first"
    fact 'the two videos differ' lacks "$other" "$(film "$first")"
    put "b.$2" "$file"
    fact 'with the second file again, its job is returned' same "$waited" "$(made "swap-$kind")"
}

touched_while_it_is_made() {
    local job
    put a.jpg touched.jpg
    case_put touched 10 touched.jpg
    job=$(job_make touched)
    viewers_start touched --once --ms 80000 "$url/api/jobs/$job/events"
    viewers_saw touched 20 'any(.[]; .event == "scene")'
    put b.jpg touched.jpg
    put a.jpg touched.jpg # same size and modification time
    viewers_wait touched
    fact 'a file is replaced and restored during the job: the job fails' same failed "$(job_state "$job")"
    fact 'the error says that the file changed' holds 'changed while its video was made' "$(job_error "$job")"
    fact 'no MP4 of other pictures stands under its key' test ! -e "$(folder_of "$job")/final.mp4"
    fact 'the next request makes the video' wait_for 60 job_is "$(job_make touched)" 'done'
}

what_changes() {
    files_make
    case_put blocker 60
    case_put swap-image 1 swap-image.jpg
    case_put swap-audio 1
    case_put swap-music 1
    sql "UPDATE scenes SET audio = 'swap-audio.wav', seconds = NULL WHERE case_id = 'swap-audio';
         UPDATE cases SET music = 'swap-music.wav' WHERE id = 'swap-music'"
    replaced_while_it_waits image jpg
    replaced_while_it_waits audio wav
    replaced_while_it_waits music wav
    touched_while_it_is_made
}

# An upgrade while a video is made: other fonts are another engine.
another_engine_goes_on() {
    local job
    case_put begun 60
    job=$(job_make begun)
    fact 'a video is begun' wait_for 60 has_scene "$job"
    stack_stop
    printf '<?xml version="1.0"?><fontconfig><dir>%s</dir></fontconfig>\n' "$CASECAST_MEDIA_ROOT" >"$private/fonts.conf"
    FONTCONFIG_FILE=$private/fonts.conf stack_start
    fact 'another engine does not go on with it' wait_for 60 job_is "$job" failed
    fact 'the error names both' holds 'the engine [0-9a-f]{12}, and this machine has the engine [0-9a-f]{12}' "$(job_error "$job")"
}
has_scene() { (($(sql "SELECT count(*) FROM casecast_events WHERE job_id = '$1' AND name = 'scene'"))); } # JOB

# --- pieces -----------------------------------------------------------------------------------------------------

pieces_of() { find "$(folder_of "$1")" -name "live-${1:0:8}*"; } # JOB
has_no_pieces() { [[ -z $(pieces_of "$1") ]]; }

# With a short CASECAST_KEEP each second is a look for what may go.  No job is old enough to be forgotten.
pieces_go() {
    local job fresh list
    job=$(made kept)
    case_put fresh 2
    fresh=$(made fresh)
    list=$url/media/$(basename "$(folder_of "$job")")/live-${job:0:8}.m3u8
    fact 'pieces stay for the length of the video and ten minutes' same 602 \
        "$(sql "SELECT (clear_ms - ended_ms) / 1000 FROM casecast_jobs WHERE id = '$fresh'")"
    fact 'a playlist can be read after the end' same 200 "$(curl -sS -o /dev/null -w '%{http_code}' "$list")"
    stack_stop
    sql "UPDATE casecast_jobs SET asked_ms = asked_ms + 3600000 WHERE asked_ms IS NOT NULL;
         UPDATE casecast_jobs SET clear_ms = clear_ms - 3600000 WHERE id = '$job'"
    CASECAST_KEEP=10s stack_start
    fact 'then they go' wait_for 60 has_no_pieces "$job"
    fact 'the playlist is not found' same 404 "$(curl -sS -o /dev/null -w '%{http_code}' "$list")"
    fact 'those of a video that was made since stay' lacks '^$' "$(pieces_of "$fresh")"
    fact 'the job without pieces is returned' same "$job" "$(made kept)"
    stack_stop
    stack_start
}

what_is_left
pieces_go
what_changes
another_engine_goes_on
fact 'no responder reports a fault' lacks 'AddressSanitizer|runtime error|assert' "$(cat "$state/log/casecast.log")"
facts_end
