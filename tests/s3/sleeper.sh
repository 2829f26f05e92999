#!/usr/bin/env bash
# sleeper.sh - two machines make videos on S3.  The owner of a job is stopped past its lease while a PUT of it is on its
# way, its heir goes on, and the PUT arrives, with all that the owner had put before; then the owner wakes.  No playlist
# gets shorter, no object changes, every name in a playlist opens, and the video is that of a single machine.  (Started
# by tests/s3/run.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../kit/stack.sh"
# shellcheck source=tests/kit/spawned.sh
. "$(dirname "$0")/../kit/spawned.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../kit/cases.sh"
# shellcheck source=tests/kit/pair.sh
. "$(dirname "$0")/../kit/pair.sh"
# shellcheck source=tests/kit/s3/radosgw.sh
. "$(dirname "$0")/../kit/s3/radosgw.sh"
# shellcheck source=tests/kit/s3/late.sh
. "$(dirname "$0")/../kit/s3/late.sh"

key_of() { sql "SELECT key FROM casecast_jobs WHERE id = '$1'"; } # JOB
object() { rgw_curl GET "/casecast/pair/$1" "${@:2}"; }           # NAME [CURL-ARGUMENT…]
names_in() { sed -n 's/.*URI="\(.*\)"/\1/p; /^live-/p'; }

# Reads the playlist as a player would, and writes down each fault.
watch_playlist() { # PLAYLIST
    local list n most=0
    while sleep 0.05; do
        list=$(object "$1" -f 2>/dev/null) || { ((most == 0)) || echo 'the playlist is gone'; continue; }
        n=$(grep -c '^#EXTINF' <<<"$list")
        ((n >= most)) || printf 'it had %d pieces and has %d\n' "$most" "$n"
        most=$n
        object "${1%/*}/$(names_in <<<"$list" | tail -n 1)" -f -o /dev/null || printf 'the last of %d pieces is gone\n' "$n"
        echo "$n" >>"$private/looks"
    done >>"$private/faults" 2>&1
}

names_open() { # PLAYLIST: every name in the playlist is an object, and it ends
    local list name
    list=$(object "$1" -f) && grep -q '^#EXT-X-ENDLIST' <<<"$list" || return
    for name in $(names_in <<<"$list"); do object "${1%/*}/$name" -f -o /dev/null || return; done
}

made_alone() { # NAME KEY
    env CASECAST_CACHE_MIB=0 "$program" create --force "$1" -o "$private/$1.mp4" >/dev/null 2>"$private/create.log" || cat "$private/create.log"
    same "$(sha256sum <"$private/$1.mp4")" "$(object "$2/final.mp4" | sha256sum)"
}

# Names and digests of what is below the key.
objects_of() { rgw_curl GET "/casecast?max-keys=1000&prefix=pair%2F$1%2F" | grep -o '<Key>[^<]*\|<ETag>[^<]*'; } # KEY
pieces_in() { object "$1" -f 2>/dev/null | grep -c '^#EXTINF'; } # PLAYLIST
has_more_pieces() { (($(pieces_in "$1") > $2)); }                # PLAYLIST THAN

owner_sleeps() { # NAME STATE HELD: while a PUT that HELD matches is on its way, until its heir has begun, or has ended
    local owner heir asleep job key list watcher n before
    case_put "$1" 6 photo.jpg photo.jpg
    job=$(job_make "$1")
    key=$(key_of "$job")
    list=$key/live-${job:0:8}.m3u8
    owner_find "$job"
    : >"$private/looks" >"$private/faults"
    watch_playlist "$list" &
    watcher=$!
    late_hold "$owner" "$3"
    fact "$1: a PUT of the owner is on its way" wait_for 100 late_is_held "$owner"
    n=$(pieces_in "$list")
    kill -STOP "$asleep"
    fact "$1: the heir is on the other machine" wait_for 60 runs_on "$heir" "$job"
    if [[ $2 == begun ]]; then
        fact "$1: the heir publishes more" wait_for 60 has_more_pieces "$list" "$n"
    else
        fact "$1: the heir ends the job" wait_for 200 job_is "$job" 'done'
    fi
    before=$(objects_of "$key")
    late_arrive "$owner" >"$private/late"
    fact "$1: late PUTs arrive: each of a playlist is refused, all others are taken" same "$(late_answers_wanted)" "$(late_answers)"
    [[ $2 == begun ]] || fact "$1: they change no object" same "$before" "$(objects_of "$key")"
    kill -CONT "$asleep"
    fact "$1: the owner gives the job up when it wakes" wait_for 60 gave_up "$owner" "$job"
    fact "$1: the job is done" wait_for 200 job_is "$job" 'done'
    kill "$watcher"
    fact "$1: no playlist was shorter than an earlier one, and its last piece was there" same '' "$(sort "$private/faults" | uniq -c)"
    fact "$1: the watcher read more than 10 playlists" test "$(wc -l <"$private/looks")" -gt 10
    fact "$1: every name of the playlist opens" names_open "$list"
    fact "$1: the MP4 is the one that a single machine makes" made_alone "$1" "$key"
    fact "$1: nothing unfinished is left on a machine" same '' "$(find "$private/left-run/output" "$private/right/run/output" -type f)"
}
late_answers() { sed -E 's#^([0-9A-Z_]+) .*(\.[a-z0-9]+)$#\2 \1#' "$private/late" | sort -u; }
# What came is judged, and that there was something of each.
late_answers_wanted() {
    late_answers | sed 's/ .*//' | sort -u | sed 's/$/ 200/; s/^\.m3u8 200/.m3u8 412/'
}

private_stack_prepare CASECAST_PROCESSES=1 CASECAST_SLOTS=1 CASECAST_LEASE_MS=700 CASECAST_MACHINE=left
export CASECAST_OUTPUT=s3://casecast/pair CASECAST_CACHE=s3://casecast/pair-cache CASECAST_RUN=$private/left-run
export CASECAST_S3_CREDENTIALS=$private/keys
rgw_keys "$private/keys"
photos_make
late_start left /casecast/pair/
late_start right /casecast/pair/
export CASECAST_S3_ENDPOINT=${late_url[left]}
stack_start
right_start CASECAST_S3_ENDPOINT="${late_url[right]}"
wait_for 20 right_is_ready
wait_for 20 is_listed right idle >/dev/null
owner_sleeps sleeper begun '\.m3u8$'
owner_sleeps late 'done' 'final\.mp4$'
facts_end
