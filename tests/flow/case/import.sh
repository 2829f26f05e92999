#!/usr/bin/env bash
# import.sh - `casecast import` names each mistake and its place, and imports all of a file or nothing.
# (It measures no time, and runs side by side with others.)
# (SQLite only: it imports into a file that does not exist yet.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/streams.sh
. "$(dirname "$0")/../../kit/streams.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare
photos_make

import() { "$program" import "$private/cases.json" 2>&1; }

# Imports a file of two cases, the second with this scene.  The error names the place and matches.
refused() { # NAME SCENE-JSON PLACE REGULAR EXPRESSION
    printf '{"cases": [{"id": "good", "scenes": [{"image": "photo.jpg"}]},
        {"id": "bad", "scenes": [{"image": "photo.jpg"}, %s]}]}' "$2" >"$private/cases.json"
    fact "$1 is refused, and the error names the place" refuses "cases\\[1\\]\\.scenes\\[1\\]\\.$3: .*$4"
}

refuses() { # REGULAR EXPRESSION
    local said
    said=$(import) && { printf 'imported: %s\n' "$said"; return 1; }
    holds "cases\.json:.*$1" "$said" && same 0 "$(n_cases)"
}

n_cases() { if [[ -e $CASECAST_DB ]]; then sql 'SELECT count(*) FROM cases'; else printf '0\n'; fi; }

long() { head -c "$1" /dev/zero | tr '\0' x; }

texts() {
    local field
    for field in caption narration; do
        refused "a $field with a control character" "{\"image\": \"photo.jpg\", \"$field\": \"a\\u0007b\"}" "$field" 'U\+0007'
        refused "a $field with an escape sequence" "{\"image\": \"photo.jpg\", \"$field\": \"\\u001b[31m\"}" "$field" 'U\+001B'
        refused "a $field of 100 KB" "{\"image\": \"photo.jpg\", \"$field\": \"$(long 102400)\"}" "$field" '102400 characters'
    done
    printf '{"cases": [{"id": "bad", "scenes": [{"image": "photo.jpg", "caption": "a\xff"}]}]}' >"$private/cases.json"
    fact 'a caption that is not UTF-8 is refused with its place' refuses '1:[0-9]+: .*(byte 0xff|UTF-8)'
    printf '{"cases": [{"id": "bad", "scenes": [{"image": "photo.jpg", "caption": "a\\u0000b"}]}]}' >"$private/cases.json"
    fact 'a caption with a NUL is refused' refuses 'NUL|U\+0000|\\u0000'
}

files() {
    ln -s /etc "$CASECAST_MEDIA_ROOT/way"
    refused 'an image that is missing' '{"image": "gone.jpg"}' image 'no such file: gone\.jpg'
    refused 'an image above the media root' '{"image": "../photo.jpg"}' image 'outside'
    refused 'an image by absolute path' '{"image": "/etc/hostname"}' image 'outside'
    refused 'an image behind a link out' '{"image": "way/hostname"}' image 'outside'
    refused 'a misspelt field' '{"image": "photo.jpg", "captoin": "x"}' '?' 'captoin.*caption' # the place is the scene
    refused 'a number as caption' '{"image": "photo.jpg", "caption": 7}' caption 'must be text'
}

styles() {
    printf '{"cases": [{"id": "bad", "captionFont": "Nosuch Grotesk", "scenes": [{"image": "photo.jpg"}]}]}' >"$private/cases.json"
    fact 'an unknown font is refused' refuses 'cases\[0\]\.captionFont: "Nosuch Grotesk": no such font here'
}

whole_or_not_at_all() {
    printf '{"cases": [{"id": "1", "scenes": [{"image": "photo.jpg"}]}, {"id": "1", "scenes": []}]}' >"$private/cases.json"
    fact 'a second case of the same id is refused' refuses 'cases\[1\]\.id'
    printf '{"cases": [{"id": "1", "scenes": [{"image": "photo.jpg"}]},]}' >"$private/cases.json"
    fact 'a file that is not JSON is refused with its place' refuses '1:[0-9]+: '
    printf '{"cases": [{"id": "1", "title": "Grüße 🎬", "scenes": [{"image": "photo.jpg", "caption": "a\\nb"}]}]}' >"$private/cases.json"
    fact 'a valid file is imported' import
    fact 'the imported title is stored unchanged' same 'Grüße 🎬' "$(sql "SELECT title FROM cases WHERE id = '1'")"
}

texts
files
styles
whole_or_not_at_all
facts_end
