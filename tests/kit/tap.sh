# tap.sh - checks facts and prints a line for each, similar to TAP, and `N passed, N failed` at the end.
# shellcheck shell=bash

tap_passed=0
tap_failed=0

# fact 'WHAT IS TRUE' COMMAND…: passes if the command succeeds; its output is shown only if it fails.
fact() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1); then
        tap_passed=$((tap_passed + 1))
        printf 'ok - %s\n' "$name"
    else
        tap_failed=$((tap_failed + 1))
        printf 'not ok - %s\n' "$name"
        printf '    %s\n' "${output:0:1500}"
    fi
}

same() { # WANTED GOT
    [[ $1 == "$2" ]] || { printf 'wanted: %s\ngot:    %s\n' "$1" "$2"; return 1; }
}

holds() { # EXTENDED REGULAR EXPRESSION, TEXT
    grep -Eqi -- "$1" <<<"$2" || { printf 'no match for %s in:\n%s\n' "$1" "$2"; return 1; }
}

lacks() {
    ! grep -Eqi -- "$1" <<<"$2" || { printf 'a match for %s in:\n%s\n' "$1" "$2"; return 1; }
}

facts_end() { # the last command of a test: its status is that of the test
    printf '%d passed, %d failed\n' "$tap_passed" "$tap_failed"
    ((tap_failed == 0 && tap_passed > 0))
}
