# streams.sh - opens event streams with curl or with many viewers, and checks their events.
# shellcheck shell=bash disable=SC2154
#
# The functions read the JSON lines of sse.mjs and viewers.mjs, from a file or from stdin.

kit=$(dirname "${BASH_SOURCE[0]}")

# The URL among the arguments of curl.
url_among() { printf '%s\n' "$@" | grep -m 1 -E '^https?://'; }

# Prints the events of a stream up to its end.
stream() {
    curl -sN --max-time 120 -H 'Accept: text/event-stream' "$@" | STREAM_URL=$(url_among "$@") node "$kit/sse.mjs"
}

# Prints the stream up to the first line that matches.
stream_until() { # REGULAR EXPRESSION CURL-ARGUMENTS…
    local words=$1
    shift
    curl -sSN --max-time 120 -H 'Accept: text/event-stream' "$@" 2>/dev/null | sed "\\,$words,q"
}

# Prints the id of the first `job` event of a stream.
job_told() { # CURL-ARGUMENTS…
    stream_until '^data: {"id":' "$@" | sed -n '$s/^data: {/{/p' | jq -r .id
}

status() { curl -sS -o /dev/null --max-time 40 -w '%{http_code}' "$@"; }
stream_status() { status -H 'Accept: text/event-stream' "$@"; }
headers() { curl -sS -o /dev/null -D - --max-time 40 "$@"; }

# Is the answer a problem document with this status and a detail that matches?
problem() { # STATUS REGULAR EXPRESSION CURL-ARGUMENTS…
    local wanted=$1 words=$2 answer
    shift 2
    answer=$(curl -sS --max-time 40 -w '\n%{http_code} %{content_type}' "$@")
    same "$wanted application/problem+json" "$(tail -n 1 <<<"$answer")" &&
        same "$wanted" "$(head -n 1 <<<"$answer" | jq -r .status)" &&
        holds "$words" "$(head -n 1 <<<"$answer" | jq -r .detail)"
}

# A stream that a viewer must open again: it holds a comment with the reason and a retry time, and no event.
comes_back() { # REGULAR EXPRESSION CURL-ARGUMENTS…
    local words=$1 got
    shift
    got=$(stream "$@")
    well_formed "$got" && holds "$words" "$(jq -r 'select(.comment) | .comment' <<<"$got")" &&
        same '' "$(jq -r 'select(.event or .id) | .event' <<<"$got")" &&
        jq -es 'any(.[]; .retry)' <<<"$got" >/dev/null && lacks "$private" "$got"
}

# --- many viewers -------------------------------------------------------------------------------------------

declare -A viewers=()

viewers_start() { # NAME ARGUMENTS-OF-viewers.mjs…; writes their events to $private/NAME.jsonl
    local name=$1
    shift
    : >"$private/$name.jsonl" # here, not in the child: a reader must not find the lines of an earlier viewer
    node "$kit/viewers.mjs" "$@" >>"$private/$name.jsonl" 2>&1 &
    viewers[$name]=$!
}

# Waits until all viewers have ended; their --ms limits the time.  (Not `wait`: a fact runs in a subshell.)
viewers_wait() { wait_for 90 grep -qs '^{"all":"over"}' "$private/$1.jsonl"; }

seen() { cat "$private/$1.jsonl"; }

# Waits until the filter is true for the lines of the viewers so far, without a line that is still being written.
viewers_saw() { # NAME SECONDS JQ-FILTER (over the list of all lines)
    wait_for "$2" viewers_saw_now "$1" "$3"
}

viewers_saw_now() {
    grep -s '}$' "$private/$1.jsonl" | jq -es "$2" >/dev/null 2>&1
}

# The time is that of a quiet machine.  A busy one gets more: what comes in time is not waited for longer.
wait_for() { # SECONDS COMMAND…
    local deadline=$((SECONDS + $1 * ${TEST_PATIENCE:-4})) ms=20
    shift
    until "$@"; do
        ((SECONDS < deadline)) || { printf 'waited in vain for: %s\n' "$*"; return 1; }
        sleep "0.$(printf '%03d' "$ms")"
        ((ms >= 200)) || ms=$((ms * 5 / 4)) # a look costs more than the wait: what takes seconds gets few
    done
}

