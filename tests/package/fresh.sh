#!/usr/bin/env bash
# fresh.sh - a fresh Debian 12 in a folder, from the mirror that apt of this machine has.  It is kept for the next time.
# Beside it lie the packages that the first step of the manual wants, so that it can be taken without a network.
#
#     fresh.sh FOLDER PACKAGE STEPS       FOLDER/root is the Debian; STEPS are those of manual.sh
set -euo pipefail
folder=$1
package=$2
steps=$3
FRESH_DAYS=7 # how long apt's lists are good
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

# shellcheck disable=SC2016
sources() { # of this machine, for bookworm and its updates: URL RELEASE
    apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT)' 'Created-By: Packages' | grep -E ' bookworm(-updates|-security)? main$'
}
first_mirror() { sources | awk '$2 == "bookworm" { print $1; exit }'; }

# A root that was not completed has another name.
root_make() {
    rm -rf "$folder/new" "$folder/root"
    debootstrap --include=sudo bookworm "$folder/new" "$(first_mirror)"
    sources | sed 's/^/deb /' >"$folder/new/etc/apt/sources.list"
    echo 'APT::Get::Assume-Yes "true";' >"$folder/new/etc/apt/apt.conf.d/90walk"
    mv "$folder/new" "$folder/root"
}

in_root() { chroot "$folder/root" "$@"; }

lists_read() {
    cp /etc/resolv.conf /etc/hosts "$folder/root/etc/"
    apt-config dump Acquire::http::Proxy Acquire::https::Proxy >"$folder/root/etc/apt/apt.conf.d/91proxy"
    [[ -n $(find "$folder/lists" -mtime "-$FRESH_DAYS" 2>/dev/null) ]] || { in_root apt-get -q update && touch "$folder/lists"; }
}

# What the manual installs, by its own line.
packages_fetch() {
    local line
    line=$(cat "$steps"/*/code | sed -n 's/^sudo \(apt install .*\)/\1 --download-only/p' | head -n 1)
    cp "$package" "$folder/root/srv/"
    in_root sh -c "cd /srv && $line"
    rm -f "$folder"/root/srv/*.deb
}

[[ -n $(first_mirror) ]] || { echo "apt has no mirror of bookworm"; exit 1; }
mkdir -p "$folder"
exec 9>"$folder/lock"
flock 9
[[ -d $folder/root ]] || root_make
lists_read
packages_fetch
