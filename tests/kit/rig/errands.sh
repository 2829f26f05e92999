# errands.sh - jobs of a program among those of the waves, each with a webhook.  Sourced after rounds.sh.
# shellcheck shell=bash disable=SC2034,SC2154
#
# An errand is a program that prints STEPS lines.  Its receiver stands on the viewers' host.

ERRANDS=3 # a wave
STEPS=20
errands=() # subjects of this wave

# Adds to the settings of all machines; before they start.
errands_make() {
    local key
    key=whsec_$(head -c 32 /dev/zero | tr '\0' k | base64)
    (umask 077 && printf '%s\n' "$key" >"$private/keys")
    mkdir "$private/kinds"
    printf '%s\n' '[Kind]' Subject=stepsId 'Command=sh steps.sh' >"$private/kinds/steps.kind"
    # shellcheck disable=SC2016
    printf '%s\n' "for n in \$(seq $STEPS); do echo \"step \$n\"; sleep 0.15; done" 'echo "{\"result\":{\"steps\":$n}}"' >"$private/kinds/steps.sh"
    rig_settings+=("CASECAST_KINDS=$private/kinds" "CASECAST_WEBHOOK_KEYS=$private/keys"
        "CASECAST_WEBHOOK_HOSTS=$(host_address viewers)")
    host_prefix viewers
    "${in_host[@]}" node "$root/tests/kit/hook_receiver.mjs" "$key" "$private/port" "$(host_address viewers)" >"$private/got" 2>&1 &
    wait_for 20 test -s "$private/port" || fail 'no receiver of webhooks'
}

errands_start() { # NUMBER OF ROUND
    local i
    errands=()
    for ((i = 1; i <= ERRANDS; i++)); do
        errands+=("round-$1-$i")
        errand_ask "round-$1-$i" >/dev/null || fail "round-$1-$i could not be posted"
    done
    watch errand "/create/steps?stepsId=${errands[0]}"
}

errand_ask() { # SUBJECT: prints the job
    rig_curl -f -H 'Content-Type: application/json' "$(machine_url "m${1##*-}")/api/jobs" \
        -d "{\"stepsId\":\"$1\",\"webhook\":{\"url\":\"http://$(host_address viewers):$(<"$private/port")/204\",\"events\":\"all\"}}"
}
errand_is_made() { errand_ask "$1" 2>/dev/null | jq -e '.state == "done"' >/dev/null || { sleep 0.2; false; }; }

errands_are_right() { # NUMBER OF ROUND
    local subject
    fact "round $1, errands: each viewer has every event once, and one end" each_event_once errand
    for subject in "${errands[@]}"; do
        fact "$subject: the program's job is done" wait_for 40 errand_is_made "$subject"
        fact "$subject: the webhook got every event, signed and in order" wait_for 40 hook_got_all "$subject"
    done
}

# An event may come again, but none before its time: the numbers that are new only grow.
hook_got_all() { # SUBJECT
    local job n
    IFS='|' read -r job n <<<"$(sql "SELECT id, last_seq FROM casecast_jobs WHERE subject = '$1' AND state = 'done'")"
    jq -es --arg job "$job" --argjson n "${n:-0}" 'map(select(.data.job == $job)) | $n > 0 and all(.[]; .isSigned) and
        (reduce .[].data.number as $new ([]; if index($new) then . else . + [$new] end)) == [range(1; $n + 1)]' \
        "$private/got" >/dev/null || { sleep 0.3; false; }
}
