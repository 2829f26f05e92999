# load.sh - jobs with viewers that go through what a test does to the server, and the facts that hold afterwards.
# Sourced after cases.sh and streams.sh.
# shellcheck shell=bash disable=SC2154
#
#     load_start one two       # a case, a job and two viewers each
#     load_facts 'a restart' one two

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
