#!/usr/bin/env bash
# release.sh - a release is refused when something that it promises does not hold; its SBOM names all libraries.
# (It measures no time, and runs side by side with others.)
# (Any engine: it makes a release.)
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../../scripts/lib.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"

private=$(mktemp -d)
trap 'rm -rf "$private"' EXIT

# --- what is refused, in a repository of three files ---

copy=$private/copy
mkdir -p "$copy/scripts/release"
cp "$root/scripts/lib.sh" "$copy/scripts/"
cp "$root/scripts/release/make" "$copy/scripts/release/"
git -C "$copy" init -q
commit() { git -C "$copy" add -A && git -C "$copy" -c user.name=t -c user.email=t@localhost commit -qm t; }
version_is() { printf "project('casecast', 'c',\n  version: '%s',\n" "$1" >"$copy/meson.build"; }
news_are() { printf '# News\n\n%s\n\n- a line\n\n## 0.9.0, 2026-01-01\n' "$1" >"$copy/scripts/release/NEWS.md"; }
says() { holds "$1" "$("$copy/scripts/release/make" check 2>&1)"; }

version_is 1.2.0
news_are '## 1.2.0, 2026-11-27'
commit
fact 'what is whole can be released' says 'version 1.2.0 can be released'
news_are '## 1.2.0, not released yet'
fact 'news without a date are refused' says "first heading is '## 1.2.0, not released yet'; it must be '## 1.2.0, 20"
news_are '## 1.1.0, 2026-11-27'
fact 'news of another version are refused' says "it must be '## 1.2.0, 20"
news_are '## 1.2.0, 2026-11-27'
: >"$copy/new"
fact 'a change that is not committed is refused' says 'not committed'
rm "$copy/new"
git -C "$copy" -c user.name=t -c user.email=t@localhost tag v1.2.0
fact 'a version that is released is refused' says 'version 1.2.0 is released already'
version_is 1.3
fact 'a version of two numbers is refused' says "'1.3' must be three numbers"

# --- the SBOM ---

program=$(program_in "${CASECAST_BUILD:-$root/build}")
sbom() { "$root/scripts/release/sbom" "$program" 1.2.0; }
sbom >"$private/sbom.json"
fact 'the same program has the same SBOM' cmp "$private/sbom.json" <(sbom)
versions() { jq -r '.packages[1:][] | "\(.name) \(.versionInfo)"' "$private/sbom.json"; }
fact 'each package has its installed version' same "$(versions | cut -d' ' -f1 | xargs dpkg-query -W -f '${Package} ${Version}\n' | sort -u)" \
    "$(versions | sort)"
fact 'the libraries of the program are in it' same '' "$(comm -13 <(versions | cut -d' ' -f1 | sort) \
    <(printf '%s\n' libavcodec59 libcurl4 libfcgi0ldbl libpq5 libsodium23 libsqlite3-0 libuv1 libx264-164 | sort))"
fact 'no id is used twice' same '' "$(jq -r '.packages[].SPDXID' "$private/sbom.json" | sort | uniq -d)"
fact 'each relationship is of packages that are there' same '' "$(comm -13 <(jq -r '"SPDXRef-DOCUMENT", .packages[].SPDXID' "$private/sbom.json" | sort) \
    <(jq -r '.relationships[] | .spdxElementId, .relatedSpdxElement' "$private/sbom.json" | sort -u))"
facts_end