# --- metrics ---

# Prints a metric, the sum of all processes: metric streams_open; metric 'jobs{state="queued"}'.
metric() {
    local name=casecast_${1%%\{*} label=
    [[ $1 != *\{* ]] || { label=${1#*\{}; label=${label%\}}; }
    curl -sS --max-time 40 "$url/api/metrics" | awk -v name="$name" -v label="$label" '
        $1 == name || (index($1, name "{") == 1 && index($1, label)) { sum += $NF; seen = 1 }
        END { if (seen) printf "%.12g\n", sum }'
}
metric_is() { same "$2" "$(metric "$1")"; }

# --- the events of a stream ---------------------------------------------------------------------------------

messages() { jq -r 'select(.event == "message") | .data'; } # the data that the tutorial's page reads
ids() { jq -r 'select(.id) | .id'; }
durable() { jq -c 'select(.id) | [.id, .event, .data]'; } # the events that each viewer must get exactly once
last_id() { ids | tail -n 1; }
job_of() { jq -r 'select(.event == "job") | .data | fromjson | .id' | head -n 1; }

well_formed() { # EVENTS
    same '' "$(jq -r 'select(.bad) | .bad' <<<"$1")" && same true "$(jq -r 'select(.end) | .end' <<<"$1")"
}

# Are the ids of one job, begin at 1 (or FROM), and have no gap?
contiguous() { # EVENTS [FROM]
    local job n wanted
    job=$(job_of <<<"$1")
    n=$(ids <<<"$1" | wc -l)
    wanted=$(seq -f "$job:%.0f" "${2:-1}" $((${2:-1} + n - 1)))
    ((n > 0)) && same "$wanted" "$(ids <<<"$1")"
}

# Prints the lines of one viewer, over all its connections.
of_viewer() { # NAME NUMBER
    jq -c "select(.viewer == $2)" "$private/$1.jsonl"
}

# Did every viewer get every event of its job exactly once, in order, with one end, as viewer 0 did?
complete_for_all() { # NAME NUMBER-OF-VIEWERS
    same '' "$(jq -rs --argjson n "$2" '
        def durable: map(select(.id) | [.id, .event, .data]);
        def fault($wanted):
            (map(select(.event == "job")) | first.data // "{}" | fromjson.id) as $job | durable as $got
            | if any(.[]; .bad) then "not well formed: \(map(.bad // empty))"
              elif $got == [] then "no events"
              elif ($got | map(.[0])) != [range($got | length) | "\($job):\(. + 1)"] then "ids: \($got | map(.[0]))"
              elif [.[] | select(.event | IN("done", "failed", "canceled"))] | length != 1 then "not one end: \($got)"
              elif $got != $wanted then "other than viewer 0: \($got)"
              else empty end;
        . as $all | ([.[] | select(.viewer == 0)] | durable) as $wanted
        | range($n) as $viewer | [$all[] | select(.viewer == $viewer)] | fault($wanted) | "viewer \($viewer): \(.)"
        ' "$private/$1.jsonl")"
}

# The digest and the name of each file of a video, but hidden ones.  The name of the job, which is a part of the names of
# pieces, is left out.
digests_of() { # FOLDER
    (cd "$1" && {
        find . -type f ! -name '.*' ! -name '*.m3u8' -exec sha256sum {} +
        find . -type f -name '*.m3u8' ! -name '.*' | while read -r name; do
            printf '%s  %s\n' "$(sed -E 's/live-[^-]{8}-/live-/' "$name" | sha256sum | cut -d ' ' -f 1)" "$name"
        done
    } | sed -E 's/^([0-9a-f]+)  /\1 /; s/live-[^-.]{8}([-.])/live\1/' | sort -k 2)
}
