#!/usr/bin/env bash
# kept.sh - a changed caption encodes one scene, a job whose process was killed reuses its finished segments, and the
# video has the same bytes in each case.
# (It measures no time, and runs side by side with others.)
# (Any engine: its subject is what is kept between videos.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

done_of() { # CASE: the data of `done`, when it has come
    curl -sN --max-time 120 "$url/create/video?caseId=$1" | sed -n '/^event: done/{n;s/^data: //p}'
}

file_of() { printf '%s/%s\n' "$CASECAST_OUTPUT" "$(jq -r '.video | split("/")[-2:] | join("/")' <<<"$1")"; }

scenes_ten() { # CASE
    case_put "$1" 1.5 photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg photo.jpg
}

a_changed_caption_costs_its_scene() {
    local first second third
    scenes_ten ten
    first=$(done_of ten)
    # The ten scenes show one photo, so a fade between the same two moves may occur twice.
    fact 'the first job encodes at least nine tenths of its frames' same true "$(jq '.kept < 0.1 * .frames' <<<"$first")"
    sql "UPDATE scenes SET caption = 'Another one' WHERE case_id = 'ten' AND position = 4"
    second=$(done_of ten)
    fact 'with a changed caption, at least nine tenths of the frames are reused' \
        same true "$(jq '.kept >= 0.9 * .frames and .kept < .frames' <<<"$second")"
    sql "UPDATE scenes SET caption = 'ten, scene 4' WHERE case_id = 'ten' AND position = 4"
    rm -rf "${CASECAST_OUTPUT:?}/"*
    third=$(done_of ten)
    fact 'with the old caption and without its files, all frames are reused' same true "$(jq '.kept == .frames' <<<"$third")"
    first_sum=$(sha256sum <"$(file_of "$third")")
    fact 'the thumbnails are written again' test -s "$(dirname "$(file_of "$third")")/scene-10.jpg"
}

has_frames() { (($(curl -sS "$url/api/jobs/$1" | jq '.progress.frames // 0') >= $2)); } # JOB FRAMES

# The same case with an empty cache; every process is killed in the middle.
a_killed_job_goes_on_from_its_segments() {
    local job kept
    sql "DELETE FROM casecast_events; DELETE FROM casecast_jobs"
    rm -rf "${CASECAST_CACHE:?}/"* "${CASECAST_OUTPUT:?}/"*
    job=$(job_make ten)
    wait_for 60 has_frames "$job" 150
    # shellcheck disable=SC2046
    kill -KILL $(ps -o pid= --ppid "$(process_pid responders)")
    wait_for 60 job_is "$job" done
    kept=$(curl -sS "$url/api/jobs/$job" | jq .result.kept)
    fact "a killed job reuses its finished segments ($kept frames)" test "$kept" -ge 50
    fact 'the video of the killed job has the same bytes' \
        same "$first_sum" "$(sha256sum <"$(file_of "$(curl -sS "$url/api/jobs/$job" | jq -c .result)")")"
}

a_cache_that_cannot_be_written_costs_only_time() {
    rm -rf "${CASECAST_CACHE:?}"
    : >"$CASECAST_CACHE" # a file takes the folder's place
    case_put lone 0.5
    fact 'without a cache folder a video is made' same 0 "$(jq .kept <<<"$(done_of lone)")"
    fact 'the log says why nothing is kept' grep -q 'nothing is kept between videos: cache folder' "$state/log/casecast.log"
}

private_stack_prepare CASECAST_LEASE_MS=1000
photos_make
stack_start
a_changed_caption_costs_its_scene
a_killed_job_goes_on_from_its_segments
a_cache_that_cannot_be_written_costs_only_time
facts_end
