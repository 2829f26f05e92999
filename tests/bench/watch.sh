# watch.sh - a video as its viewer gets it.  Sourced.
# shellcheck shell=bash

# Milliseconds from the request to the first `playable` and to the end, on one stream.
stream_times() { # URL CASE
    local line start=${EPOCHREALTIME/./} first='' end=''
    while read -r line; do
        line=${line%$'\r'}
        [[ $line != 'event: playable' || -n $first ]] || first=$((${EPOCHREALTIME/./} - start))
        [[ $line != 'data: finished_video' ]] || end=$((${EPOCHREALTIME/./} - start))
    done < <(curl -sN --max-time 120 "$1/create/video?caseId=$2")
    jq -n --arg first "$first" --arg whole "$end" \
        '{firstMs: $first, endMs: $whole} | with_entries(select(.value != "") | .value |= tonumber / 1000)'
}
