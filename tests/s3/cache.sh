#!/usr/bin/env bash
# cache.sh - machines share their cache on S3: what one has encoded and spoken, another reuses, with the same bytes;
# storage that refuses or is away costs only time.  (Started by tests/s3/run.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../kit/cases.sh"
# shellcheck source=tests/kit/s3/radosgw.sh
. "$(dirname "$0")/../kit/s3/radosgw.sh"

# Makes the video on a machine of its own.  Its output goes to $private/MACHINE.log.
make() { # MACHINE CASE [NAME=VALUE…]
    local machine=$1 case=$2
    shift 2
    env CASECAST_CACHE=s3://casecast/cache CASECAST_RUN="$private/$machine" CASECAST_S3_ENDPOINT="$rgw_url" \
        CASECAST_S3_CREDENTIALS="$private/keys" "$@" "$program" create --force "$case" -o "$private/$machine.mp4" >"$private/$machine.log" 2>&1
}

sum() { sha256sum <"$private/$1.mp4"; } # MACHINE
says() { holds "$2" "$(cat "$private/$1.log")"; }

case_narrated() { # CASE
    case_put "$1" 1 photo.jpg photo.jpg photo.jpg photo.jpg
    sql "UPDATE scenes SET narration = 'One. Two.' WHERE case_id = '$1' AND position = 1"
}

machines_share_their_work() {
    fact 'a machine makes a video' make one four
    fact 'it has put its segments and its speech into the bucket' test "$(rgw_list cache/ | wc -l)" -ge 6
    fact 'another machine makes it, too' make two four
    fact 'and reuses all frames' says two '([0-9]+) of \1 frames were reused'
    fact 'the video has the same bytes' same "$(sum one)" "$(sum two)"
    fact 'with a folder as cache' make folder four CASECAST_CACHE="$private/folder-cache"
    fact 'it has the same bytes, too' same "$(sum one)" "$(sum folder)"
}

an_object_with_wrong_bytes_is_made_again() {
    local object
    object=$(rgw_list cache/ | head -n 1)
    rgw_curl PUT "/casecast/$object" -d 'wrong bytes'
    fact 'an object has wrong bytes: a third machine makes the video' make three four
    fact 'with the same bytes' same "$(sum one)" "$(sum three)"
    fact 'the object is whole again' test "$(rgw_curl GET "/casecast/$object" | wc -c)" -gt 100
}

refusals_are_named() {
    (rgw_secret=wrong rgw_keys "$private/wrong")
    fact 'a wrong secret: the video is made' make wrong-secret four CASECAST_S3_CREDENTIALS="$private/wrong"
    fact 'the log says that the secret is wrong, and where it stands' \
        says wrong-secret "nothing is shared .* the secret key in $private/wrong is wrong"
    (rgw_key=NOBODY rgw_keys "$private/unknown")
    fact 'an unknown key: the video is made' make wrong-key four CASECAST_S3_CREDENTIALS="$private/unknown"
    fact 'the log says so' says wrong-key "does not know the aws_access_key_id in $private/unknown"
    fact 'no bucket: the video is made' make no-bucket four CASECAST_CACHE=s3://nowhere
    fact 'the log says so' says no-bucket 'there is no bucket nowhere'
    fact 'a server that is not there: the video is made' make no-server four CASECAST_S3_ENDPOINT=http://127.0.0.1:9
    fact 'the log says so' says no-server 'at http://127\.0\.0\.1:9: .*connect'
    fact 'all of them have the same bytes' \
        same "$(sum one)" "$(for name in wrong-secret wrong-key no-bucket no-server; do sum "$name"; done | sort -u)"
    fact 'no log holds a secret' lacks 'not/a\+secret' "$(cat "$private"/*.log)"
    chmod 644 "$private/wrong"
    fact 'keys that others may read: the program says so' refuses CASECAST_S3_CREDENTIALS="$private/wrong" 'mode 644'
    fact 'no endpoint: the program says so' refuses CASECAST_S3_ENDPOINT= 'CASECAST_S3_ENDPOINT: is not set'
}

refuses() { # NAME=VALUE WORDS
    ! make refused four "$1" && says refused "$2"
}

has_objects() { (($(rgw_list cache/ | wc -l) >= $1)); }

# The gateway dies while a machine works, and comes back.
storage_that_goes_away_costs_time() {
    local pid n
    case_narrated long
    sql "UPDATE scenes SET seconds = 8 WHERE case_id = 'long'"
    n=$(rgw_list cache/ | wc -l)
    make away long &
    pid=$!
    wait_for 60 has_objects $((n + 3))
    rgw_kill gateway
    wait "$pid"
    fact 'storage goes away in the middle: the video is made' same 0 $?
    fact 'the log says that nothing is shared meanwhile' says away 'nothing is shared between machines'
    rgw_start_gateway
    fact 'storage is back: it has the same bytes' make back long
    fact 'as it had' same "$(sum away)" "$(sum back)"
}

private_stack_prepare
rgw_keys "$private/keys"
photos_make
CASECAST_CACHE_MIB=0 "$program" import "$root/scripts/samples" >/dev/null 2>&1 || "$program" init >/dev/null 2>&1
case_narrated four
machines_share_their_work
an_object_with_wrong_bytes_is_made_again
refusals_are_named
storage_that_goes_away_costs_time
facts_end
