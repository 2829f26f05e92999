#!/usr/bin/env bash
# hardening.sh - the program is built so that a fault is hard to use.
# (It measures no time, and runs side by side with others.)
# (Any engine: it reads the program's file.)
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../../scripts/lib.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"

program=$(program_in "${CASECAST_BUILD:-$root/build}")
symbols=$(nm -D "$program")
dynamic=$(readelf -dW "$program")
segments=$(readelf -lW "$program")

fact 'it has no fixed address' holds 'Flags:.* PIE' "$dynamic"
fact 'its stack holds no code' holds 'GNU_STACK .* RW ' "$segments"
fact 'no part of it can be written and run' lacks 'LOAD .* RWE ' "$segments"
fact 'its table of functions is read-only when it starts' holds 'GNU_RELRO' "$segments"
if grep -q ' __asan_init$' <<<"$symbols"; then
    printf '# skipped: a sanitizer takes the place of the checks of stacks and calls\n'
else
    fact 'all functions are found before it starts' holds 'Flags:.* NOW' "$dynamic"
    fact 'functions check their stack' holds ' __stack_chk_fail' "$symbols"
    fact 'calls with a known room check it' holds ' __(memcpy|snprintf|vsnprintf|read)_chk' "$symbols"
fi
facts_end
