# stack.sh - a private casecast for one test: its own folder, port, database, nginx and responders, which are removed
# when the test ends.
# shellcheck shell=bash disable=SC1091,SC2034,SC2154
#
#     . "$(dirname "$0")/../kit/stack.sh"
#     private_stack      # then $url, $state, and every function of scripts/stack.sh
#
# CASECAST_BUILD names the build folder of the program (a sanitizer build, for example), CASECAST_TEST_ENGINE the engine
# of its database (engine.sh).

. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/lib.sh"
. "$root/scripts/stack.sh"
. "$(dirname "${BASH_SOURCE[0]}")/engine.sh"

# Below the range the kernel gives to outgoing connections, so that only another test could take it.
free_port() {
    local port
    while port=$((20000 + RANDOM % 12000)); do
        port_is_taken "$port" || break
    done
    printf '%s\n' "$port"
}

# Prepares everything without a start, for a test that first imports or breaks something.
private_stack_prepare() { # [NAME=VALUE…]: settings of this stack's responders
    local name
    for name in $(compgen -e CASECAST_); do
        [[ $name == CASECAST_BUILD || $name == CASECAST_TEST_* ]] || unset "$name"
    done
    for name; do export "${name?}"; done
    private=$(mktemp -d "${TMPDIR:-/tmp}/casecast-test.XXXXXX")
    trap private_end EXIT
    engine_start
    stack_use "$private/state" "$(free_port)" "$(program_in "${CASECAST_BUILD:-$root/build}")"
    url=$(stack_url)
    engine_prepare
}

private_stack() { # [NAME=VALUE…]
    private_stack_prepare "$@"
    stack_start
}

# Ends this test's background processes: viewers, locks.
background_end() {
    local jobs
    jobs=$(builtin jobs -p)
    # shellcheck disable=SC2086
    [[ -z $jobs ]] || kill $jobs 2>/dev/null || true
}

private_end() {
    local status=$?
    background_end
    [[ -z ${state-} ]] || stack_stop
    if ((status)) && [[ -s ${state-}/log/casecast.log ]]; then
        say "the end of casecast.log:" && tail -n 20 "$state/log/casecast.log"
    fi
    engine_end
    rm -rf "$private"
    exit "$status"
}

# Runs the responders of this stack without root's right to read and write all files, so that permission bits have an
# effect.  To be called before they start.
unprivileged() {
    ((EUID == 0)) || return 0
    printf '#!/bin/sh\nexec setpriv --bounding-set=-dac_override,-dac_read_search -- %q "$@"\n' "$program" \
        >"$private/unprivileged"
    chmod 755 "$private/unprivileged"
    program=$private/unprivileged
}
