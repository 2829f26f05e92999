#!/usr/bin/env bash
# shapes.sh - sizes, shapes, rates, transitions and fits.  Each pair of two values is in one video at least, and each
# video has the size, the rate and the frames of its case.
# (It measures no time, and runs side by side with others.)
# (Any engine: it compares pictures.)
set -uo pipefail
# shellcheck source=tests/kit/stack.sh
. "$(dirname "$0")/../../kit/stack.sh"
# shellcheck source=tests/kit/tap.sh
. "$(dirname "$0")/../../kit/tap.sh"
# shellcheck source=tests/kit/cases.sh
. "$(dirname "$0")/../../kit/cases.sh"

private_stack_prepare CASECAST_CACHE_MIB=0
photos_make

lines=(720 1080 1440 2160)
shapes=(16:9 9:16 1:1 4:5)
rates=(24 25 30 50 60)
kinds=(fade cut black slide wipe)
fits=(crop blur)

# 25 rows hold each pair of rate and transition.  The other values follow from sums of both row numbers, chosen so that
# each of their values meets each value of the others.  A fact below checks this.
rows() {
    local r k
    for r in {0..4}; do
        for k in {0..4}; do
            printf '%s %s %s %s %s\n' "${lines[(r + k) % 5 % 4]}" "${shapes[(r + 2 * k) % 5 % 4]}" "${rates[r]}" "${kinds[k]}" \
                "${fits[(r + 3 * k) % 5 % 2]}"
        done
    done
}

pairs_missing() {
    local -A met=()
    local row a b i j
    local -a values
    while read -ra values; do
        for ((i = 0; i < 5; i++)); do for ((j = i + 1; j < 5; j++)); do met[$i.${values[i]}/$j.${values[j]}]=1; done; done
    done < <(rows)
    local -a columns=("${lines[*]}" "${shapes[*]}" "${rates[*]}" "${kinds[*]}" "${fits[*]}")
    for ((i = 0; i < 5; i++)); do for ((j = i + 1; j < 5; j++)); do
        for a in ${columns[i]}; do for b in ${columns[j]}; do
            row=$i.$a/$j.$b
            [[ -n ${met[$row]-} ]] || printf '%s ' "$row"
        done; done
    done; done
}

picture() { # LINES SHAPE: width,height
    case $2 in
        16:9) printf '%d,%d' $(($1 * 16 / 9)) "$1" ;;
        9:16) printf '%d,%d' "$1" $(($1 * 16 / 9)) ;;
        1:1) printf '%d,%d' "$1" "$1" ;;
        4:5) printf '%d,%d' "$1" $(($1 * 5 / 4)) ;;
    esac
}

# Two scenes of 12 frames each.  They share the transition, which takes a third of them.
frames() { [[ $1 == cut ]] && printf 24 || printf 20; }

is_as_said() { # LINES SHAPE RATE TRANSITION FIT
    local file=$private/film.mp4 frames
    frames=$(frames "$4")
    printf '{"cases": [{"id": "row", "title": "%s", "size": "%sp", "shape": "%s", "fps": %s, "quality": "draft", "scenes": [
        {"image": "photo.jpg", "seconds": 0.001, "fit": "%s"},
        {"image": "photo.jpg", "seconds": 0.001, "fit": "%s", "transition": "%s"}]}]}' "$*" "$1" "$2" "$3" "$5" "$5" "$4" >"$private/row.json"
    "$program" import "$private/row.json" && timeout 60 "$program" create --force row -o "$file" || return
    same "$(picture "$1" "$2"),$3/1,$3/1,$frames" "$(ffprobe -v error -count_packets -select_streams v \
        -show_entries stream=width,height,r_frame_rate,avg_frame_rate,nb_read_packets -of csv=p=0 "$file")" &&
        jq -ne "($frames / $3 - $(ffprobe -v error -select_streams v -show_entries stream=duration -of csv=p=0 "$file") | fabs) < 0.001"
}

fact 'each pair of values is in a row' same '' "$(pairs_missing)"
while read -ra row; do
    fact "${row[*]}" is_as_said "${row[@]}" </dev/null
done < <(rows)
facts_end
