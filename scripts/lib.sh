# lib.sh - shared by the scripts: messages, packages, building.  Sourced.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
PATH=$PATH:/usr/sbin:/sbin # the folder of nginx, which not every user's PATH has

say() { printf '%s\n' "$*"; }

fail() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "needs root for: $*  (there is no sudo here; run it as root once)"
    fi
}

# Runs a command without its output; if it fails, shows the output.
quietly() {
    local output
    output=$(mktemp)
    if "$@" >"$output" 2>&1 </dev/null; then
        rm -f "$output"
        return 0
    fi
    cat "$output" >&2
    rm -f "$output"
    return 1
}

# --- Packages ----------------------------------------------------------------------------------------------

package_is_here() { # PACKAGE [COMMAND]
    [[ -n ${2-} ]] && command -v "$2" >/dev/null && return 0
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

packages_missing() { # GROUP…
    local group package command
    while read -r group package command; do
        [[ " $* " == *" $group "* ]] || continue
        package_is_here "$package" "$command" || printf '%s\n' "$package"
    done < <(grep -v -e '^#' -e '^$' "$root/scripts/packages")
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# Debian starts a service as soon as it is installed.  Here a web server on port 80 is not wanted.
services_stay_down() {
    [[ ! -e /usr/sbin/policy-rc.d ]] || return 0
    trap 'as_root rm -f /usr/sbin/policy-rc.d' EXIT
    printf '#!/bin/sh\nexit 101\n' | as_root tee /usr/sbin/policy-rc.d >/dev/null
    as_root chmod 755 /usr/sbin/policy-rc.d
}

packages_install() ( # GROUP…; a subshell, for the trap
    mapfile -t missing < <(packages_missing "$@")
    ((${#missing[@]})) || exit 0
    command -v apt-get >/dev/null ||
        fail "these Debian packages are missing, and there is no apt-get: ${missing[*]}"
    say "installing ${missing[*]}"
    services_stay_down
    apt_install "${missing[@]}" >/dev/null 2>&1 || {
        as_root apt-get update -q >/dev/null && quietly apt_install "${missing[@]}"
    } || fail "apt-get could not install: ${missing[*]}"
)

# --- Building -----------------------------------------------------------------------------------------------

build_targets() { # FOLDER TARGETS [MESON OPTION…]; TARGETS in one word, normally '' for what `ninja install` installs
    local folder=$1
    local -a targets
    read -ra targets <<<"$2"
    shift 2
    [[ -f $folder/build.ninja ]] ||
        quietly meson setup "$folder" "$root" "$@" || fail "meson setup failed (see above)"
    quietly ninja -C "$folder" "${targets[@]}" || fail "the build failed (see above)"
}

build_program() { build_targets "$1" '' "${@:2}"; } # FOLDER [MESON OPTION…]

build() { build_targets "$1" 'all tests' "${@:2}"; } # FOLDER [MESON OPTION…]: the tests, too

program_in() { # BUILD FOLDER
    printf '%s\n' "$1/fcgi/casecast"
}
